import { type KeyObject, verify } from 'node:crypto';
import type { Brand } from '../model/brand.ts';
import { fromBase64, type Parsed } from '../wire/json.ts';

/** A log's key from the trusted root. */
export interface LogKey {
  /** Log id: 32 bytes; the first four are the key hint of the log's signatures. */
  readonly logId: Uint8Array;
  /** Names that the log may use in its checkpoints: its host, with and without the port. */
  readonly names: readonly string[];
  readonly publicKey: KeyObject;
}

/** A parsed checkpoint in a signed note (C2SP signed-note, tlog-checkpoint); its signatures are not verified. */
export interface Checkpoint {
  /** The complete original note. */
  readonly note: string;
  /** First line: the name of the log; Rekor v1 adds its tree: `rekor.sigstore.dev - 1193050959916656506`. */
  readonly origin: string;
  readonly size: bigint;
  /** Root of the tree, 32 bytes. */
  readonly root: Uint8Array;
  /** The signed text: all lines before the blank line, with their newlines. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A checkpoint with a verified signature of the log in its origin. Made only by `openCheckpoint`. */
export type SignedCheckpoint = Brand<Checkpoint, 'SignedCheckpoint'>;

/** One signature line of a note. */
export interface NoteSignature {
  readonly name: string;
  /** Four bytes that select the key to try; they prove nothing. */
  readonly keyHint: Uint8Array;
  readonly signature: Uint8Array;
}

/** Limits for a note: real notes have about 300 characters and one or two signatures, witnessed ones a few dozen. */
export interface NoteLimits {
  readonly characters: number;
  readonly signatures: number;
}

const usualLimits: NoteLimits = { characters: 65_536, signatures: 100 };

/** Parses a note strictly, so that all parsers agree; verifies nothing. */
export function parseCheckpoint(note: string, limits: NoteLimits = usualLimits): Parsed<Checkpoint> {
  if (note.length > limits.characters) return refused(`longer than ${limits.characters} characters`);
  if (!isPlain(note)) return refused('with characters that are not allowed');
  if (!note.endsWith('\n')) return refused('without a newline at its end');
  // Exactly one blank line: with two, parsers would disagree about the signed text.
  const [body, block, ...more] = note.split('\n\n');
  if (body === undefined || block === undefined) return refused('without a blank line before its signatures');
  if (more.length > 0) return refused('with more than one blank line');
  const signatures = parseSignatures(block, limits.signatures);
  if (!signatures.ok) return signatures;

  const [origin = '', size = '', root = ''] = body.split('\n');
  if (!/\S/.test(origin)) return refused('without an origin');
  if (!/^(?:0|[1-9]\d{0,19})$/.test(size)) return refused('whose size is not a number');
  const hash = fromBase64(root);
  if (hash?.length !== 32) return refused('whose root is not the base64 of 32 bytes');
  return {
    ok: true,
    value: { note, origin, size: BigInt(size), root: hash, text: `${body}\n`, signatures: signatures.value },
  };
}

/**
 * The checkpoint in a note, if a key of the log that its origin names has signed it. Other signatures (witnesses,
 * older keys) are ignored.
 */
export function openCheckpoint(note: string, keys: readonly LogKey[]): Parsed<SignedCheckpoint> {
  const parsed = parseCheckpoint(note);
  if (!parsed.ok) return parsed;
  const { origin, text, signatures } = parsed.value;
  const ours = keys.filter((key) => key.names.some((name) => isOriginOf(origin, name)));
  if (ours.length === 0) return refused('of a log that the trusted root does not know');
  const signed = ours.some((key) =>
    signatures.some(
      ({ name, keyHint, signature }) =>
        key.names.includes(name) &&
        Buffer.compare(keyHint, key.logId.subarray(0, 4)) === 0 &&
        isSignedBy(text, signature, key),
    ),
  );
  // The only cast to SignedCheckpoint.
  return signed
    ? { ok: true, value: parsed.value as SignedCheckpoint }
    : refused('without a valid signature of its log');
}

/** Tree id of a Rekor v1 checkpoint, decimal; `undefined` for a log with one tree. */
export function treeIdOf({ origin }: Checkpoint): string | undefined {
  return / - (\d{1,20})$/.exec(origin)?.[1];
}

/**
 * Whether the origin is the log's name, alone or with a Rekor v1 tree id; a longer name with the same prefix is not
 * accepted.
 */
function isOriginOf(origin: string, name: string): boolean {
  return (
    origin === name || (origin.startsWith(`${name} - `) && /^\d{1,20}$/.test(origin.slice(name.length + 3)))
  );
}

/** Signature lines: em dash, name, base64 of key hint and signature. */
function parseSignatures(block: string, limit: number): Parsed<readonly NoteSignature[]> {
  const lines = block.slice(0, -1).split('\n');
  if (lines.length > limit) return refused(`with more than ${limit} signatures`);
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const found = /^\u2014 ([^\s+]+) (\S+)$/.exec(line);
    const name = found?.[1];
    const bytes = fromBase64(found?.[2] ?? '');
    if (name === undefined || bytes === undefined || bytes.length < 5)
      return refused('with a malformed signature');
    signatures.push({ name, keyHint: bytes.subarray(0, 4), signature: bytes.subarray(4) });
  }
  return { ok: true, value: signatures };
}

function isSignedBy(text: string, signature: Uint8Array, { publicKey }: LogKey): boolean {
  const data = Buffer.from(text);
  try {
    switch (publicKey.asymmetricKeyType) {
      case 'ed25519':
        return verify(null, data, publicKey, signature);
      case 'ec':
        return verify('sha256', data, publicKey, signature);
      default:
        return false;
    }
  } catch {
    return false;
  }
}

/** C2SP signed-note: UTF-8 without control characters except the newline. A lone surrogate cannot be encoded. */
function isPlain(note: string): boolean {
  return !/[\u0000-\u0009\u000B-\u001F\u007F]/.test(note) && Buffer.from(note).toString() === note;
}

function refused(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why: `a checkpoint ${why}` };
}
