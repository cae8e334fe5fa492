import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import { packageLock } from '../support/lockfiles.ts';
import { type Exited, runProcess } from '../support/process.ts';
import type { Publication } from '../support/publication.ts';
import { hostNames, hostOf } from './hosts.ts';
import { npm, root, tool } from './run.ts';

/** The scripts of docs/library.md, in the order of the page. */
const names = ['page', 'policy', 'gate', 'parts'] as const;
type Name = (typeof names)[number];
const scripts = new Map<Name, string>();

const published = new Map<string, Publication>();

let stage: Stage;
let installed: string;

beforeAll(async () => {
  const page = await readFile(join(root, 'docs/library.md'), 'utf8');
  const found = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  expect(found).toHaveLength(names.length);
  for (const [index, name] of names.entries()) scripts.set(name, found[index] ?? '');
  installed = await mkdtemp(join(tmpdir(), 'jsr-verify-library-'));
  await writeFile(join(installed, 'package.json'), '{ "private": true, "type": "module" }');
  await npm(installed, 'install', '--offline', inject('tarball'));
  stage = await openStage((world) => {
    for (const [name, more] of [
      ['widget', {}],
      ['handmade', { provenance: 'none' }],
    ] as const)
      published.set(name, world.publish({ scope: 'acme', name, version: '1.0.0', files: files(), ...more }));
  });
});
afterAll(async () => {
  await stage.close();
  await rm(installed, { recursive: true, force: true });
});

test('the scripts of docs/library.md have no type errors, and use the types as a user would', async () => {
  const sources = [...scripts].map(([name, text]) => [`${name}.ts`, `${text}export {};\n`] as const);
  for (const [file, text] of sources) await writeFile(join(installed, file), text);
  await writeFile(join(installed, 'types.ts'), typed);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: 'es2022',
    module: 'nodenext',
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const list = ['types.ts', ...sources.map(([file]) => file)];
  await writeFile(join(installed, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: list }));
  expect(await tool(installed, 'typescript/bin/tsc', '-p', installed)).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
});

test('the first script of docs/library.md has five lines', () => {
  expect(
    scripts
      .get('page')
      ?.split('\n')
      .filter((line) => line !== '').length,
  ).toBeLessThanOrEqual(5);
});

describe.each(['Node', ...hostNames] as const)('on %s, a script of docs/library.md', (host) => {
  const run = async (name: Name, packages: readonly string[]) => {
    const found = host === 'Node' ? { command: [process.execPath] as const } : await hostOf(host);
    if ('missing' in found) throw new Error(found.missing);
    const folder = await project(packages);
    return { folder, ...(await script(found.command, name, folder)) };
  };

  test('writes a page about the folder that it is run in', async () => {
    const { code, stderr, folder } = await run('page', ['widget']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const page = await readFile(join(folder, 'report.html'), 'utf8');
    expect(page).toContain('The package is verified</h1>');
    expect(page).toContain('@acme/widget');
  });

  test('judges by its own policy, and names the publisher that is proven', async () => {
    const { code, stdout, stderr } = await run('policy', ['widget', 'handmade']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^pkg:jsr\/@acme\/widget@1\.0\.0 verified acme\/widget [0-9a-f]{40}$/),
      'pkg:jsr/@acme/handmade@1.0.0 rejected nobody is proven',
    ]);
  });

  test('is a gate: it passes what is verified, and nothing else', async () => {
    expect(await run('gate', ['widget'])).toMatchObject({ code: 0, stdout: 'passed\n', stderr: '' });
    expect(await run('gate', ['widget', 'handmade'])).toMatchObject({
      code: 1,
      stdout: 'rejected\n',
      stderr: expect.stringContaining('✗ @acme/handmade@1.0.0'),
    });
    const empty = await run('gate', []);
    expect(empty).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^LOCKFILE_MISSING /) });
  });

  test('uses the parts alone, and ends because it closes them', async () => {
    expect(await run('parts', ['widget', 'handmade'])).toMatchObject({
      code: 0,
      stdout: '2 verified .github/workflows/publish.yml\n',
      stderr: '',
    });
  });
});

