import { at, field, type Parsed, parseJson } from '../wire/json.ts';
import type { ProofQuestion } from './follow.ts';

const mostHashes = 64;
const mostShards = 100;

/** The URL of a Rekor v1 server for the current state of its log. */
export function stateUrl(rekor: string): string {
  return `${rekor}/api/v1/log`;
}

/** The URL of a Rekor v1 server for a consistency proof; `undefined` for a log with one tree, which has none. */
export function proofUrl(rekor: string, { treeId, firstSize, lastSize }: ProofQuestion): string | undefined {
  return treeId === undefined
    ? undefined
    : `${rekor}/api/v1/log/proof?firstSize=${firstSize}&lastSize=${lastSize}&treeID=${treeId}`;
}

/**
 * The hashes of a proof, 32 bytes each. `rootHash` is ignored: it is the current root, not that of `lastSize` (trap
 * 24).
 */
export function parseProof(bytes: Uint8Array): Parsed<readonly Uint8Array[]> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return { ok: false, why: `the proof is ${parsed.why}` };
  // Rekor omits the list when it is empty.
  const hashes = field(parsed.value, 'hashes') ?? [];
  if (!Array.isArray(hashes) || hashes.length > mostHashes)
    return { ok: false, why: 'the answer is not a proof' };
  const digests = hashes.flatMap((hash: unknown) =>
    typeof hash === 'string' && /^[0-9a-f]{64}$/i.test(hash) ? [Buffer.from(hash, 'hex')] : [],
  );
  const isProof = digests.length === hashes.length && typeof field(parsed.value, 'rootHash') === 'string';
  return isProof ? { ok: true, value: digests } : { ok: false, why: 'the answer is not a proof' };
}

/** The signed notes of all shards from the log's state, the active shard first. */
export function parseHeads(bytes: Uint8Array): Parsed<readonly string[]> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return { ok: false, why: `the state of the log is ${parsed.why}` };
  const inactive = at(parsed.value, 'inactiveShards') ?? [];
  const shards = [parsed.value, ...(Array.isArray(inactive) ? inactive : [undefined])].slice(0, mostShards);
  const heads = shards.map((shard) => field(shard, 'signedTreeHead'));
  return heads.every((head) => typeof head === 'string')
    ? { ok: true, value: heads }
    : { ok: false, why: 'the state of the log has no signed head' };
}
