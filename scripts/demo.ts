// Shows what jsr-verify does, without the internet: starts a private Sigstore and a small JSR on loopback, and runs the
// built program on them.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import chalk from 'chalk';
import { openDemo } from './demo-world.ts';

/** One run of the program: what it shows, and the expected exit code. */
interface Step {
  readonly about: string;
  readonly args: readonly string[];
  readonly code: number;
  /** Words that the output has to contain. */
  readonly says: readonly string[];
}

const program = resolve(import.meta.dirname, '../bin/jsr-verify.js');

const { server, project } = await openDemo();
process.once('SIGINT', () => void server.close().then(() => process.exit(130)));

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
    says: ['rejected', 'repository is mallory/router, expected acme/router'],
  },
  {
    about: 'All of them at once: the lockfile of a project that uses them.',
    args: ['audit'],
    code: 1,
    says: ['10 packages: 3 rejected, 7 verified', 'deno.lock:'],
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
