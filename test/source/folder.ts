import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that is gone with the test. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'jsr-verify-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** All files below a folder. */
export function filesOf(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Bytes in all files below a folder. */
export function sizeOf(dir: string): number {
  return filesOf(dir).reduce((sum, file) => sum + statSync(file).size, 0);
}
