import { MirrorUnavailable } from './tuf-mirror.ts';

/**
 * Why an update failed.
 *
 * - `unavailable`: there was no telling; nothing is known to be wrong. `local`: trouble of this machine.
 * - `expired`: the newest metadata there is is out of date: a mirror that lags, or one that is held back (freeze).
 * - `invalid`: metadata was seen that does not verify.
 */
export type TufTrouble =
  | { readonly kind: 'unavailable'; readonly why: string; readonly local?: true }
  | { readonly kind: 'expired'; readonly why: string }
  | { readonly kind: 'invalid'; readonly why: string; readonly cause: unknown };

/** Sorts what the TUF client rejected with. Whatever is not known to be harmless is `invalid`. */
export function explainTuf(error: unknown): TufTrouble {
  if (error instanceof MirrorUnavailable) return { kind: 'unavailable', why: error.message };
  if (error instanceof NotSaved) return notSaved(error.message);
  if (isDisk(error)) return notSaved(error.code ?? 'unknown error');
  const seen = plain(error instanceof Error ? error.message : String(error));
  // The library turns some of its errors into the text of another one, so the text is what there is to go by.
  const expired = /^(?:Final )?([\w%.-]+\.json is expired)$/.exec(seen)?.[1];
  if (expired !== undefined) return { kind: 'expired', why: expired };
  return { kind: 'invalid', why: inWords(seen), cause: error };
}

/** Metadata that was verified could not be written down; the message is the code of the system. */
export class NotSaved extends Error {
  override readonly name = 'NotSaved';
}

function notSaved(code: string): TufTrouble {
  return { kind: 'unavailable', why: `metadata cannot be written to disk (${code})`, local: true };
}

function isDisk(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

/** The innermost message, of bounded length and without control characters: parts of it come from the mirror. */
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
