import { signCheckpoint } from './checkpoint.ts';
import { canonicalJson } from './json.ts';
import { type KeyPair, mintKey, sign } from './keys.ts';
import type { InclusionProof, LogEntries, LogEntry } from './rekor.ts';
import type { LogKey } from './trusted-root.ts';

/** Makes a hostile entry from an honest one. */
export type EntryAttack = (entry: LogEntry) => LogEntry;

/** Turns an attack on an entry into an edit of an answer: every entry in it is attacked, ids stay. */
export const onEntries =
  (attack: EntryAttack) =>
  (entries: LogEntries): LogEntries =>
    Object.fromEntries(Object.entries(entries).map(([uuid, entry]) => [uuid, attack(entry)]));

/** Files the entry under another id. */
export const underUuid =
  (change: (uuid: string) => string) =>
  (entries: LogEntries): LogEntries =>
    Object.fromEntries(Object.entries(entries).map(([uuid, entry]) => [change(uuid), entry]));

/** The log never promised to include it. */
export const withoutSet: EntryAttack = ({ verification: { inclusionProof }, ...entry }) => ({
  ...entry,
  verification: inclusionProof === undefined ? {} : { inclusionProof },
});

/** The log never proved to include it. */
export const withoutProof: EntryAttack = ({ verification: { signedEntryTimestamp }, ...entry }) => ({
  ...entry,
  verification: signedEntryTimestamp === undefined ? {} : { signedEntryTimestamp },
});

/** The payload is not there, as when the log's store failed. */
export const withoutAttestation: EntryAttack = ({ attestation: _, ...entry }) => entry;

/** Another payload in the store. */
export const withAttestation =
  (payload: Uint8Array): EntryAttack =>
  (entry) => ({ ...entry, attestation: { data: Buffer.from(payload).toString('base64') } });

/** A promise signed by another key, over the truth. */
export const setBy =
  (key: KeyPair = mintKey()): EntryAttack =>
  (entry) => ({
    ...entry,
    verification: { ...entry.verification, signedEntryTimestamp: promise(entry, key) },
  });

/** Other claims under a promise the log itself signed for them: only the log's key can do that. */
export const resigned =
  (
    log: LogKey,
    changes: Partial<Pick<LogEntry, 'body' | 'integratedTime' | 'logID' | 'logIndex'>>,
  ): EntryAttack =>
  (entry) => {
    const changed = { ...entry, ...changes };
    return {
      ...changed,
      verification: { ...entry.verification, signedEntryTimestamp: promise(changed, log.key) },
    };
  };

/** Changes fields that the promise covers, and leaves the promise. */
export const withFields =
  (changes: Partial<Pick<LogEntry, 'body' | 'integratedTime' | 'logID' | 'logIndex'>>): EntryAttack =>
  (entry) => ({ ...entry, ...changes });

/** Changes the inclusion proof. */
export const withProof =
  (change: (proof: InclusionProof) => Partial<InclusionProof>): EntryAttack =>
  (entry) => {
    const { inclusionProof } = entry.verification;
    if (inclusionProof === undefined) return entry;
    return {
      ...entry,
      verification: {
        ...entry.verification,
        inclusionProof: { ...inclusionProof, ...change(inclusionProof) },
      },
    };
  };

/** One bit of one hash of the proof is another. */
export const tamperedHash = (index = 0, bit = 0): EntryAttack =>
  withProof(({ hashes }) => ({
    hashes: hashes.map((hash, i) => (i === index ? flipped(hash, bit) : hash)),
  }));

/** The proof is for a tree of a different size than the checkpoint's. */
export const otherTreeSize = (by = 1): EntryAttack =>
  withProof(({ treeSize }) => ({ treeSize: treeSize + by }));

/** The proof leads to a different root than the one it names. */
export const otherRoot: EntryAttack = withProof(({ rootHash }) => ({ rootHash: flipped(rootHash, 0) }));

/** What a forged checkpoint may say in place of the truth. */
export interface CheckpointLies {
  readonly origin?: string;
  readonly signer?: string;
  readonly size?: number | string;
  readonly root?: Uint8Array;
  readonly keyHint?: Uint8Array;
  readonly extra?: readonly string[];
}

/** A checkpoint signed by that key, the log's own or another, that says what it is told to. */
export const checkpointBy = (log: LogKey, lies: CheckpointLies = {}): EntryAttack =>
  withProof(({ checkpoint, rootHash, treeSize }) => ({
    checkpoint: signCheckpoint(log, {
      origin: checkpoint.split('\n')[0] ?? '',
      size: treeSize,
      root: Buffer.from(rootHash, 'hex'),
      ...lies,
    }),
  }));

/** A log key nobody trusts, which pretends to be the given one: same host, same id. */
export const impostor = (log: LogKey): LogKey => ({ ...log, key: mintKey('p256') });

/** Attacks one after the other. */
export const both =
  (...attacks: readonly EntryAttack[]): EntryAttack =>
  (entry) =>
    attacks.reduce((changed, attack) => attack(changed), entry);

function promise({ body, integratedTime, logID, logIndex }: LogEntry, key: KeyPair): string {
  return sign(key, Buffer.from(canonicalJson({ body, integratedTime, logID, logIndex }), 'utf8')).toString(
    'base64',
  );
}

function flipped(hex: string, bit: number): string {
  const bytes = Buffer.from(hex, 'hex');
  const at = Math.floor(bit / 8);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 8));
  return bytes.toString('hex');
}
