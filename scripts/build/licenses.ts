import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InsidePackage } from './contents.ts';

/** A package inside the program with its SPDX licence id and the full text of its licence. */
export interface Licensed extends InsidePackage {
  readonly license: string;
  readonly text: string;
}

/** Licences that allow a copy on the only condition that their text is included. */
const allowed: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Python-2.0',
]);

/** Packages whose tarball lacks the licence file of their repository, and where its text is. */
const elsewhere: Readonly<Record<string, string>> = {
  // The same repository and licence file as @sigstore/core.
  '@sigstore/verify': 'node_modules/@sigstore/core/LICENSE',
  '@yarnpkg/parsers': 'scripts/licenses/yarnpkg-parsers.txt',
};

/** Finds each package's licence; throws on the first whose licence is not allowed or whose text is missing. */
export async function licensesOf(
  root: string,
  packages: readonly InsidePackage[],
): Promise<readonly Licensed[]> {
  return Promise.all(packages.map((inside) => licenseOf(root, inside)));
}

/** Names, versions and licences, then each text once: the same packages give the same bytes. */
export function renderLicenses(licensed: readonly Licensed[]): string {
  const byText = new Map<string, string[]>();
  for (const { name, version, text } of licensed) {
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  const rows = licensed.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`);
  return `${[
    '# Third-party licences',
    'The program in `dist/` contains code of these packages, unchanged but for bundling.',
    ['| package | version | licence |', '|---|---|---|', ...rows].join('\n'),
    ...[...byText].map(([text, names]) => `## ${names.join(', ')}\n\n${indent(text)}`),
  ].join('\n\n')}\n`;
}

async function licenseOf(root: string, inside: InsidePackage): Promise<Licensed> {
  const { name, version, license, path } = inside;
  if (license === undefined || !allowed.has(license)) {
    throw new Error(
      `${name} ${version} is under ${license ?? 'no licence'}, which is not on the list of licences we may ship`,
    );
  }
  const entries = await readdir(join(root, path), { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /^(licen[cs]e|copying|notice)\b/i.test(entry.name))
    .map((entry) => entry.name)
    .sort();
  const other = elsewhere[name];
  const sources =
    files.length > 0 ? files.map((file) => join(path, file)) : other === undefined ? [] : [other];
  const texts = await Promise.all(sources.map((source) => readFile(join(root, source), 'utf8')));
  const text = texts.map((part) => part.replaceAll('\r\n', '\n').trim()).join('\n\n');
  if (text === '')
    throw new Error(`${name} ${version} brings no licence text; add it to scripts/build/licenses.ts`);
  return { ...inside, license, text };
}

function indent(text: string): string {
  return text.replace(/^(?=.*\S)/gm, '    ');
}
