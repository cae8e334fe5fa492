import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from './runner.ts';

/** A piece of configuration or script that the papers tell people to copy. */
export interface Snippet {
  /** Files and lines it stands at. */
  readonly place: string;
  readonly text: string;
}

interface Block extends Snippet {
  readonly language: string;
}

/** The snippets of the papers about CI by what they are for. */
export interface Snippets {
  readonly workflows: readonly Snippet[];
  readonly pipelines: readonly Snippet[];
  readonly hooks: readonly Snippet[];
  readonly scripts: readonly Snippet[];
}

/** Reads every block of the papers; one that nobody knows what to do with is an error. */
export async function readSnippets(): Promise<Snippets> {
  const papers = (await readdir(join(root, 'docs/ci'))).map((name) => `docs/ci/${name}`);
  const blocks = unique((await Promise.all(['README.md', ...papers].map(blocksOf))).flat());
  const found: Record<keyof Snippets, Snippet[]> = { workflows: [], pipelines: [], hooks: [], scripts: [] };
  for (const { language, ...snippet } of blocks) {
    // Files of others, which nothing here can run.
    if (language === 'text') continue;
    if (language === 'sh') found.scripts.push(snippet);
    else if (language === 'yaml') found[kindOf(snippet)].push(snippet);
    else throw new Error(`${snippet.place}: a block in ${language}`);
  }
  return found;
}

async function blocksOf(file: string): Promise<readonly Block[]> {
  const paper = await readFile(join(root, file), 'utf8');
  const from = file === 'README.md' ? paper.indexOf('\n## In CI\n') : 0;
  const to = file === 'README.md' ? paper.indexOf('\n## ', from + 1) : paper.length;
  const blocks = paper.slice(from, to).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(({ 1: language = '', 2: text = '', index }) => {
    const line = paper.slice(0, from + index).split('\n').length + 1;
    return { place: `${file}:${line}`, language, text };
  });
}

/** What stands in several papers is one snippet. */
function unique(blocks: readonly Block[]): readonly Block[] {
  const same = (a: Block) => blocks.filter(({ text }) => text === a.text);
  return blocks
    .filter((block) => same(block)[0] === block)
    .map((block) => ({
      ...block,
      place: same(block)
        .map(({ place }) => place)
        .join(' and '),
    }));
}

function kindOf({ place, text }: Snippet): keyof Snippets {
  const keys = Object.keys(parse(text));
  if (keys.includes('jobs')) return 'workflows';
  if (keys.includes('repos')) return 'hooks';
  if (Object.values(parse(text)).every((job) => Array.isArray((job as { script?: unknown }).script)))
    return 'pipelines';
  throw new Error(`${place}: neither a workflow nor a pipeline nor hooks`);
}
