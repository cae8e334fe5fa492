import { decode, encode } from '@jridgewell/sourcemap-codec';
import { identifiers, Passages } from '../passages.ts';
import { differs, type Sameness, same } from '../sameness.ts';

/** A source map of the tarball, and the files it should map. */
export interface EmittedMap {
  readonly text: string;
  /** Name of the emitted file that the map belongs to. */
  readonly name: string;
  /** The attested source relative to the emitted file: `./mod.ts` or `../mod.ts`. */
  readonly from: string;
  readonly source: string;
  readonly emitted: string;
}

const fields = ['version', 'file', 'sources', 'names', 'mappings'];

/**
 * Decides whether a source map has the form that JSR writes (contract 3.6): it names its file and its one attested
 * source, contains no source text, and all its mappings point to existing places in both files.
 */
export function checkSourceMap(map: EmittedMap): Sameness {
  const parsed = parse(map.text);
  if (parsed === undefined) return differs('is not a JSON object');
  const strange = Object.keys(parsed).find((field) => !fields.includes(field));
  if (strange !== undefined) return differs(`has a field ${JSON.stringify(strange)}`);
  const { version, file, sources, names, mappings } = parsed;
  if (version !== 3) return differs('is not of version 3');
  if (file !== map.name) return differs(`is not about ${map.name}`);
  if (!Array.isArray(sources) || !Array.isArray(names) || typeof mappings !== 'string') {
    return differs('has malformed fields');
  }
  if (sources.length > 1 || sources.some((source) => source !== map.from)) {
    return differs(`does not name ${map.from} as its only source`);
  }
  const inSource = new Passages(map.source, identifiers);
  if (names.some((name) => typeof name !== 'string' || !inSource.has(name))) {
    return differs('has a name that its source has not');
  }
  return checkMappings(mappings, sources.length, names.length, map);
}

function checkMappings(mappings: string, sources: number, names: number, map: EmittedMap): Sameness {
  if (!/^[A-Za-z0-9+/,;]*$/.test(mappings)) return differs('has mappings in another alphabet');
  const decoded = decode(mappings);
  if (encode(decoded) !== mappings) return differs('has mappings that do not decode');
  const emitted = map.emitted.split('\n');
  const source = map.source.split('\n');
  for (const [line, segments] of decoded.entries()) {
    for (const [column, sourceIndex, sourceLine, sourceColumn, name] of segments) {
      const inEmitted = column >= 0 && column <= (emitted[line]?.length ?? -1);
      const inSource =
        sourceIndex === undefined ||
        (sourceIndex < sources &&
          sourceIndex >= 0 &&
          (sourceColumn ?? 0) >= 0 &&
          (sourceColumn ?? 0) <= (source[sourceLine ?? 0]?.length ?? -1));
      const named = name === undefined || (name >= 0 && name < names);
      if (!inEmitted || !inSource || !named)
        return differs(`maps line ${line + 1} to a place that does not exist`);
    }
  }
  return same;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    // Only one spelling is accepted: parsers disagree about duplicate keys.
    return isObject && JSON.stringify(value) === text
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
