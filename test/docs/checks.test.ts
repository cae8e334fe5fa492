import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aboutEverything } from '../../src/catalogue.ts';
import { checkIds } from '../../src/model/check.ts';
import { explainTopic } from '../../src/report/formats/explanation.ts';
import { openStage, type Stage } from '../cli/program.ts';
import { showFailure } from './failures.ts';

const folder = join(import.meta.dirname, '../../docs/checks');
const pageOf = (id: string): string => readFileSync(join(folder, `${id}.md`), 'utf8');
const block = /(?<=^```console\n)[\s\S]*?(?=^```$)/m;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(() => undefined);
});
afterAll(() => stage.close());

it('every check has a page, and no page is left over', () => {
  expect(readdirSync(folder).sort()).toEqual(checkIds.map((id) => `${id}.md`).sort());
});

describe.each(checkIds.map((id, index) => ({ id, version: `1.${index}.0` })))('$id', ({ id, version }) => {
  it('is explained by the program with the page, word for word', async () => {
    expect(await stage.run(['explain', id])).toEqual({ code: 0, stdout: pageOf(id), stderr: '' });
  });

  it('has a page with the texts that reports have about the check', () => {
    const about = aboutEverything.get(id);
    if (about === undefined) throw new Error(`no texts about ${id}`);
    const onOneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
    const page = onOneLine(pageOf(id));
    for (const paragraph of explainTopic(about, undefined).split('\n\n'))
      expect(page).toContain(onOneLine(paragraph));
  });

  it('has a page with its evidence, the likely causes and the sources', () => {
    const headings = [...pageOf(id).matchAll(/^\*\*(.+?):\*\*/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'Passes with',
      'Could be forged by',
      'Evidence',
      'A failure looks like this',
      'Likely causes, most likely first',
      'What to do',
      'Sources',
    ]);
    expect(pageOf(id).match(/^\d\. /gm)?.length).toBeGreaterThan(2);
  });

  // `--update` writes it.
  it('has a page with a failure as the program prints it', async () => {
    const shown = await showFailure(stage, id, version);
    expect(shown).toContain(`    ${id}: `);
    expect(pageOf(id)).toMatch(block);
    await expect(pageOf(id).replace(block, () => shown)).toMatchFileSnapshot(join(folder, `${id}.md`));
  });
});
