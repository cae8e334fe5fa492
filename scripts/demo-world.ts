import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withBody } from '../test/support/http.ts';
import { mintWorld, type World } from '../test/support/jsr.ts';
import { sha256Hex } from '../test/support/keys.ts';
import { denoLock } from '../test/support/lockfiles.ts';
import type { Publication } from '../test/support/publication.ts';
import { serveWorld, type WorldServer } from '../test/support/server.ts';

/** The world of the demo on loopback, and a project whose lockfile names all of its packages. */
export interface Demo {
  readonly server: WorldServer;
  /** Folder of the project; it goes when the server is closed. */
  readonly project: string;
}

/** The CI run of that project, as GitHub Actions would describe it in its variables. */
export const demoCi: Readonly<Record<string, string>> = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_SHA: '7d3c0a5be0f24c1f9e86b1d52a4f3e07c9d8b6a1',
  GITHUB_REF_NAME: 'main',
  GITHUB_WORKFLOW: 'verify',
  GITHUB_RUN_ID: '15551212',
  GITHUB_RUN_NUMBER: '42',
  GITHUB_ACTOR: 'octocat',
};

/** Arguments of the audit whose HTML report is photographed for the README. */
export const demoReport = ['audit', '--format', 'html'] as const;

/** The report without what is different each time the demo's world is minted: addresses, times, digests, numbers of log entries. */
export function withoutChance(page: string): string {
  return page
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\dZ| UTC)/g, 'TIME')
    .replace(/\b[0-9a-f]{64}\b/g, 'DIGEST')
    .replace(/\b[0-9a-f]{8}…/g, 'DIGEST…')
    .replace(/(<dt>requests<\/dt> <dd>)[^<]*/, '$1REQUESTS')
    .replace(/jsr-verify \d+\.\d+\.\d+[\w.-]*/g, 'jsr-verify VERSION');
}

/** Mints the world of the demo and serves it. */
export async function openDemo(): Promise<Demo> {
  const world = mintWorld();
  const packages = publishAll(world);
  const server = await serveWorld(world);
  const project = join(server.folder, 'shop');
  await mkdir(project);
  await writeFile(join(project, 'deno.lock'), denoLock(packages));
  return { server, project };
}

/**
 * Publishes an honest package, an unsigned one, one that is changed afterwards, one from a stranger's repository, and
 * some more honest ones from two other repositories.
 */
function publishAll(into: World): readonly Publication[] {
  const files = (text: string) => ({
    '/mod.ts': text,
    '/deno.json': '{"exports":"./mod.ts"}\n',
    '/README.md': '# Demo\n',
  });
  const widget = into.publish({
    scope: 'acme',
    name: 'widget',
    version: '1.4.0',
    files: files('export const widget = 1;\n'),
  });
  const handmade = into.publish({
    scope: 'acme',
    name: 'handmade',
    version: '0.3.1',
    files: files('export const handmade = 1;\n'),
    provenance: 'none',
  });
  const parser = into.publish({
    scope: 'acme',
    name: 'parser',
    version: '2.0.0',
    files: files('export const parse = JSON.parse;\n'),
  });
  tamper(into, parser, '/mod.ts', 'export const parse = eval;\n');
  const router = into.publish({
    scope: 'acme',
    name: 'router',
    version: '3.1.0',
    files: files('export const route = 1;\n'),
    provenance: { identity: { owner: 'mallory', repositoryId: '666', ownerId: '66' } },
  });
  const others = [
    ['colors', '1.0.3', 'kit', '454279690'],
    ['format', '2.1.0', 'kit', '454279690'],
    ['retry', '0.9.2', 'kit', '454279690'],
    ['streams', '1.2.0', 'kit', '454279690'],
    ['schema', '5.0.1', 'schema', '454279691'],
    ['schema-cli', '5.0.1', 'schema', '454279691'],
  ] as const;
  const more = others.map(([name, version, repository, repositoryId]) =>
    into.publish({
      scope: 'acme',
      name,
      version,
      files: files(`export const name = '${name}';\n`),
      repository: { name: repository, id: repositoryId },
      provenance: { identity: { ref: `refs/tags/v${version}` } },
    }),
  );
  return [widget, handmade, parser, router, ...more];
}

/** Serves another file, and a manifest with the digest of that file. */
function tamper(
  into: World,
  { spec, fullName, version, manifest, files }: Publication,
  path: string,
  text: string,
): void {
  const checksum = (bytes: Uint8Array | string) => `sha256-${sha256Hex(bytes)}`;
  const honest = files.get(path);
  if (honest === undefined) throw new Error(`${spec} has no ${path}`);
  const changed = manifest
    .toString()
    .replace(checksum(honest), checksum(text))
    .replace(`"size":${honest.length}`, `"size":${Buffer.byteLength(text)}`);
  into.edit({ role: 'registry', path: `/${fullName}/${version}${path}` }, (answer) => withBody(answer, text));
  into.edit({ role: 'registry', path: `/${fullName}/${version}_meta.json` }, (answer) =>
    withBody(answer, changed),
  );
}
