import { dirname, join } from 'node:path';
import { readTextFile } from '../source/disk.ts';

/** The docs page of a check or a rule, in Markdown; `undefined` if there is none. `id` must be a check or rule id. */
export async function docsPage({
  id,
  kind,
}: {
  readonly id: string;
  readonly kind: 'check' | 'rule';
}): Promise<string | undefined> {
  // In a checkout the pages are next to the sources, in the built program next to the chunks. A program loaded from a
  // URL has no folder.
  if (import.meta.dirname === undefined) return undefined;
  for (let folder = import.meta.dirname, steps = 0; steps < 4; folder = dirname(folder), steps += 1) {
    const file = join(folder, 'docs', `${kind}s`, `${id}.md`);
    const page = await readTextFile(file, { code: 'OPTIONS_INVALID' }).catch(() => undefined);
    if (page !== undefined) return page;
  }
  return undefined;
}
