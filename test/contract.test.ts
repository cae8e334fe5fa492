import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const contract = readFileSync(join(root, 'docs/contract.md'), 'utf8');

const sections = new Set([...contract.matchAll(/^#{2,3} (\d+(?:\.\d+)?)\.? /gm)].map(([, id]) => id));
const traps = new Set([...contract.matchAll(/^\d+\. <a id="trap-(\d+)"><\/a>/gm)].map(([, id]) => id));

interface Citation {
  readonly where: string;
  readonly kind: string;
  readonly id: string;
}

/** What the comments, titles and messages of a text cite: "contract 1.4, trap 21" cites two things. */
function citationsIn(where: string, text: string): readonly Citation[] {
  const joined = text.replaceAll(/\n\s*(?:\*|\/\/) ?/g, ' ');
  return [...joined.matchAll(/\b(contract|traps?) (\d+(?:\.\d+)?(?:(?:, | and )\d+(?:\.\d+)?)*)/g)].flatMap(
    ([, kind = '', ids = '']) =>
      ids.split(/, | and /).map((id) => ({ where, kind: kind.replace('traps', 'trap'), id })),
  );
}

const citations = ['src', 'test', 'scripts'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && path !== 'contract.test.ts')
    .flatMap((path) => citationsIn(`${folder}/${path}`, readFileSync(join(root, folder, path), 'utf8'))),
);

describe('docs/contract.md', () => {
  it('has every section and trap that the code and the tests cite', () => {
    const missing = citations.filter(({ kind, id }) => !(kind === 'trap' ? traps : sections).has(id));
    expect(missing).toEqual([]);
    expect(citations.length).toBeGreaterThan(90);
  });

  it('numbers its traps without a gap', () => {
    expect([...traps]).toEqual(Array.from({ length: 43 }, (_, index) => `${index + 1}`));
  });

  it.each([
    ['/** Ten at most (contract 9.9). */', [{ kind: 'contract', id: '9.9' }]],
    [
      '// as there (contract 1.4, 3.2, trap\n  // 99)',
      [
        { kind: 'contract', id: '1.4' },
        { kind: 'contract', id: '3.2' },
        { kind: 'trap', id: '99' },
      ],
    ],
  ])('finds what a comment cites: %j', (text, expected) => {
    expect(citationsIn('x.ts', text)).toEqual(expected.map((one) => ({ where: 'x.ts', ...one })));
  });
});
