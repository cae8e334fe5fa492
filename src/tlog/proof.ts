import { absent, type Gathered, present, unavailable } from '../model/evidence.ts';
import type { Source } from '../source/source.ts';
import { at, field, type Parsed, parseJson } from '../wire/json.ts';
import type { FetchProof, ProofQuestion } from './follow.ts';

/** A proof has at most 64 hashes of 64 digits; a head some 500 bytes, and a log a handful of shards. */
const maxProofBytes = 16_384;
const maxHeadsBytes = 262_144;
const mostHashes = 64;
const mostShards = 100;

/** Consistency proofs from a Rekor v1 server. They never change, so they may be kept for ever. */
export function proofsFrom(source: Source, rekor: string): FetchProof {
  return async (question) => {
    const url = proofUrl(rekor, question);
    // Rekor v2 serves tiles and no proofs.
    if (url === undefined) return unavailable(rekor, 'this kind of log offers no consistency proofs');
    const answer = await source.ask({
      method: 'GET',
      url,
      maxBytes: maxProofBytes,
      expect: 'json',
      ...(question.again ? { lifetime: 'never', pastEdge: true } : { lifetime: 'immutable' }),
    });
    // 400: sizes the tree does not have (contract 7.1).
    if (answer.state === 'unavailable') return / 400$/.test(answer.why) ? absent(url) : answer;
    if (answer.state === 'absent') return answer;
    const proof = parseProof(answer.value);
    return proof.ok ? present(proof.value, url) : unavailable(url, proof.why);
  };
}

/** The notes that a Rekor v1 server shows as the present heads of its shards, unverified, the growing one first. */
export async function collectHeads(source: Source, rekor: string): Promise<Gathered<readonly string[]>> {
  const url = `${rekor}/api/v1/log`;
  const answer = await source.ask({
    method: 'GET',
    url,
    maxBytes: maxHeadsBytes,
    lifetime: 'never',
    expect: 'json',
  });
  if (answer.state !== 'present') return answer;
  const heads = parseHeads(answer.value);
  return heads.ok ? present(heads.value, url) : unavailable(url, heads.why);
}

function proofUrl(rekor: string, { treeId, firstSize, lastSize }: ProofQuestion): string | undefined {
  return treeId === undefined
    ? undefined
    : `${rekor}/api/v1/log/proof?firstSize=${firstSize}&lastSize=${lastSize}&treeID=${treeId}`;
}

/** The hashes only: `rootHash` beside them is the root of now, not of `lastSize` (trap 24). */
function parseProof(bytes: Uint8Array): Parsed<readonly Uint8Array[]> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return { ok: false, why: `the proof is ${parsed.why}` };
  // Rekor leaves the list out where it is empty.
  const hashes = field(parsed.value, 'hashes') ?? [];
  if (!Array.isArray(hashes) || hashes.length > mostHashes)
    return { ok: false, why: 'the answer is not a proof' };
  const digests = hashes.flatMap((hash: unknown) =>
    typeof hash === 'string' && /^[0-9a-f]{64}$/i.test(hash) ? [Buffer.from(hash, 'hex')] : [],
  );
  const isProof = digests.length === hashes.length && typeof field(parsed.value, 'rootHash') === 'string';
  return isProof ? { ok: true, value: digests } : { ok: false, why: 'the answer is not a proof' };
}

function parseHeads(bytes: Uint8Array): Parsed<readonly string[]> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return { ok: false, why: `the state of the log is ${parsed.why}` };
  const inactive = at(parsed.value, 'inactiveShards') ?? [];
  const shards = [parsed.value, ...(Array.isArray(inactive) ? inactive : [undefined])].slice(0, mostShards);
  const heads = shards.map((shard) => field(shard, 'signedTreeHead'));
  return heads.every((head) => typeof head === 'string')
    ? { ok: true, value: heads }
    : { ok: false, why: 'the state of the log has no signed head' };
}