/** A folder with the package installed, and a lockfile of some of the packages; without any, no lockfile. */
async function project(packages: readonly string[]): Promise<string> {
  const folder = stage.folder();
  await cp(join(installed, 'node_modules'), join(folder, 'node_modules'), { recursive: true });
  // The root of a repository, above which nothing is looked for.
  await mkdir(join(folder, '.git'));
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const known = packages.flatMap((name) => published.get(name) ?? []);
  if (known.length > 0)
    await writeFile(join(folder, 'package-lock.json'), packageLock(known, stage.server.urls));
  return folder;
}

/**
 * Runs a script as it stands on the page, in JavaScript, but for one thing: it imports the library through a module by which
 * the services of this world take the place of the public ones.
 */
async function script(host: readonly [string, ...string[]], name: Name, folder: string): Promise<Exited> {
  const { registry, api, npm: npmRegistry, rekor } = stage.server.urls;
  const world = {
    addresses: { registry, api, npmRegistry, rekor },
    trustOptions: { trustedRootFile: stage.server.trustedRootFile() },
  };
  await writeFile(
    join(folder, 'here.js'),
    `import * as library from 'jsr-verify';
export * from 'jsr-verify';
const world = ${JSON.stringify(world)};
export const auditFolder = (folder, options) => library.auditFolder(folder, { ...world, ...options });
export const findLockfiles = (paths, options) => library.findLockfiles(paths, { ...world, ...options });
export const openAuditor = (options) => library.openAuditor({ ...world, ...options });
`,
  );
  const text = (scripts.get(name) ?? '').replace("from 'jsr-verify'", "from './here.js'");
  const { code } = await transform(text, { loader: 'ts', format: 'esm', target: 'node20' });
  await writeFile(join(folder, 'script.js'), code);
  return runProcess([...host, join(folder, 'script.js')], {
    cwd: folder,
    env: { HOME: folder, NO_COLOR: '1' },
  });
}

// What no script of the page needs, as a user would write it.
const typed = `
import {
  type AuditFolderOptions, auditFolder, clientCaches, collectInstalled, type Conclusion, conclude, diff, findLockfileSide,
  findLockfiles, findPolicy, httpSource, loadTrust, openAuditor, openSource, type Publisher, render, type ReportFormat, reportFormats,
} from 'jsr-verify';

export async function all(folder: string, signal?: AbortSignal): Promise<readonly string[]> {
  const options: AuditFolderOptions = { signal, depth: 'installed', onWarning: console.warn, policy: undefined };
  const report = await auditFolder(folder, options);
  const publisher: Publisher | undefined = report.packages[0]?.publisher;
  const run: string | undefined = publisher?.runUrl;
  const conclusion: Conclusion = conclude(report, { strict: true, allowEmpty: false });
  const formats: readonly ReportFormat[] = reportFormats;
  await using source = await openSource({ offline: true });
  await using direct = httpSource({ userAgent: 'test' });
  await using auditor = await openAuditor({ trust: await loadTrust(), policy: await findPolicy({ folder }) });
  const caches = clientCaches({ env: process.env, cwd: process.cwd(), platform: process.platform, home: undefined });
  const { strays } = await collectInstalled(await findLockfiles([folder]), { folder, caches });
  const { changes = [] } = await diff(await findLockfileSide('a'), await findLockfileSide('b'), { ...auditor, source });
  const texts = await Promise.all(formats.map((format) => render(report, format)));
  return [conclusion, run ?? '', ...texts, ...changes.map(({ purl }) => purl), ...strays.map(({ place }) => place), String(direct.inFlight)];
}

// @ts-expect-error a format that does not exist
export const wrong = (report: Awaited<ReturnType<typeof auditFolder>>) => render(report, 'pdf');
`;
