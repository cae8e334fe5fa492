import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type LockfileFormatId, readLockfile } from '../../src/lockfile/lockfile.ts';
import { readJson } from '../../src/lockfile/text/json.ts';
import { TreeError } from '../../src/lockfile/text/value.ts';
import { nameOf } from '../../src/model/package.ts';
import type { LockfileContents } from '../../src/model/target.ts';
import { noRealData, outcomeOf, publicRegistries, realData } from './support.ts';

const here = existsSync(realData);
const rowsOf = (path: string): readonly string[][] =>
  here
    ? readFileSync(join(realData, path), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split('\t'))
    : [];
const known = new Map<string, LockfileContents>();

function read(path: string, format?: LockfileFormatId): LockfileContents {
  const contents =
    known.get(path) ??
    readLockfile(path, readFileSync(join(realData, path), 'utf8'), {
      ...publicRegistries,
      ...(format === undefined ? {} : { format }),
    });
  known.set(path, contents);
  return contents;
}

describe.skipIf(!here)(`lockfiles that people committed${noRealData}`, () => {
  const expected = new Map<string, string[]>();
  for (const [file = '', name = ''] of rowsOf('D-lockfiles/expected-packages.tsv')) {
    expected.set(file, [...(expected.get(file) ?? []), name]);
  }

  // In deno.lock, what the index counts are the packages of the `jsr` section.
  const counted = (file: string, { targets }: LockfileContents) =>
    targets
      .filter(
        ({ occurrences }) =>
          basename(file) !== 'deno.lock' || occurrences.some(({ locked }) => locked.kind === 'manifest'),
      )
      .map((target) => nameOf(target.package))
      .sort();

  const counts = rowsOf('D-lockfiles/counts.tsv');
  test('there are as many as the index says', () => {
    expect(counts).toHaveLength(29);
  });

  test.each(counts)('%s (%s) names its %s package versions', (file, _, count) => {
    const contents = read(file ?? '');
    expect(counted(file ?? '', contents)).toEqual(expected.get(file ?? '')?.sort());
    expect(counted(file ?? '', contents)).toHaveLength(Number(count));
    expect(contents.foreign).toEqual([]);
    expect(contents.unreadable).toEqual([]);
    // One was written by a pnpm that took `jsr:` for the name of a folder.
    const told = file?.includes('pnpm-v9.0/fedify-dev') ? [expect.stringContaining('link:jsr:@std/fmt')] : [];
    expect((contents.remarks ?? []).map(({ message }) => message)).toEqual(told);
  });

  test.each(counts)('%s points at the lines that name the packages', (file) => {
    const lines = readFileSync(join(realData, file ?? ''), 'utf8').split('\n');
    for (const { package: version, occurrences } of read(file ?? '').targets) {
      for (const { at, alias } of occurrences) {
        const line = lines[at.line - 1] ?? '';
        expect(
          [version.name, alias ?? version.name].some((name) => line.includes(name)),
          `${nameOf(version)} at line ${at.line}: ${line}`,
        ).toBe(true);
      }
    }
  });

  test.each(counts.filter(([, , , aliased]) => aliased !== '0'))(
    '%s has npm packages of JSR too: %s %s %s',
    (file, _, __, aliased) => {
      const npm = read(file ?? '').targets.filter(({ occurrences }) =>
        occurrences.some(({ locked }) => locked.kind === 'tarball'),
      );
      expect(npm).toHaveLength(Number(aliased));
    },
  );

  test.each(here ? readdirSync(join(realData, 'A-jsr/locks')) : [])(
    '%s pins the manifests that it was chosen for',
    (name) => {
      const contents = read(join('A-jsr/locks', name), 'deno');
      expect(contents.targets.length).toBeGreaterThan(0);
      expect(contents.foreign).toEqual([]);
      expect(contents.unreadable).toEqual([]);
    },
  );

  test('the integrity in a real lockfile is the digest of the real manifest', () => {
    const rows = rowsOf('A-jsr/manifests/manifests.tsv');
    const header =
      readFileSync(join(realData, 'A-jsr/manifests/manifests.tsv'), 'utf8').split('\n')[0]?.split('\t') ?? [];
    const column = (row: readonly string[], name: string) => row[header.indexOf(name)] ?? '';
    const digests = new Map<string, Set<string>>();
    for (const name of readdirSync(join(realData, 'A-jsr/locks'))) {
      for (const { package: version, occurrences } of read(join('A-jsr/locks', name), 'deno').targets) {
        for (const { locked } of occurrences) {
          if (locked.kind !== 'manifest') continue;
          digests.set(nameOf(version), (digests.get(nameOf(version)) ?? new Set()).add(locked.digest));
        }
      }
    }
    const compared = rows.filter((row) => {
      const known = digests.get(column(row, 'package'));
      if (known === undefined || column(row, 'lock_integrity') === '') return false;
      expect([...known]).toContain(column(row, 'lock_integrity'));
      return true;
    });
    expect(compared.length).toBeGreaterThan(50);
  });
});

