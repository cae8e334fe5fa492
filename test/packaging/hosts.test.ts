import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as tar from 'tar';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import { type Answer, withBody } from '../support/http.ts';
import { sha256Hex } from '../support/keys.ts';
import { denoLock, packageLock } from '../support/lockfiles.ts';
import { type Exited, runProcess } from '../support/process.ts';
import type { Publication } from '../support/publication.ts';
import { type HostCommand, hostNames, hostOf, versionOf } from './hosts.ts';
import { npm } from './run.ts';

/** What one command of the story left behind: its exit code, its words, and the files it wrote. */
interface Chapter extends Exited {
  readonly written: Readonly<Record<string, string>>;
}

// Every command, on what it finds and what it wrote before; reports in every format that people or machines read.
const story = {
  help: ['--help'],
  'a package, in words': ['@acme/widget@1.0.0', '--depth', 'tarball'],
  'a package, as JSON': ['@acme/widget@1.0.0', '--depth', 'tarball', '--format', 'json'],
  'a package that was tampered with': ['@acme/tampered@1.0.0', '--depth', 'tarball'],
  'a package that nobody signed for': ['@acme/handmade'],
  'what is installed': ['audit', 'app', '--depth', 'installed', '--format', 'json'],
  'what is installed and was changed': ['audit', 'changed', '--depth', 'installed'],
  'reports in files': [
    'audit',
    'app',
    '--format',
    'sarif=r.sarif',
    '--format',
    'html=r.html',
    '--format',
    'junit=r.xml',
  ],
  'writing down who built it': ['pin', 'app', '--yes'],
  'what changed': ['diff', 'app/package-lock.json', 'later/package-lock.json', '--format', 'markdown'],
  'the attestation for other verifiers': ['export', '@acme/widget@1.0.0', '-o', 'widget.sigstore.json'],
  'recording the evidence': ['pack', 'everything', '--depth', 'tarball', '-o', 'evidence.pack'],
  'replaying it': ['audit', 'everything', '--depth', 'tarball', '--pack', 'evidence.pack'],
  'the cache alone': ['audit', 'app', '--offline', '--depth', 'tarball'],
  'what is trusted': ['trust', 'status', '--json'],
  'asking for what is trusted': ['trust', 'update'],
  'a rule': ['explain', 'pinned-identity'],
  'a wrong request': ['audit', '--depth', 'bottom'],
} satisfies Readonly<Record<string, readonly string[]>>;

let stage: Stage;
let program: string;
let installed: string;
let onNode: Readonly<Record<string, Chapter>>;
const published: Publication[] = [];

beforeAll(async () => {
  installed = await mkdtemp(join(tmpdir(), 'jsr-verify-hosts-'));
  await writeFile(join(installed, 'package.json'), '{ "private": true, "type": "module" }');
  await npm(installed, 'install', '--offline', inject('tarball'));
  program = join(installed, 'node_modules/jsr-verify/bin/jsr-verify.js');
  stage = await openStage((world) => {
    for (const [name, version, more] of [
      ['widget', '1.0.0', {}],
      ['second', '1.0.0', {}],
      ['tampered', '1.0.0', {}],
      ['handmade', '1.0.0', { provenance: 'none' }],
      ['widget', '1.1.0', { provenance: 'none' }],
    ] as const)
      published.push(
        world.publish({
          scope: 'acme',
          name,
          version,
          files: files(`export const ${name}: number = 1;\n`),
          ...more,
        }),
      );
    world.edit({ role: 'registry', path: '/@acme/tampered/1.0.0/mod.ts' }, (answer) =>
      withBody(answer, 'export {};\n'),
    );
    // The log signs its checkpoint anew for each request; every host shall see the same one.
    const answers = new Map<string, Answer>();
    world.edit({}, (answer, { role, path, body }) => {
      const first = answers.get(role + path + body) ?? answer;
      answers.set(role + path + body, first);
      return first;
    });
  });
  onNode = await tell([process.execPath]);
});
afterAll(async () => {
  await stage.close();
  await rm(installed, { recursive: true, force: true });
});

test('the story has verdicts of both kinds, and files', () => {
  expect(Object.values(onNode).map(({ code }) => code)).toEqual([
    0, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 2,
  ]);
  expect(onNode['what is installed and was changed']?.stdout).toContain('mod.js');
  expect(
    Object.values(onNode)
      .flatMap(({ written }) => Object.keys(written))
      .sort(),
  ).toEqual(['evidence.pack', 'jsr-verify.json', 'r.html', 'r.sarif', 'r.xml', 'widget.sigstore.json']);
});

