import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { parse } from 'acorn';
import { visit } from 'jsonc-parser';
import { parseSync } from 'oxc-parser';
import { parseJson } from '../../src/wire/json.ts';
import { tarFields, tarFiles } from './tar.ts';

/** Where the bytes of evidence belong: one name per byte, such as `versions.1.0.0.createdAt`, `between` or `header mode`. */
export function fieldsOf(bytes: Buffer): readonly string[] {
  switch (kindOf(bytes)) {
    case 'gzip':
      return gzipFields(bytes);
    case 'tar':
      return tarFields(bytes).map((name, at, fields) => nested(bytes, fields, name, at));
    case 'lines':
      return lineFields(bytes);
    case 'json':
      return jsonFields(bytes);
    case 'other':
      return Array.from(bytes, () => 'content');
  }
}

/** A name for what became of the whole, where that says more than the place of the byte. */
export function samenessOf(bytes: Buffer, mutated: Buffer): string | undefined {
  switch (kindOf(bytes)) {
    case 'gzip':
      return unpack(mutated)?.equals(gunzipSync(bytes)) === true ? 'same contents' : undefined;
    case 'tar':
      return sameProgram(bytes, mutated);
    case 'lines':
      return isDeepStrictEqual(linesOf(bytes), linesOf(mutated)) ? 'same value' : undefined;
    case 'json': {
      const [honest, changed] = [parseJson(bytes), parseJson(mutated)];
      if (!honest.ok) return undefined;
      if (!changed.ok) return 'unreadable';
      return isDeepStrictEqual(honest.value, changed.value) ? 'same value' : undefined;
    }
    case 'other':
      return undefined;
  }
}

/** What evidence in JSON says, or evidence with JSON on each line; `undefined` where it is neither. */
export function saidBy(bytes: Buffer): unknown {
  const parsed = parseJson(bytes);
  return parsed.ok ? parsed.value : linesOf(bytes);
}

function kindOf(bytes: Buffer): 'gzip' | 'tar' | 'lines' | 'json' | 'other' {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  if (bytes.toString('latin1', 257, 262) === 'ustar') return 'tar';
  if (isJson(bytes.toString('latin1'))) return 'json';
  return linesOf(bytes) === undefined ? 'other' : 'lines';
}

/** RFC 1952: what is fixed, flags, time, extra flags and system, then the data, its checksum and its size. */
function gzipFields(bytes: Buffer): readonly string[] {
  const fields = Array.from(bytes, () => 'data');
  fields.fill('magic', 0, 3).fill('flags', 3, 4).fill('time', 4, 8).fill('extra flags', 8, 9);
  return fields.fill('system', 9, 10).fill('checksum', -8, -4).fill('size', -4);
}

function jsonFields(bytes: Buffer): readonly string[] {
  // One character per byte, so that offsets are those of bytes; what is not ASCII stands inside of strings.
  const fields = Array.from(bytes, () => 'between');
  const mark = (offset: number, length: number, name: string): void => {
    fields.fill(name, offset, offset + length);
  };
  const named = (segments: readonly (string | number)[]): string =>
    segments.map((segment, at) => general(segment, segments[at - 1])).join('.');
  visit(bytes.toString('latin1'), {
    onObjectProperty: (key, offset, length, _line, _column, path) =>
      mark(offset, length, `${named([...path(), key])} (name)`),
    onLiteralValue: (_value, offset, length, _line, _column, path) => mark(offset, length, named(path())),
  });
  return fields;
}

/** Names of log entries differ from run to run, and lists in length; a list inside of a list is a row with columns. */
function general(segment: string | number, before: string | number | undefined): string {
  if (typeof segment === 'number') return typeof before === 'number' ? `${segment}` : '#';
  return /^[0-9a-f]{80}$/.test(segment) ? '<id>' : segment;
}

/** What is asked at an address, by the names that the answers have here. */
export function questionOf(url: string): string {
  const { pathname } = new URL(url);
  const found = questions.find(([pattern]) => pattern.test(pathname));
  return found?.[1] ?? `file ${pathname.replace(/^\/@\w+\/\w+\/[\d.]+/, '')}`;
}

const questions: readonly (readonly [RegExp, string])[] = [
  [/\/meta\.json$/, 'meta.json'],
  [/_meta\.json$/, 'manifest'],
  [/\/versions\/[^/]+$/, 'version'],
  [/\/packages\/[^/]+$/, 'package'],
  [/\/log\/entries$/, 'entry'],
  [/\/api\/v1\//, 'log'],
];

/** The fields of each line; the first is the head of all, records are known by their question. */
function lineFields(bytes: Buffer): readonly string[] {
  const fields: string[] = [];
  for (const [index, line] of bytes.toString('latin1').split('\n').entries()) {
    const url = /^\{"method":"[A-Z]+","url":"([^"]+)"/.exec(line)?.[1];
    const what = index === 0 ? 'head' : url === undefined ? 'content' : `record of ${questionOf(url)}`;
    fields.push(...jsonFields(Buffer.from(line, 'latin1')).map((field) => `${what} ${field}`), 'line end');
  }
  return fields.slice(0, bytes.length);
}

/** JSON files in an archive have fields of their own. */
function nested(archive: Buffer, fields: readonly string[], name: string, at: number): string {
  if (!/\.(?:json|map)$/.test(name)) return name;
  const start = fields.indexOf(name);
  const known = inside.get(archive) ?? new Map<string, readonly string[]>();
  inside.set(archive, known);
  const own = known.get(name) ?? jsonFields(tarFiles(archive).get(`package${name}`) ?? Buffer.alloc(0));
  known.set(name, own);
  return `${name} ${own[at - start] ?? ''}`;
}

const inside = new WeakMap<Buffer, Map<string, readonly string[]>>();

/** Scripts and declarations that differ in text and are one program to whoever reads them. */
function sameProgram(bytes: Buffer, mutated: Buffer): string | undefined {
  const [honest, changed] = [tarFiles(bytes), tarFiles(mutated)];
  const differing = [...honest].filter(([name, content]) => changed.get(name)?.equals(content) !== true);
  const [only, ...others] = differing;
  if (only === undefined || others.length > 0 || honest.size !== changed.size) return undefined;
  const [name, content] = only;
  const other = changed.get(name)?.toString('utf8') ?? '';
  const read = name.endsWith('.js') ? treeOfScript : name.endsWith('.d.ts') ? treeOfDeclarations : undefined;
  const tree = read?.(content.toString('utf8'));
  if (read === undefined || tree === undefined || tree !== read(other)) return undefined;
  return `${name.replace(/^package/, '')}, same program`;
}

function treeOfScript(text: string): string | undefined {
  try {
    return withoutPlaces(parse(text, { ecmaVersion: 'latest', sourceType: 'module' }));
  } catch {
    return undefined;
  }
}

function treeOfDeclarations(text: string): string | undefined {
  const { program, errors } = parseSync('mod.d.ts', text);
  return errors.length > 0 ? undefined : withoutPlaces(program);
}

function withoutPlaces(tree: unknown): string {
  return JSON.stringify(tree, (key, value) =>
    ['start', 'end', 'raw', 'range', 'loc'].includes(key) ? undefined : value,
  );
}

function unpack(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes);
  } catch {
    return undefined;
  }
}

function linesOf(bytes: Buffer): readonly unknown[] | undefined {
  const lines = bytes.toString('utf8').split('\n');
  if (lines.pop() !== '') return undefined;
  const parsed = lines.map((line) => parseJson(Buffer.from(line)));
  return parsed.every((line) => line.ok) ? parsed.map(({ value }) => value) : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
