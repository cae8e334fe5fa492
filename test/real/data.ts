import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'vitest';

const folder = resolve(
  process.env['JSR_VERIFY_REAL_DATA'] ?? join(import.meta.dirname, '../../../shared/real'),
);

/** Whether the folder of real data is there. */
export const hasRealData = existsSync(join(folder, 'INDEX.tsv'));

/** A suite over real data; where there is none it says so instead of passing in silence. */
export function describeReal(name: string, suite: () => void): void {
  if (hasRealData) describe(name, suite);
  else describe(name, () => it.skip('skipped, no real data', () => undefined));
}

export function realPath(...path: readonly string[]): string {
  return join(folder, ...path);
}

export function readReal(...path: readonly string[]): Buffer {
  return readFileSync(realPath(...path));
}

/** The rows of a table with a header line, by column name. */
export function readTable(...path: readonly string[]): readonly Readonly<Record<string, string>>[] {
  const [head = '', ...rows] = readReal(...path)
    .toString('utf8')
    .trimEnd()
    .split('\n');
  const names = head.split('\t');
  return rows.map((row) => {
    const cells = row.split('\t');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}
