// Shows what jsr-verify does, without the internet: starts a private Sigstore and a small JSR on loopback, and runs the
// built program on them.
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import chalk from 'chalk';
import { withBody } from '../test/support/http.ts';
import { mintWorld, type World } from '../test/support/jsr.ts';
import { sha256Hex } from '../test/support/keys.ts';
import { denoLock } from '../test/support/lockfiles.ts';
import type { Publication } from '../test/support/publication.ts';
import { serveWorld } from '../test/support/server.ts';

/** One run of the program: what it shows, and the expected exit code. */
interface Step {
  readonly about: string;
  readonly args: readonly string[];
  readonly code: number;
  /** Words that the output has to contain. */
  readonly says: readonly string[];
}

const program = resolve(import.meta.dirname, '../bin/jsr-verify.js');

const world = mintWorld();
const packages = publishAll(world);
const server = await serveWorld(world);
process.once('SIGINT', () => void server.close().then(() => process.exit(130)));
const project = join(server.folder, 'project');
await mkdir(project);
await writeFile(join(project, 'deno.lock'), denoLock(packages));

const steps: readonly Step[] = [
  {
    about: 'Built by a GitHub workflow of the repository that JSR shows for it.',
    args: ['@acme/widget'],
    code: 0,
    says: ['@acme/widget@1.4.0  verified', 'acme/widget', '1 package: 1 verified'],
  },
  {
    about: 'Published by hand, so there is no provenance. By default that is a rejection.',
    args: ['@acme/handmade'],
    code: 1,
    says: ['rejected', 'require-provenance'],
  },
  {
    about:
      'Tampered with: the registry serves another /mod.ts and a manifest that fits it. The signature is for other bytes.',
    args: ['@acme/parser'],
    code: 1,
    says: ['rejected', 'the attested digest is not that of the version manifest'],
  },
  {
    about: 'Signed and logged, but built in another repository.',
    args: ['@acme/router', '--repo', 'acme/router'],
    code: 1,
    says: ['rejected', 'repository is mallory/router, wanted acme/router'],
  },
  {
    about: 'All of them at once: the lockfile of a project that uses them.',
    args: ['audit'],
    code: 1,
    says: ['4 packages: 3 rejected, 1 verified', 'deno.lock:'],
  },
];

console.log(
  `A private Sigstore and a small JSR, minted for this demo, now answer on ${chalk.bold('127.0.0.1')}.
The built program is pointed at them by environment variables. Nothing leaves this machine.`,
);
let surprises = 0;
try {
  for (const step of steps) surprises += (await show(step)) ? 0 : 1;
} finally {
  await server.close();
}
console.log(`\n${chalk.dim('# In the real world, with JSR, Sigstore and the public log:')}
${chalk.bold('$ npx jsr-verify @std/path')}
${chalk.bold('$ npx jsr-verify audit')}`);
if (surprises > 0)
  console.error(
    chalk.red(`\n✗ ${surprises} of ${steps.length} steps ended in a different way than expected`),
  );
process.exitCode = surprises === 0 ? 0 : 1;

/**
 * Publishes four packages: an honest one, an unsigned one, one that is changed afterwards and one from a stranger's
 * repository.
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
  return [widget, handmade, parser, router];
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

/** Runs the program as a user would, prints its output, and returns whether it ended as expected. */
async function show({ about, args, code, says }: Step): Promise<boolean> {
  console.log(`\n${chalk.dim(`# ${about}`)}\n${chalk.bold(`$ jsr-verify ${args.join(' ')}`)}`);
  const ended = await run(args);
  console.log(chalk.dim(`exit code ${ended.code}`));
  const missing = says.filter((words) => !ended.output.includes(words));
  if (ended.code === code && missing.length === 0) return true;
  const wanted = [`exit code ${code}`, ...missing.map((words) => JSON.stringify(words))];
  console.error(chalk.red(`✗ expected ${wanted.join(', ')}`));
  return false;
}

function run(args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const { PATH, HOME, SystemRoot, TERM } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    cwd: project,
    env: {
      ...{ PATH, HOME, SystemRoot, TERM },
      ...server.env({ trust: 'tuf' }),
      ...(chalk.level > 0 ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  const pass = (to: NodeJS.WriteStream) => (text: string) => {
    chunks.push(text);
    to.write(text);
  };
  child.stdout.setEncoding('utf8').on('data', pass(process.stdout));
  child.stderr.setEncoding('utf8').on('data', pass(process.stderr));
  return new Promise((done, broken) => {
    child.on('error', broken);
    child.on('close', (code) => done({ code, output: stripVTControlCharacters(chunks.join('')) }));
  });
}
