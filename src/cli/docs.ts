import { dirname, join } from 'node:path';
import { readTextFile } from '../source/disk.ts';

/** The docs page of a check or a rule, in Markdown; `undefined` where there is none. `id` must be the id of one of them. */
export async function docsPage({
  id,
  kind,
}: {
  readonly id: string;
  readonly kind: 'check' | 'rule';
}): Promise<string | undefined> {
  // The pages are beside the sources in a checkout and beside the chunks in the built program.
  // A program that was loaded by address is in no folder.
  if (import.meta.dirname === undefined) return undefined;
  for (let folder = import.meta.dirname, steps = 0; steps < 4; folder = dirname(folder), steps += 1) {
    const file = join(folder, 'docs', `${kind}s`, `${id}.md`);
    const page = await readTextFile(file, { code: 'OPTIONS_INVALID' }).catch(() => undefined);
    if (page !== undefined) return page;
  }
  return undefined;
}
