import { describe, expect, test } from 'vitest';
import { formatIds, formats, maxLockfileBytes, readLockfile } from '../../src/lockfile/lockfile.ts';
import { textOfBytes } from '../../src/wire/utf8.ts';
import { casesOf, outcomeOf, packagesIn, publicRegistries } from './support.ts';

const invalid = { code: 'LOCKFILE_INVALID' };
const unsupported = { code: 'LOCKFILE_UNSUPPORTED' };

/** The largest readable fixture of a format. */
function wholeOf(id: string) {
  const readable = casesOf(id).filter(({ expected }) => 'targets' in (expected as object));
  const [largest] = readable.sort((a, b) => b.text.length - a.text.length);
  if (largest === undefined) throw new Error(`no readable fixture for ${id}`);
  return largest;
}

describe.each(formats.map(({ id }) => id))('a damaged lockfile of %s is never an empty one', (id) => {
  const { file, text, options } = wholeOf(id);

  test('cut anywhere, it is refused, still names every package, or says what is missing', () => {
    const names = packagesIn(readLockfile(file, text, options));
    // A last line without its line break is whole, and a cut in white space loses nothing.
    const end = text.trimEnd().length - 1;
    for (let length = 1; length < end; length += 7) {
      const outcome = outcomeOf(file, text.slice(0, length), options) as {
        code?: string;
        targets?: object;
        unreadable?: string[];
      };
      if (outcome.code !== undefined) continue;
      // Only formats of lines can be cut so that what is left is whole.
      expect(['pnpm', 'yarn']).toContain(id);
      if (outcome.unreadable?.some((entry) => entry.endsWith('that is not in the lockfile'))) continue;
      expect(Object.keys(outcome.targets ?? {}).sort()).toEqual([...names]);
    }
  });

  test('with conflict markers, it names the line of the first one', () => {
    const lines = text.split('\n');
    const at = Math.floor(lines.length / 2);
    const torn = [...lines.slice(0, at), '<<<<<<< HEAD', '=======', '>>>>>>> x', ...lines.slice(at)].join(
      '\n',
    );
    expect(outcomeOf(file, torn, options)).toMatchObject({
      ...invalid,
      message: `${file}:${at + 1}: has a git conflict marker`,
    });
  });

  test('with the line ends of Windows, or a byte order mark, it is the same', () => {
    const places = outcomeOf(file, text, options);
    expect(outcomeOf(file, text.replaceAll('\n', '\r\n'), options)).toEqual(places);
    expect(outcomeOf(file, `\uFEFF${text}`, options)).toEqual(places);
  });

  test('larger than 50 MB, it is refused', () => {
    const large = text + ' '.repeat(maxLockfileBytes);
    expect(outcomeOf(file, large, options)).toMatchObject({
      ...invalid,
      message: `${file}:1: is larger than 50 MB`,
    });
  });

  test('with bytes that are not UTF-8, it is refused with their line', () => {
    const line = text.split('\n').length;
    expect(
      outcomeOf(file, textOfBytes(Buffer.concat([Buffer.from(text), Buffer.from([0xe9])])), options),
    ).toMatchObject({
      ...invalid,
      message: `${file}:${line}: is not UTF-8 text`,
    });
    expect(outcomeOf(file, `${text}\0`, options)).toMatchObject(invalid);
  });

  test('with a replacement character in valid UTF-8, it is read or its entry is named', () => {
    const [marked] = /"name"\s*:|^# .*|^lockfileVersion/m.exec(text) ?? [];
    if (marked?.startsWith('#') !== true) return;
    const whole = textOfBytes(Buffer.from(text.replace(marked, `${marked} caf\uFFFD`)));
    expect(outcomeOf(file, whole, options)).toEqual(outcomeOf(file, text, options));
  });

  test('emptied, it is refused', () => {
    for (const nothing of ['', ' \n\t\n', '\uFEFF']) {
      expect(outcomeOf(file, nothing, options)).toMatchObject({ ...invalid, message: `${file}:1: is empty` });
    }
  });

  test('replaced by something else, it is refused', () => {
    for (const other of [
      '{}',
      '[]',
      'null',
      '"text"',
      '7',
      'text',
      '<!doctype html><title>404</title>',
      '- a\n- b\n',
    ]) {
      expect(outcomeOf(file, other, options)).toMatchObject({
        code: expect.stringMatching(/^LOCKFILE_/) as string,
      });
    }
  });
});

describe('nesting without end is refused, not followed', () => {
  const deep = 100_000;
  test.each([
    ['deno.lock', `{"version":"5","jsr":${'['.repeat(deep)}`],
    ['deno.lock', `{"version":"5","jsr":${'{"a":'.repeat(deep)}`],
    ['package-lock.json', `{"lockfileVersion":1,"dependencies":${'{"a":{"dependencies":'.repeat(deep)}`],
    ['bun.lock', `{"lockfileVersion":1,"workspaces":${'['.repeat(deep)}`],
    ['vlt-lock.json', `{"lockfileVersion":1,"nodes":${'[{"a":'.repeat(deep)}`],
    [
      'bom.json',
      `{"bomFormat":"CycloneDX","specVersion":"1.6","components":${'[{"components":'.repeat(deep)}`,
    ],
    ['a.spdx.json', `{"spdxVersion":"SPDX-2.3","packages":${'['.repeat(deep)}`],
    ['pnpm-lock.yaml', `lockfileVersion: '9.0'\npackages: ${'['.repeat(deep)}`],
    ['pnpm-lock.yaml', `lockfileVersion: '9.0'\npackages: ${'{a: '.repeat(deep)}`],
    ['pnpm-lock.yaml', `lockfileVersion: '9.0'\npackages:\n${'- '.repeat(deep)}`],
    ['pnpm-lock.yaml', `lockfileVersion: '9.0'\n${'? '.repeat(deep)}`],
    ['yarn.lock', `__metadata:\n  version: 8\n${'? '.repeat(deep)}`],
  ])('%s %.50s', (file, text) => {
    expect(outcomeOf(file, text, publicRegistries)).toMatchObject(invalid);
  });

  test('yarn.lock of Yarn 1', () => {
    const lines = Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth * 2)}a:`).join('\n');
    expect(outcomeOf('yarn.lock', `# yarn lockfile v1\n${lines}`, publicRegistries)).toMatchObject(invalid);
  });
});

test('a YAML text that grows by aliases is refused before it grows', () => {
  const bomb = Array.from(
    { length: 40 },
    (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1}, *a${i - 1}`}]`,
  );
  const text = `lockfileVersion: '9.0'\n${bomb.join('\n')}\n`;
  expect(outcomeOf('pnpm-lock.yaml', text, publicRegistries)).toMatchObject(invalid);
});

describe('bun.lockb', () => {
  test.each(['bun.lockb', 'renamed.lock', 'bun.lock'])(
    'as %s is answered with the command that helps',
    (name) => {
      const outcome = outcomeOf(
        name,
        '#!/usr/bin/env bun\nbun-lockfile-format-v0\n\0\uFFFD',
        publicRegistries,
      );
      expect(outcome).toMatchObject({
        ...unsupported,
        hint: expect.stringContaining('bun install --save-text-lockfile') as string,
      });
    },
  );
});

test('an unknown name with unknown text is answered with the names that are known', () => {
  const outcome = outcomeOf('lock.txt', 'hello', publicRegistries);
  expect(outcome).toMatchObject({ ...unsupported, hint: expect.stringContaining('deno.lock') as string });
  expect(outcome).toMatchObject({
    hint: expect.stringContaining(`--lockfile-type <${formatIds.join('|')}>`) as string,
  });
});
