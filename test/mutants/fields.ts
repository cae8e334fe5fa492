import { visit } from 'jsonc-parser';

/** Where the bytes of a JSON text belong: one name per byte, such as `versions.1.0.0.createdAt` or `between`. */
export function fieldsOf(bytes: Buffer): readonly string[] {
  // One character per byte, so that offsets are those of bytes; what is not ASCII stands inside of strings.
  const text = bytes.toString('latin1');
  if (!isJson(text)) return Array.from(bytes, () => 'content');
  const fields = Array.from(bytes, () => 'between');
  const mark = (offset: number, length: number, name: string): void => {
    fields.fill(name, offset, offset + length);
  };
  const named = (segments: readonly (string | number)[]): string => segments.map(general).join('.');
  visit(text, {
    onObjectProperty: (key, offset, length, _line, _column, path) =>
      mark(offset, length, `${named([...path(), key])} (name)`),
    onLiteralValue: (_value, offset, length, _line, _column, path) => mark(offset, length, named(path())),
  });
  return fields;
}

/** Names of versions, files and log entries differ from run to run. */
function general(segment: string | number): string {
  if (typeof segment === 'number') return '#';
  return /^[0-9a-f]{80}$/.test(segment) ? '<id>' : segment;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
