import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { sha256Hex } from '../support/keys.ts';
import { npm, root, run } from './run.ts';

test('packing in two folders gives the bytes that packing here gives', async () => {
  const { stdout } = await run(root, 'git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard');
  const files = stdout.split('\0').filter((file) => file !== '' && !/^(?:fixtures|test)\//.test(file));
  expect(files).toContain('src/cli/main.ts');
  const wanted = sha256Hex(await readFile(inject('tarball')));
  for (const name of ['a', 'a folder with a longer name']) {
    const base = await mkdtemp(join(tmpdir(), 'jsr-verify-twice-'));
    try {
      const folder = join(base, name);
      for (const file of files) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await cp(join(root, file), join(folder, file));
      }
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
      await npm(folder, 'pack', '--pack-destination', base);
      const [packed = ''] = (await readdir(base)).filter((file) => file.endsWith('.tgz'));
      expect(sha256Hex(await readFile(join(base, packed)))).toBe(wanted);
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  }
});
