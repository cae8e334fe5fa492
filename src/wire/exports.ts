import { isRecord } from './json.ts';

/**
 * The `exports` of a version manifest, path by name; `undefined` if they are not a map of strings. JSR's server
 * normalises them to an object; test registries still send a string (contract 1.4).
 */
export function toExports(value: unknown): ReadonlyMap<string, string> | undefined {
  if (value === undefined) return new Map();
  if (typeof value === 'string') return new Map([['.', value]]);
  if (!isRecord(value)) return undefined;
  const exports = new Map<string, string>();
  for (const [name, path] of Object.entries(value)) {
    if (typeof path !== 'string') return undefined;
    exports.set(name, path);
  }
  return exports;
}
