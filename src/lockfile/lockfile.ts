import { JsrVerifyError } from '../model/error.ts';
import type { LockfileContents } from '../model/target.ts';
import { notUtf8At } from '../wire/utf8.ts';
import { type LockfileFormat, UnknownVersion } from './format.ts';
import { bun } from './formats/bun.ts';
import { cyclonedx } from './formats/cyclonedx.ts';
import { deno } from './formats/deno-lock.ts';
import { npm } from './formats/package-lock.ts';
import { pnpm } from './formats/pnpm.ts';
import { spdx } from './formats/spdx.ts';
import { vlt } from './formats/vlt.ts';
import { yarn } from './formats/yarn.ts';
import { Collector } from './parts/collector.ts';
import { Lines } from './parts/place.ts';
import { TreeError } from './text/value.ts';

export type { LockfileFormat } from './format.ts';

/** Every format. */
export const formats = [
  deno,
  npm,
  pnpm,
  yarn,
  bun,
  vlt,
  cyclonedx,
  spdx,
] as const satisfies readonly LockfileFormat[];

export type LockfileFormatId = (typeof formats)[number]['id'];

/** Largest lockfile that is read, in bytes; the largest known real ones have about 6 MB. */
export const maxLockfileBytes = 50 * 1024 * 1024;

/** How to read a lockfile: the configured registries, and the format when the name does not determine it. */
export interface ReadOptions {
  readonly registry: string;
  readonly npmRegistry: string;
  /** Proxies of the npm registry, accepted in lockfiles like the registry itself; they get no requests. */
  readonly otherNpmRegistries?: readonly string[] | undefined;
  readonly format?: LockfileFormatId;
  /** The texts of the files in the same folder that the format needs, by name. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** The names of the formats, in the order of help. */
export const formatIds: readonly LockfileFormatId[] = formats.map(({ id }) => id);

/** The format of a lockfile by its name, otherwise by its text; `undefined` unless exactly one matches. */
export function detect(fileName: string, text?: string): LockfileFormatId | undefined {
  const name = baseName(fileName);
  const named = formats.find((format: LockfileFormat) => isNameOf(format, name));
  if (named !== undefined || text === undefined) return named?.id;
  const [only, other] = recognisedBy(text);
  return other === undefined ? only : undefined;
}

function isNameOf({ fileNames, endings = [] }: LockfileFormat, name: string): boolean {
  return fileNames.includes(name) || endings.some((ending) => name.endsWith(ending));
}

// A text in which two formats recognise themselves could hide from one what it shows the other.
function recognisedBy(text: string): readonly LockfileFormatId[] {
  return formats.filter(({ recognises }) => recognises(text)).map(({ id }) => id);
}

/**
 * Everything that a lockfile says about JSR packages. `fileName` is used for messages and to detect the format.
 *
 * Throws `JsrVerifyError` with `LOCKFILE_INVALID` when the text is damaged and `LOCKFILE_UNSUPPORTED` when its format or
 * version is unknown; the message begins with file and line. An entry that cannot be understood is listed in
 * `unreadable` and does not hide the others; a damaged file is never read as an empty one.
 */
export function readLockfile(fileName: string, text: string, options: ReadOptions): LockfileContents {
  refuseBinaryOfBun(fileName, text);
  const clean = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const lines = new Lines(clean);
  const at = (position: number) => `${fileName}:${lines.of(position).line}`;
  const damage = damageIn(clean);
  if (damage !== undefined) throw invalid(`${at(damage.at)}: ${damage.message}`, damage.hint);
  const id = options.format ?? detect(fileName, clean);
  const format: LockfileFormat | undefined = formats.find((one) => one.id === id);
  if (format === undefined) throw unknownFormat(fileName, recognisedBy(clean));
  const collector = new Collector(fileName, lines, options, options.beside);
  try {
    format.read(clean, collector);
  } catch (cause) {
    if (cause instanceof TreeError) {
      throw invalid(`${at(cause.at)}: ${cause.message}`, cause.hint ?? restore(format), cause);
    }
    if (cause instanceof UnknownVersion) {
      const hint = cause.hint ?? untilSupported(format);
      throw new JsrVerifyError('LOCKFILE_UNSUPPORTED', `${at(cause.at)}: ${cause.message}`, { hint, cause });
    }
    throw cause;
  }
  const contents = collector.contents(format);
  return format.isReturned ? { ...contents, document: clean } : contents;
}

interface Damage {
  readonly at: number;
  readonly message: string;
  readonly hint: string;
}

/** Damage that is found before parsing. */
function damageIn(text: string): Damage | undefined {
  if (text.length > maxLockfileBytes) {
    return { at: 0, message: 'is larger than 50 MB', hint: 'no client writes a lockfile of that size' };
  }
  if (text.trim() === '')
    return { at: 0, message: 'is empty', hint: 'restore it, or regenerate it with its own tool' };
  const conflict = /^(?:<{7}|={7}|>{7}|\|{7})(?:[ \r\n]|$)/m.exec(text);
  if (conflict !== null) {
    return {
      at: conflict.index,
      message: 'has a git conflict marker',
      hint: 'resolve the conflict first; most package managers do it on their next install',
    };
  }
  // No package manager writes NUL.
  const binary = [notUtf8At(text), text.indexOf('\0')].find((at) => at !== -1);
  if (binary !== undefined)
    return { at: binary, message: 'is not UTF-8 text', hint: 'lockfiles are UTF-8 text' };
  return undefined;
}

function refuseBinaryOfBun(fileName: string, text: string): void {
  if (baseName(fileName) !== 'bun.lockb' && !text.slice(0, 200).includes('bun-lockfile-format-v')) return;
  throw new JsrVerifyError('LOCKFILE_UNSUPPORTED', `${fileName}:1: is a binary lockfile of bun`, {
    hint: 'run `bun install --save-text-lockfile` and audit the bun.lock that it writes',
  });
}

function unknownFormat(fileName: string, possible: readonly LockfileFormatId[]): JsrVerifyError {
  if (possible.length > 1)
    return new JsrVerifyError(
      'LOCKFILE_UNSUPPORTED',
      `${fileName}:1: could be a lockfile of several formats: ${possible.join(', ')}`,
      { hint: 'say which one it is: add --lockfile-type' },
    );
  const names = formats
    .flatMap(({ fileNames, endings = [] }: LockfileFormat) => [
      ...fileNames,
      ...endings.map((end) => `*${end}`),
    ])
    .join(', ');
  return new JsrVerifyError('LOCKFILE_UNSUPPORTED', `${fileName}:1: is not a lockfile of a known format`, {
    hint: `known names: ${names}; for another name add --lockfile-type <${formatIds.join('|')}>`,
  });
}

/** The hint for a version that is newer than this program. */
function untilSupported({ title }: LockfileFormat): string {
  return `a newer jsr-verify may read it; until then, regenerate it with an older ${title}, or check packages by name: jsr-verify @scope/name@version`;
}

function restore(format: LockfileFormat): string {
  const command = format.writtenBy === undefined ? 'its own tool' : `\`${format.writtenBy}\``;
  return `restore it, or regenerate it with ${command}`;
}

function invalid(message: string, hint: string, cause?: unknown): JsrVerifyError {
  return new JsrVerifyError('LOCKFILE_INVALID', message, cause === undefined ? { hint } : { hint, cause });
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
