import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './run.ts';

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  await readFile(join(root, 'package-lock.json'), 'utf8'),
);
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');

test('the lockfile holds a hash of every package, and no registry', () => {
  expect(locked.length).toBeGreaterThan(0);
  for (const [path, { integrity, resolved }] of locked) {
    expect(integrity, path).toMatch(/^sha512-/);
    expect(resolved, path).toBeUndefined();
  }
});

// `npm install` beside an old node_modules may leave some out, and `npm ci` then refuses everywhere.
test('the lockfile holds the packages of every platform, not only of the one it was written on', () => {
  for (const [path, { dependencies, optionalDependencies }] of locked) {
    const missing = Object.keys({ ...dependencies, ...optionalDependencies }).filter(
      (name) => !found(path, name),
    );
    expect(missing, path).toEqual([]);
  }
});

test('only esbuild has a script that runs when it is installed, and works without', () => {
  expect(locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([
    'node_modules/esbuild',
  ]);
});

/** Whether a package finds another the way Node looks: beside its own dependencies, then one folder up, and so on. */
function found(path: string, name: string): boolean {
  const own = `${path}/node_modules/${name}`;
  if (own in lock.packages) return true;
  const up = path.lastIndexOf('/node_modules/');
  return up === -1 ? `node_modules/${name}` in lock.packages : found(path.slice(0, up), name);
}
