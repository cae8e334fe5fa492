import { MirrorUnavailable } from './tuf-mirror.ts';

/**
 * Why an update failed.
 *
 * - `unavailable`: there was no answer; nothing is known to be wrong. `local`: the cause is on this machine.
 * - `expired`: the newest available metadata has expired: the mirror is late, or newer metadata is withheld (freeze
 *   attack).
 * - `invalid`: metadata does not verify.
 */
export type TufTrouble =
  | { readonly kind: 'unavailable'; readonly why: string; readonly local?: true }
  | { readonly kind: 'expired'; readonly why: string }
  | { readonly kind: 'invalid'; readonly why: string; readonly cause: unknown };

/** Classifies an error of the TUF client. Every error that is not known to be harmless is `invalid`. */
export function explainTuf(error: unknown): TufTrouble {
  if (error instanceof MirrorUnavailable) return { kind: 'unavailable', why: error.message };
  if (error instanceof NotSaved) return notSaved(error.message);
  if (isDisk(error)) return notSaved(error.code ?? 'unknown error');
  const seen = plain(error instanceof Error ? error.message : String(error));
  // The library puts some of its errors into the text of another error, so only the text can be examined.
  const expired = /^(?:Final )?([\w%.-]+\.json is expired)$/.exec(seen)?.[1];
  if (expired !== undefined) return { kind: 'expired', why: expired };
  return { kind: 'invalid', why: inWords(seen), cause: error };
}

/** Verified metadata could not be saved; the message is the system's error code. */
export class NotSaved extends Error {
  override readonly name = 'NotSaved';
}

function notSaved(code: string): TufTrouble {
  return { kind: 'unavailable', why: `metadata cannot be written to disk (${code})`, local: true };
}

function isDisk(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** The innermost message, shortened and without control characters, because parts of it come from the mirror. */
function plain(message: string): string {
  const inner = message.replace(/^(?:Unable to load \w+(?: metadata)? error )?(?:\w*Error: )?/, '');
  return inner.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').slice(0, 200);
}

function inWords(seen: string): string {
  const found = explanations.find(([pattern]) => pattern.test(seen));
  return found === undefined ? seen : `${found[1]} (${seen})`;
}

const explanations: readonly (readonly [RegExp, string])[] = [
  [/ was signed by \d+\/\d+ keys$/, 'signatures are missing or wrong'],
  [/ is less than current version /, 'an older version is served than was seen before'],
  [/^Missing file \S+ in new snapshot$/, 'an older version is served than was seen before'],
  [/^Expected version \d+, got /, 'a root of another version is served'],
  [/ does(?:n't| not) match (?:timestamp|snapshot version)/, 'files of different versions are mixed'],
  [/^Expected (?:hash|length) /, 'a file is not the one that was signed'],
  [/JSON/, 'a file is not TUF metadata'],
];