describe.each(hostNames)('on %s', (name) => {
  let host: HostCommand;
  let told: Readonly<Record<string, Chapter>>;
  beforeAll(async () => {
    host = await hostOf(name);
    if ('command' in host) told = await tell(host.command);
  });

  test.each(Object.keys(story))(`${versionOf(name)} as on Node, byte for byte: %s`, (chapter) => {
    expect(host).toHaveProperty('command');
    expect(told[chapter]).toEqual(onNode[chapter]);
  });
});

/** Tells the story on a host, in a folder and with a cache of its own; what is of the day or the folder is taken out. */
async function tell(host: readonly [string, ...string[]]): Promise<Readonly<Record<string, Chapter>>> {
  const folder = stage.folder();
  await layOut(folder);
  const env = {
    ...stage.server.env({ trust: 'tuf', cache: false }),
    JSR_VERIFY_CACHE: join(folder, 'cache'),
    HOME: folder,
    NO_COLOR: '1',
  };
  const started = Date.now();
  const steady = (text: string) =>
    text
      .replaceAll(folder, '<folder>')
      // The HTML report calls the project by the name of its folder.
      .replaceAll(basename(folder), '<project>')
      // Said every few seconds, so by a slow machine only.
      .replace(/^.*\d requests in flight.*\n/gm, '')
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?/g, (time) => {
        const since = Date.parse(`${time.replace(' ', 'T')}Z`) - started;
        return since > -60_000 && since <= Date.now() - started ? time.replaceAll(/\d/g, '#') : time;
      })
      .replace(/\(\d+ KiB\)/, '(# KiB)');
  const told: Record<string, Chapter> = {};
  const before = await filesIn(folder);
  for (const [name, argv] of Object.entries(story)) {
    const { code, stdout, stderr } = await runProcess([...host, program, ...argv], { cwd: folder, env });
    const written: Record<string, string> = {};
    for (const [file, text] of await filesIn(folder)) {
      if (before.get(file) !== text) written[file] = steady(text);
      before.set(file, text);
    }
    told[name] = { code, stdout: steady(stdout), stderr: steady(stderr), written };
  }
  return told;
}

/** The files of a folder, without what lies in folders. */
async function filesIn(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true });
  const textOf = async (name: string) => {
    const bytes = await readFile(join(folder, name));
    return name.endsWith('.pack') ? contentsOf(bytes) : bytes.toString('latin1');
  };
  const named = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return new Map(await Promise.all(named.map(async (name) => [name, await textOf(name)] as const)));
}

/** What is in a pack, which every host compresses in its own way, but for the note of when the trust was refreshed. */
function contentsOf(pack: Buffer): string {
  const lines = gunzipSync(pack).toString().split('\n');
  const note = lines.find((line) => line.includes('\\"refreshedAt\\"')) ?? '{}';
  const digest = sha256Hex(JSON.parse(note).text);
  const rest = lines.filter((line) => line !== note).join('\n');
  // The contents stand in the order of their digests.
  return rest
    .replace(new RegExp(`\\["${digest}",\\d+\\],|,\\["${digest}",\\d+\\]`), '')
    .replace(digest, '<note>');
}

/** Three projects: one as npm would install it, one where a byte was changed, one that everything is locked in. */
async function layOut(folder: string): Promise<void> {
  const { urls } = stage.server;
  const sources = { registry: urls.registry, npm: urls.npm };
  const [widget, second, tampered, handmade, later] = published as [
    Publication,
    Publication,
    Publication,
    Publication,
    Publication,
  ];
  const write = async (file: string, text: string | Uint8Array) => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  };
  for (const app of ['app', 'changed']) {
    await write(`${app}/package-lock.json`, packageLock([widget, second], sources));
    for (const publication of [widget, second]) {
      const into = join(folder, app, 'node_modules', publication.fullName);
      await mkdir(into, { recursive: true });
      await write('package.tgz', publication.npmTarball(urls.registry));
      await tar.extract({ file: join(folder, 'package.tgz'), cwd: into, strip: 1 });
    }
  }
  await write('changed/node_modules/@acme/second/mod.js', 'export const second = 2;\n');
  await write('later/package-lock.json', packageLock([later, second], sources));
  await write('everything/deno.lock', denoLock([widget, second, tampered, handmade]));
}
