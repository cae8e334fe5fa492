import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { prune } from './prune.ts';

/**
 * The type declarations a user of the library can reach, by their path below `dist/`. They import nothing but each
 * other, so that the package needs no types of other packages; throws if one does.
 */
export async function declarations(root: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = await mkdtemp(join(tmpdir(), 'jsr-verify-types-'));
  try {
    await promisify(execFile)(
      process.execPath,
      [
        join(root, 'node_modules/typescript/bin/tsc'),
        '-p',
        join(root, 'tsconfig.build.json'),
        '--outDir',
        folder,
      ],
      { cwd: root },
    ).catch(({ stdout }: { stdout: string }) => {
      throw new Error(`types could not be emitted:\n${stdout}`);
    });
    const files = prune(join(folder, 'index.d.ts'), {
      read: (path) => readFileSync(path, 'utf8'),
      resolve(from, specifier) {
        if (/^\.\.?\//.test(specifier)) return join(dirname(from), specifier.replace(/\.ts$/, '.d.ts'));
        throw new Error(`${relative(folder, from)} would make users need the types of ${specifier}`);
      },
    });
    return new Map(
      [...files]
        .map(
          ([path, text]) =>
            [`types/${relative(folder, path).replaceAll(sep, '/')}`, Buffer.from(text)] as const,
        )
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