describe.skipIf(!here)(`lockfiles and JSON that others test with${noRealData}`, () => {
  const invalid = (line: number) => ({
    code: 'LOCKFILE_INVALID',
    message: expect.stringContaining(`:${line}: `) as string,
  });
  const pnpm5 = { code: 'LOCKFILE_UNSUPPORTED', hint: expect.stringContaining('pnpm 8') as string };
  const nothing = { targets: {}, foreign: [], unreadable: [] };
  const outcomes: readonly (readonly [string, LockfileFormatId, object])[] = [
    ['denoland+docs.e1c7738f.deno.lock', 'deno', invalid(632)],
    ['denoland+docs.f062865d.deno.lock', 'deno', invalid(628)],
    ['syft-corrupt.deno.lock', 'deno', invalid(3)],
    [
      'systeminit+si.2d5a3539.deno.lock',
      'deno',
      { message: expect.stringMatching(/:4: has a git conflict marker$/) as string },
    ],
    ['lockfile-lint/bad-package-lock.json', 'npm', invalid(2)],
    ['lockfile-lint/empty.json', 'npm', invalid(1)],
    ['lockfile-lint/nested-package-lock.json', 'npm', nothing],
    ['lockfile-lint/package-lock-git-scheme.json', 'npm', nothing],
    ['lockfile-lint/package-lock-v3-package-name-aliases.json', 'npm', nothing],
    ['lockfile-lint/package-lock-v3.json', 'npm', nothing],
    ['lockfile-lint/yarn-incorrect-package-name.lock', 'yarn', nothing],
    ['lockfile-lint/yarn-only-http.lock', 'yarn', nothing],
    ['lockfile-lint/yarn.lock', 'yarn', nothing],
    [
      'osv-scalibr/bunlock-bad-tuple.json5',
      'bun',
      {
        unreadable: [
          '12:5 wrappy-bad1: it does not name a package',
          '14:5 wrappy-bad2: it does not name a package',
        ],
      },
    ],
    ['osv-scalibr/bunlock-empty.json5', 'bun', invalid(1)],
    ['osv-scalibr/bunlock-nested-dependencies-dup.json5', 'bun', nothing],
    ['osv-scalibr/bunlock-not-json.txt', 'bun', invalid(1)],
    ['osv-scalibr/packagelockjson-alias.v2.json', 'npm', nothing],
    ['osv-scalibr/packagelockjson-commits.v2.json', 'npm', nothing],
    ['osv-scalibr/packagelockjson-empty.v2.json', 'npm', nothing],
    ['osv-scalibr/packagelockjson-files.v2.json', 'npm', nothing],
    ['osv-scalibr/packagelockjson-nested-dependencies-dup.v2.json', 'npm', nothing],
    ['osv-scalibr/packagelockjson-null.v2.jsontest', 'npm', invalid(1)],
    ['osv-scalibr/pnpmlock-commits.yaml', 'pnpm', pnpm5],
    ['osv-scalibr/pnpmlock-exotic.yaml', 'pnpm', pnpm5],
    ['osv-scalibr/pnpmlock-invalid-path.yaml', 'pnpm', pnpm5],
    ['osv-scalibr/pnpmlock-missing-packages.yaml', 'pnpm', nothing],
    ['osv-scalibr/pnpmlock-multiple-versions.yaml', 'pnpm', pnpm5],
    ['osv-scalibr/pnpmlock-tarball.yaml', 'pnpm', pnpm5],
    // Excerpts, made by hand: a real one has an entry for the project.
    ['osv-scalibr/yarnlock-commits.v2.lock', 'yarn', invalid(4)],
    ['osv-scalibr/yarnlock-empty.v2.lock', 'yarn', invalid(1)],
    ['osv-scalibr/yarnlock-files.v2.lock', 'yarn', invalid(4)],
    ['osv-scalibr/yarnlock-multiple-versions.v2.lock', 'yarn', invalid(4)],
  ];

  test.each(outcomes)('%s', (path, format, expected) => {
    const text = readFileSync(join(realData, 'F-hostile/lockfiles', path), 'utf8');
    expect(outcomeOf(basename(path), text, { ...publicRegistries, format })).toMatchObject(expected);
  });

  test('none is left out', () => {
    const folder = join(realData, 'F-hostile/lockfiles');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const specs = files.filter(({ parentPath }) => basename(parentPath) === 'deno_lockfile-specs');
    expect(files.length - specs.length).toBe(outcomes.length);
  });

  const specs = join(realData, 'F-hostile/lockfiles/deno_lockfile-specs');
  test.each(here ? readdirSync(specs) : [])("every lockfile in Deno's own test %s is read", (name) => {
    const parts = readFileSync(join(specs, name), 'utf8')
      .split(/^# .*$/m)
      .filter((part) => part.includes('"version"'));
    expect(parts.length).toBeGreaterThan(0);
    for (const text of parts) {
      const outcome = outcomeOf('deno.lock', text, publicRegistries) as {
        code?: string;
        unreadable: string[];
      };
      expect(outcome.code).toBeUndefined();
      // Its made-up names have underscores or a single letter, which JSR does not allow.
      for (const entry of outcome.unreadable) expect(entry).toMatch(/_|\/[ab]@/);
    }
  });

  const json = join(realData, 'F-hostile/json');
  test.each(here ? readdirSync(json).filter((name) => name.startsWith('n_')) : [])('no JSON: %s', (name) => {
    const text = readFileSync(join(json, name), 'utf8');
    // A byte order mark is taken off before, and NUL and U+FFFD are refused before.
    expect(() => readJson(text)).toThrow(TreeError);
  });

  test.each(here ? readdirSync(json).filter((name) => name.startsWith('y_')) : [])('JSON: %s', (name) => {
    const text = readFileSync(join(json, name), 'utf8');
    if (name.startsWith('y_object_duplicated_key')) expect(() => readJson(text)).toThrow('duplicate key');
    else expect(readJson(text).kind).toMatch(/^(?:map|list|leaf)$/);
  });
});
