import { npmNameOf, type PackageVersion } from '../../model/package.ts';
import { isRecord } from '../../wire/json.ts';
import { differs, type Sameness, same } from '../sameness.ts';
import type { Layout } from './layout.ts';
import { exportPath, follow, relativeSpecifier, toFileUrl, toPath } from './specifiers.ts';

/** The inputs of a generated `package.json`. */
export interface PackageFacts {
  readonly package: PackageVersion;
  readonly registryUrl: string;
  /** The revision that the tarball must state; `undefined` accepts any. */
  readonly revision: number | undefined;
  readonly exports: ReadonlyMap<string, string>;
  /** The version ranges that the modules request for each package, by npm name. */
  readonly dependencies: ReadonlyMap<string, ReadonlySet<string>>;
  readonly layout: Layout;
  readonly inTarball: (path: string) => boolean;
}

/**
 * Decides whether the `package.json` equals, byte for byte, the one that JSR generates (contract 3.7). Two choices of
 * JSR are accepted as they are: the order of subpaths, and which of several ranges for one package is written.
 */
export function checkPackageJson(text: string, facts: PackageFacts): Sameness {
  const given = parse(text);
  if (given === undefined) return differs('is not a JSON object');
  const revision = given['_jsr_revision'];
  if (facts.revision !== undefined && revision !== facts.revision) {
    return differs(`states revision ${JSON.stringify(revision)}, not ${facts.revision}`);
  }
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || revision < 0) {
    return differs('states no revision');
  }
  const expected: Readonly<Record<string, unknown>> = {
    name: npmNameOf(facts.package),
    version: facts.package.version,
    homepage: homepageOf(facts),
    type: 'module',
    dependencies: chooseRanges(given['dependencies'], facts.dependencies),
    exports: orderLike(given['exports'], exportsOf(facts)),
    _jsr_revision: revision,
  };
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(expected, key))
      return differs(`has a field ${JSON.stringify(key)} that JSR never writes`);
  }
  for (const [key, value] of Object.entries(expected)) {
    const found = entryDifference(key, value, given[key]);
    if (found !== undefined) return differs(found);
  }
  return text === JSON.stringify(expected, null, 2) ? same : differs('is not written as JSR writes it');
}

// The address of the registry's own pages, whatever host served the tarball.
function homepageOf({ package: { scope, name }, registryUrl }: PackageFacts): string | undefined {
  const relative = `./@${scope}/${name}`;
  return URL.canParse(relative, registryUrl) ? new URL(relative, registryUrl).href : undefined;
}

function exportsOf({ exports, layout, inTarball }: PackageFacts): Readonly<Record<string, unknown>> {
  const conditions = [...exports].map(([key, target]) => {
    const place = (table: ReadonlyMap<string, string>) => {
      const url = follow(toFileUrl(exportPath(target)), table);
      const path = url === undefined ? undefined : toPath(url);
      return path !== undefined && inTarball(path) ? relativeSpecifier('/package.json', path) : undefined;
    };
    const code = place(layout.tables.source);
    const types = place(layout.tables.declaration);
    return [
      key,
      {
        ...(types === undefined || types === code ? {} : { types }),
        ...(code === undefined ? {} : { default: code }),
      },
    ] as const;
  });
  return Object.fromEntries(conditions);
}

function chooseRanges(
  given: unknown,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
): Readonly<Record<string, string>> {
  const chosen: [string, string][] = [];
  for (const [name, ranges] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const range = isRecord(given) ? given[name] : undefined;
    const [first = '*'] = ranges;
    chosen.push([name, typeof range === 'string' && ranges.has(range) ? range : first]);
  }
  return Object.fromEntries(chosen);
}

function orderLike(
  given: unknown,
  expected: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const keys = isRecord(given) ? Object.keys(given).filter((key) => Object.hasOwn(expected, key)) : [];
  const order = new Set([...keys, ...Object.keys(expected)]);
  return Object.fromEntries([...order].map((key) => [key, expected[key]]));
}

function entryDifference(key: string, expected: unknown, given: unknown): string | undefined {
  if (JSON.stringify(expected) === JSON.stringify(given)) return undefined;
  if (!isRecord(expected) || !isRecord(given)) {
    return `says ${key} ${JSON.stringify(given)}, not ${JSON.stringify(expected)}`;
  }
  for (const name of new Set([...Object.keys(given), ...Object.keys(expected)])) {
    if (!Object.hasOwn(expected, name)) return `has ${key} ${JSON.stringify(name)}, which nothing asks for`;
    if (!Object.hasOwn(given, name)) return `lacks ${key} ${JSON.stringify(name)}`;
    const [found, wanted] = [JSON.stringify(given[name]), JSON.stringify(expected[name])];
    if (found !== wanted) return `has ${key} ${JSON.stringify(name)} ${found}, not ${wanted}`;
  }
  return undefined;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
