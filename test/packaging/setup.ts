import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { npm, root } from './run.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The packed package: the very file that would be published. */
    readonly tarball: string;
  }
}

/** Packs what stands in the checkout, once for all tests of the package. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'jsr-verify-pack-'));
  const { stdout } = await npm(root, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
  const [{ filename }] = JSON.parse(stdout);
  project.provide('tarball', join(folder, filename));
  return () => rm(folder, { recursive: true, force: true });
}
