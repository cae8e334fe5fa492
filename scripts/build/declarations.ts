import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { importsOf } from '../syntax.ts';

/**
 * The type declarations a user of the library can reach, by their path below `dist/`. They import nothing but each
 * other, so that the package needs no types of anybody else; throws where one does.
 */
export async function declarations(root: string): Promise<Map<string, Uint8Array>> {
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
    return await reachable(folder, join(folder, 'index.d.ts'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function reachable(folder: string, entry: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const name = join('types', relative(folder, path));
    if (files.has(name)) continue;
    let text = await readFile(path, 'utf8');
    for (const { specifier } of importsOf(path, text)) {
      if (!/^\.\.?\//.test(specifier))
        throw new Error(`${name} would make users need the types of ${specifier}`);
      open.push(join(dirname(path), specifier.replace(/\.[jt]s$/, '.d.ts')));
      // The compiler rewrites the extension in code but not in declarations.
      text = text.replaceAll(`'${specifier}'`, `'${specifier.replace(/\.ts$/, '.js')}'`);
    }
    files.set(name, Buffer.from(text));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
