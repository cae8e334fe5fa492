import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as library from '../../src/index.ts';
import { parsePolicy } from '../../src/policy/parse/parse.ts';
import { files, openStage, type Stage } from '../cli/program.ts';
import { denoLock } from '../support/lockfiles.ts';

const root = join(import.meta.dirname, '../..');
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');
const readme = textOf('README.md');

/** The blocks of a page in one language. */
const blocksIn = (text: string, language: string): readonly string[] =>
  [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, name, block = '']) =>
    name === language ? [block] : [],
  );

const lines = blocksIn(readme, 'sh').flatMap((block) =>
  block
    .split('\n')
    .map((line) => line.replace(/ +#.*/, ''))
    .filter((line) => line !== ''),
);
const ours = /^(?:jsr-verify|node bin\/jsr-verify\.js|npx jsr-verify) /;

let stage: Stage;
/** A project with a lockfile in it and another one in a folder below. */
let cwd: string;
beforeAll(async () => {
  stage = await openStage(() => undefined);
  const path = stage.world.publish({
    scope: 'std',
    name: 'path',
    version: '1.0.8',
    files: files(),
    repository: { owner: 'denoland', name: 'std' },
  });
  cwd = stage.folder();
  mkdirSync(join(cwd, 'path/to/project'), { recursive: true });
  for (const folder of ['.', 'path/to/project'])
    writeFileSync(join(cwd, folder, 'deno.lock'), denoLock([path]));
});
afterAll(() => stage.close());

describe('the README', () => {
  it('has commands of every kind', () => {
    expect(lines.filter((line) => ours.test(line)).length).toBeGreaterThan(4);
  });

  it.each(lines.filter((line) => ours.test(line)))('tells people to run what works: %s', async (line) => {
    const argv = line.replace(ours, '').split(' ');
    expect(await stage.run(argv, { cwd })).toMatchObject({ code: 0, stdout: expect.stringMatching(/./) });
  });

  it('tells people to run scripts that exist, and one command that docs/deno.md has as well', () => {
    const { scripts } = JSON.parse(textOf('package.json'));
    const named = [...readme.matchAll(/\bnpm (?:run (\w+)|(test))\b/g)].map(([, run, test]) => run ?? test);
    expect(named.length).toBeGreaterThan(2);
    for (const name of named) expect(scripts).toHaveProperty([name ?? '']);
    const others = lines.filter(
      (line) => !ours.test(line) && !/^npm (?:ci|test|run \w+)( && npm run \w+)?$/.test(line),
    );
    expect(others).toHaveLength(1);
    for (const line of others) expect(textOf('docs/deno.md')).toContain(`\n${line}\n`);
  });

  it.each([...readme.matchAll(/^\| `jsr-verify ([a-z]+) /gm)].map(([, command = '']) => command))(
    'names a command that there is: %s',
    async (command) => {
      expect(await stage.run([command, '--help'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`jsr-verify ${command}`),
      });
    },
  );

  it('has policies that are valid', () => {
    const policies = blocksIn(readme, 'json');
    expect(policies.length).toBeGreaterThan(0);
    for (const policy of policies) expect(() => parsePolicy(policy, { file: 'README.md' })).not.toThrow();
  });

  it('is short, and has no details that belong on another page', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(200);
  });
});

it('docs/library.md imports names that the library exports', () => {
  const [script = ''] = blocksIn(textOf('docs/library.md'), 'ts');
  const [, names = ''] = /^import \{ (.*) \} from 'jsr-verify';$/m.exec(script) ?? [];
  expect(Object.keys(library)).toEqual(expect.arrayContaining(names.split(', ')));
});
