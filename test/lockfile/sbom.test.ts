import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { tarballsIn } from '../../src/audit/depth.ts';
import { discoverLockfiles } from '../../src/lockfile/find/discover.ts';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import { diskAt } from '../../src/source/disk.ts';
import { cycloneDxSchemaOf } from '../support/cyclonedx.ts';
import { casesOf, fixtures, publicRegistries } from './support.ts';

const read = (format: string, name: string) => {
  const one = casesOf(format).find((it) => it.name === name);
  if (one === undefined) throw new Error(`there is no fixture ${format}/${name}`);
  return readLockfile(one.file, one.text, one.options);
};

test.each(['v1', 'spec-1.4', 'spec-1.5', 'spec-1.7', 'digests'])(
  'the fixture %s is valid against the official schema of its version',
  (name) => {
    const [file = ''] = casesOf('cyclonedx').flatMap((one) => (one.name === name ? [one.file] : []));
    const bom = JSON.parse(readFileSync(join(fixtures, 'cyclonedx', name, file), 'utf8'));
    // The fixture of digests has one that is too short.
    if (name === 'digests') bom.components.splice(3, 1);
    const isValid = cycloneDxSchemaOf(bom.specVersion);
    expect(isValid(bom), JSON.stringify(isValid.errors)).toBe(true);
  },
);

describe('an SBOM', () => {
  test('names what lists a JSR package beside the components, and does not audit it', () => {
    const { targets, remarks } = read('cyclonedx', 'elsewhere');
    expect(targets.map(({ package: { name } }) => name)).toEqual(['fs']);
    expect(remarks?.map(({ at, message }) => `${at.line} ${message}`)).toEqual([
      '12 pkg:jsr/%40std/cli@1.0.8 is not among the components, so it was not audited',
      '22 pkg:jsr/%40std/path@1.0.8 is what the document is about; it was not audited, only its components',
    ]);
  });

  test('names the other documents that it refers to', () => {
    expect(read('spdx', 'odd-packages').remarks?.map(({ message }) => message)).toEqual([
      'the document refers to other SPDX documents, which were not read',
    ]);
  });

  test('is audited down to the tarball only where it lists the npm tarball', () => {
    expect([...tarballsIn([read('spdx', 'v2')])].sort()).toEqual([
      'pkg:jsr/@std/assert@1.0.8',
      'pkg:jsr/@std/internal@1.0.5',
      'pkg:jsr/@std/path@1.0.8',
    ]);
    expect([...tarballsIn([read('cyclonedx', 'spec-1.4')])]).toEqual(['pkg:jsr/@std/internal@1.0.5']);
  });
});

describe('discovery', () => {
  const text = readFileSync(join(fixtures, 'cyclonedx/spec-1.4/bom.json'), 'utf8');
  const files = ['deno.lock', 'bom.json', 'sbom.json', 'a.spdx.json', 'b/bom.json'];
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  function project(): string {
    const root = mkdtempSync(join(tmpdir(), 'sbom-'));
    made.push(root);
    for (const file of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), file === 'deno.lock' ? '{"version":"5"}' : text);
    }
    return root;
  }

  test('does not take an SBOM for a lockfile of the folder or of a folder below', async () => {
    const { lockfiles, unread } = await discoverLockfiles(diskAt(project()), ['.']);
    expect(lockfiles.map(({ file }) => file)).toEqual(['deno.lock']);
    expect(unread).toEqual([]);
  });

  test('takes an SBOM whose path is given', async () => {
    const { lockfiles } = await discoverLockfiles(diskAt(project()), ['bom.json', 'sbom.json']);
    expect(lockfiles.map(({ file, format }) => [file, format])).toEqual([
      ['bom.json', 'cyclonedx'],
      ['sbom.json', undefined],
    ]);
    expect(readLockfile('sbom.json', text, publicRegistries).format).toBe('cyclonedx');
  });
});
