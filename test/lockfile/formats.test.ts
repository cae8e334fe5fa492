import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { detect, formats, readLockfile } from '../../src/lockfile/lockfile.ts';
import { JsrVerifyError } from '../../src/model/error.ts';
import { casesOf, fixtures, outcomeOf } from './support.ts';

test('every format has fixtures, and every fixture has a format', () => {
  expect(readdirSync(fixtures).sort()).toEqual(formats.map(({ id }) => id).sort());
});

describe.each(formats.map(({ id }) => id))('%s', (id) => {
  const cases = casesOf(id);

  test.each(cases)('$name comes out as expected', ({ file, text, options, expected }) => {
    expect(outcomeOf(file, text, options)).toEqual(expected);
  });

  test.each(cases)('$name is the same under any name, when the format is said', ({ text, options }) => {
    const known = outcomeOf('any.name', text, { ...options, format: id });
    // A binary lockfile is known by its first bytes.
    const unnamed = outcomeOf('any.name', text, options);
    if (detect('any.name', text) === id) expect(unnamed).toEqual(known);
  });

  test.each(cases)('$name is pointed at: by line in contents, by line and hint in errors', (one) => {
    const lines = one.text.split('\n');
    try {
      const { targets, foreign, unreadable } = readLockfile(one.file, one.text, one.options);
      for (const { at } of [
        ...targets.flatMap(({ occurrences }) => occurrences),
        ...foreign,
        ...unreadable,
      ]) {
        expect(at.file).toBe(one.file);
        expect(lines[at.line - 1]?.length ?? 0).toBeGreaterThanOrEqual(at.column ?? 0);
      }
    } catch (error) {
      expect(error).toBeInstanceOf(JsrVerifyError);
      if (!(error instanceof JsrVerifyError)) return;
      expect(error.message).toMatch(new RegExp(`^${one.file.replaceAll('.', '\\.')}:\\d+: [a-z]`));
      expect(error.hint).toMatch(/^[^A-Z].*[^.]$/);
    }
  });

  test('the fixtures hold contents, damage, an unknown version and no JSR package at all', () => {
    const seen = cases.map(({ expected }) => expected as { code?: string; targets?: object });
    expect(seen.some(({ targets }) => Object.keys(targets ?? {}).length > 0)).toBe(true);
    expect(seen.some(({ code }) => code === 'LOCKFILE_INVALID')).toBe(true);
    expect(seen.some(({ code }) => code === 'LOCKFILE_UNSUPPORTED')).toBe(true);
  });
});

describe('detect', () => {
  test.each([
    ['deno.lock', 'deno'],
    ['a/b/package-lock.json', 'npm'],
    ['npm-shrinkwrap.json', 'npm'],
    ['node_modules/.package-lock.json', 'npm'],
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['C:\\work\\bun.lock', 'bun'],
    ['bun.lockb', 'bun'],
    ['vlt-lock.json', 'vlt'],
    ['node_modules/.vlt-lock.json', 'vlt'],
    ['bom.json', 'cyclonedx'],
    ['dist/app.cdx.json', 'cyclonedx'],
    ['app.spdx.json', 'spdx'],
    ['sbom.json', undefined],
    ['cdx.json', undefined],
    ['lock.json', undefined],
    ['package.json', undefined],
  ])('knows %s by its name as %s', (name, id) => {
    expect(detect(name)).toBe(id);
  });

  test.each(formats.map(({ id }) => id))('knows a lockfile of %s by its text', (id) => {
    const [whole] = casesOf(id).filter(({ name }) => /^(?:v\d|berry|classic)$/.test(name));
    expect(detect('unknown', whole?.text)).toBe(id);
  });

  test('takes a text that two formats recognise for none of them', () => {
    const both = '{"bomFormat":"CycloneDX","specVersion":"1.6","lockfileVersion":3,"packages":{}}';
    expect(detect('sbom.json', both)).toBeUndefined();
    expect(detect('sbom.json', both.replace('"lockfileVersion":3,', ''))).toBe('cyclonedx');
  });

  test.each([
    '',
    '{}',
    '[]',
    'null',
    '{"name":"a","version":"1.0.0"}',
    'a: b\n',
    '# comment\n',
    '{"version":5}',
  ])('takes %j for no lockfile', (text) => {
    expect(detect('unknown', text)).toBeUndefined();
  });
});
