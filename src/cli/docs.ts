import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The docs page of a rule, in Markdown; `undefined` where there is none. `id` must be the id of a check or a rule. */
export async function ruleDocs(id: string): Promise<string | undefined> {
  // The pages stand beside the sources in a checkout and beside the chunks in the built program.
  for (let folder = import.meta.dirname, steps = 0; steps < 4; folder = dirname(folder), steps += 1) {
    const page = await readFile(join(folder, 'docs', 'rules', `${id}.md`), 'utf8').catch(() => undefined);
    if (page !== undefined) return page;
  }
  return undefined;
}
