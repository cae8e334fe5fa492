import {
  chmodSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../src/cli/replace-file.ts';

let folder: string;
const path = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(path(name), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jsr-verify-replace-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a file that is replaced', () => {
  it.skipIf(process.platform === 'win32')(
    'is another file of the same name, with the permissions it had, and nothing is left beside it',
    async () => {
      writeFileSync(path('a'), 'old');
      chmodSync(path('a'), 0o640);
      const before = statSync(path('a'));
      await replaceFile(path('a'), 'new');
      const after = statSync(path('a'));
      expect([read('a'), after.mode, after.ino === before.ino]).toEqual(['new', before.mode, false]);
      expect(readdirSync(folder)).toEqual(['a']);
    },
  );

  it('need not be there before, and gets the permissions of any new file', async () => {
    writeFileSync(path('other'), '');
    await replaceFile(path('a'), 'new');
    expect([read('a'), statSync(path('a')).mode]).toEqual(['new', statSync(path('other')).mode]);
  });

  it('is the one that a link leads to: the link stays', async () => {
    writeFileSync(path('a'), 'old');
    symlinkSync('a', path('link'));
    await replaceFile(path('link'), 'new');
    expect([read('a'), read('link'), readdirSync(folder).sort()]).toEqual(['new', 'new', ['a', 'link']]);
  });

  it('and has several names keeps them', async () => {
    writeFileSync(path('a'), 'old');
    linkSync(path('a'), path('b'));
    await replaceFile(path('a'), 'new');
    expect([read('a'), read('b')]).toEqual(['new', 'new']);
  });

  it('stays as it is where the last look finds a reason', async () => {
    writeFileSync(path('a'), 'old');
    const refuse = () => Promise.reject(new Error('changed'));
    await expect(replaceFile(path('a'), 'new', refuse)).rejects.toThrow('changed');
    expect([read('a'), readdirSync(folder)]).toEqual(['old', ['a']]);
  });

  it.skipIf(process.platform === 'win32')('a device is written to, not replaced', async () => {
    await replaceFile('/dev/null', 'new');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});
