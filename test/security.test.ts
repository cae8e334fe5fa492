import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { notEvidence } from './mutants/not-evidence.ts';

const root = join(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const security = read('SECURITY.md');
const attackers = read('docs/security/attackers.md');
const proofs = read('docs/security/proofs.md');
const unprovenBytes = read('docs/security/unproven-bytes.md');
const dependencies = read('docs/security/dependencies.md');
/** Everything that is promised about security, in one text. */
const documents = [
  security,
  attackers,
  proofs,
  unprovenBytes,
  dependencies,
  read('docs/security/decisions.md'),
].join('\n');

/** A test that a document names: `[what](../../test/file.ts): “title”, “title”`. */
interface Named {
  readonly file: string;
  readonly title: string;
}

function namedIn(text: string): readonly Named[] {
  return [...text.matchAll(/\]\(\.\.\/\.\.\/(test\/[\w/.-]+\.ts)\):\s+((?:“[^”]+”,?\s*)+)/g)].flatMap(
    ([, file = '', titles = '']) =>
      [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => ({
        file,
        title: title.replace(/\s+/g, ' '),
      })),
  );
}

/** The rows of the table whose head has these cells. */
function rowsBelow(document: string, head: string): readonly string[] {
  const lines = document.split('\n');
  const start = lines.indexOf(head) + 2;
  expect(start).toBeGreaterThan(1);
  const end = lines.findIndex((line, index) => index >= start && !line.startsWith('|'));
  return lines.slice(start, end === -1 ? undefined : end);
}

/** Every text of a file that is written in one piece; titles of tests and promises of attacks are. */
function textsOf(file: string): ReadonlySet<string> {
  const texts = new Set<string>();
  const { program } = parseSync(file, readFileSync(join(root, file), 'utf8'));
  JSON.stringify(program, (_, value) => {
    if (value?.type === 'Literal' && typeof value.value === 'string') texts.add(value.value);
    return typeof value === 'bigint' ? `${value}` : value;
  });
  return texts;
}

describe('the documents on security', () => {
  const named = namedIn(documents);

  it.each([...new Set(named.map(({ file }) => file))])('names tests that there are: %s', (file) => {
    const texts = textsOf(file);
    const gone = named.filter((one) => one.file === file && !texts.has(one.title));
    expect(gone).toEqual([]);
    expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/\.(?:skip|todo|only)\(/);
  });

  it('are short where people read first, and lead to every page', () => {
    expect(Buffer.byteLength(security)).toBeLessThanOrEqual(8192);
    for (const name of ['attackers', 'proofs', 'unproven-bytes', 'dependencies', 'decisions'])
      expect(security).toContain(`](docs/security/${name}.md)`);
  });

  it('names no test that this test does not see', () => {
    expect(named).toHaveLength(documents.split('“').length - 1);
  });

  it('names tests for each sentence on what verified means', () => {
    const sentences = [...security.matchAll(/^(\d+)\. /gm)].map(([, number]) => number);
    const rows = [...proofs.matchAll(/^\| (\d+) \|.*$/gm)];
    expect(sentences.length).toBeGreaterThan(0);
    expect(rows.map(([, number]) => number)).toEqual(sentences);
    for (const [row] of rows) expect(namedIn(row).length, row).toBeGreaterThan(0);
  });

  it('names tests for everything that an attacker cannot do', () => {
    const sections = attackers.split('\n## ').slice(1);
    expect(sections.map((text) => /^\((\w)\)/.exec(text)?.[1])).toEqual([...'abcdef', undefined]);
    for (const attacker of sections) {
      const claims = (attacker.split(/^(?:They c|C)annot:$/m)[1] ?? '').split(/^(?=- )|\n\n(?!- )/m);
      const bullets = claims.filter((claim) => claim.startsWith('- '));
      expect(bullets.length, attacker).toBeGreaterThan(0);
      for (const bullet of bullets) expect(namedIn(bullet).length, bullet).toBeGreaterThan(0);
    }
  });

  it('lists just the bytes that the mutants may change', () => {
    expect(rowsBelow(unprovenBytes, '| evidence | bytes that prove nothing | because |')).toEqual(
      notEvidence.map(({ of, bytes, why }) => `| ${of.join(', ')} | ${bytes} | ${why} |`),
    );
  });

  it('gives the locked version and licence of each package inside the bundle', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const locked = new Set(
      Object.entries<{ readonly version: string; readonly license?: string }>(packages).map(
        ([path, { version, license }]) =>
          `| ${path.split('node_modules/').at(-1)} | ${version} | ${license} |`,
      ),
    );
    const rows = rowsBelow(dependencies, '| package | version | licence |');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(locked).toContain(row);
  });
});
