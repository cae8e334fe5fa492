import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** An empty folder for evidence that lies on a disk. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'jsr-mutants-'));
  made.push(path);
  return path;
}

/** Takes all folders away again, once no case is run any more. */
export function removeFolders(): void {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
}
