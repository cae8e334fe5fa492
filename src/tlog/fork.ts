import type { ForkEvidence } from '../model/report.ts';
import { field, fromBase64, type Parsed, parseJson } from '../wire/json.ts';
import { type LogKey, openCheckpoint } from './checkpoint.ts';
import { verifyConsistency } from './merkle.ts';

/**
 * What evidence of a fork proves to a third party who trusts only the log's key.
 *
 * - `contradiction`: the log signed two histories that exclude each other; there is no other explanation.
 * - `unproven`: the log signed both checkpoints, but this proof does not connect them. Only the log could provide
 *   one.
 * - `consistent`: the proof connects both checkpoints; there is no fork.
 * - `invalid`: not evidence.
 */
export interface ForkJudgement {
  readonly kind: 'contradiction' | 'unproven' | 'consistent' | 'invalid';
  readonly why: string;
}

/** Evidence is two notes and a proof; a larger file is something else. */
export const maxForkBytes = 262_144;
const mostHashes = 64;

/** The evidence as a file that can be stored, sent and checked without this program. */
export function toForkFile(fork: ForkEvidence): string {
  const about = [
    'Both checkpoints are signed notes (C2SP signed-note, tlog-checkpoint) of the log named in their first line.',
    'The proof is the consistency proof of RFC 6962, section 2.1.2, that the log gave between them.',
    'An honest log never signs two checkpoints that no such proof can connect.',
  ];
  return `${JSON.stringify({ kind: 'log-fork', version: 1, about, ...fork }, null, 2)}\n`;
}

/** Parses such a file, or the block of a JSON report; verifies nothing. */
export function parseForkFile(bytes: Uint8Array): Parsed<ForkEvidence> {
  if (bytes.length > maxForkBytes) return { ok: false, why: `larger than ${maxForkBytes} bytes` };
  const parsed = parseJson(bytes);
  if (!parsed.ok) return parsed;
  const fork = field(field(parsed.value, 'log'), 'fork') ?? parsed.value;
  const [origin, older, newer, why, proof] = ['origin', 'older', 'newer', 'why', 'proof'].map((key) =>
    field(fork, key),
  );
  const isText = (value: unknown): value is string => typeof value === 'string';
  if (!isText(origin) || !isText(older) || !isText(newer))
    return { ok: false, why: 'not evidence of a fork' };
  if (!Array.isArray(proof) || proof.length > mostHashes || !proof.every(isText)) {
    return { ok: false, why: 'not evidence of a fork: its proof is malformed' };
  }
  return { ok: true, value: { origin, older, newer, proof, why: isText(why) ? why : '' } };
}

/** Checks evidence from any source with the keys of the local trusted root. */
export function checkFork(fork: ForkEvidence, keys: readonly LogKey[]): ForkJudgement {
  const older = openCheckpoint(fork.older, keys);
  if (!older.ok) return invalid(`the older checkpoint is ${older.why}`);
  const newer = openCheckpoint(fork.newer, keys);
  if (!newer.ok) return invalid(`the newer checkpoint is ${newer.why}`);
  const { origin } = older.value;
  if (newer.value.origin !== origin) return invalid('the checkpoints are of different logs');
  if (fork.origin !== origin) return invalid('the evidence is about a different log than its checkpoints');
  const hashes = fork.proof.map(fromBase64);
  const proof = hashes.filter((hash) => hash !== undefined);
  if (proof.length !== hashes.length) return invalid('the proof is not base64');

  // The tree sizes decide which checkpoint is older, not the file.
  const [small, large] =
    older.value.size <= newer.value.size ? [older.value, newer.value] : [newer.value, older.value];
  const consistency = verifyConsistency({
    oldSize: small.size,
    oldRoot: small.root,
    newSize: large.size,
    newRoot: large.root,
    proof,
  });
  const sizes = `its trees of ${small.size} and ${large.size} entries`;
  if (consistency.ok) return { kind: 'consistent', why: `the proof connects ${sizes}` };
  return consistency.contradiction
    ? { kind: 'contradiction', why: `the log signed two histories in ${sizes}: ${consistency.why}` }
    : {
        kind: 'unproven',
        why: `the log signed both, but this proof does not connect ${sizes}: ${consistency.why}`,
      };
}

function invalid(why: string): ForkJudgement {
  return { kind: 'invalid', why };
}
