import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatIds } from '../../src/lockfile/lockfile.ts';
import { type Ended, files, openStage, type Stage } from './program.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage((world) => {
    const publish = (name: string, version: string, yanked = false) =>
      world.publish({ scope: 'acme', name, version, files: files(`export default '${name}';`), yanked });
    publish('widget', '1.0.0');
    publish('widget', '1.1.0');
    publish('withdrawn', '1.0.0', true);
    publish('early', '1.0.0-rc.1');
  });
});
afterAll(() => stage.close());

/** Fails unless the run ended as a wrong request does: a fact and mostly a hint for people, no report, no stack. */
function expectRefused({ code, stdout, stderr }: Ended, fact: string, hint?: string): void {
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: hint === undefined ? `error: ${fact}\n` : `error: ${fact}\n  hint: ${hint}\n`,
  });
}

const accepted =
  'a spec is @scope/name, jsr:@scope/name, npm:@jsr/scope__name, pkg:jsr/@scope/name, pkg:npm/@jsr/scope__name or https://jsr.io/@scope/name, each with or without @version';

describe('a request that cannot be understood', () => {
  it.each([
    ['std/path', '"std/path" is not @scope/name', 'did you mean @std/path'],
    ['std/path@^1', '"std/path@^1" is not @scope/name', 'did you mean @std/path@^1'],
    [
      'https://esm.sh/jsr/@std/path@1.0.8',
      '"https://esm.sh/jsr/@std/path@1.0.8" is not the address of a package in the registry',
      accepted,
    ],
    ['lodash', '"lodash" is not @scope/name', accepted],
    ['@std', '"@std" is not @scope/name', accepted],
    ['', '"" is not @scope/name', accepted],
    ['../../etc/passwd', '"../../etc/passwd" is not @scope/name', accepted],
    ['@std/../path', '"@std/../path" is not @scope/name', accepted],
    [
      'npm:lodash',
      '"npm:lodash" is an npm package, not a JSR one',
      'JSR packages are named npm:@jsr/scope__name on npm',
    ],
    [
      'npm:@jsr/path',
      '"npm:@jsr/path" is not the npm name of a JSR package',
      'JSR packages are named @jsr/scope__name on npm',
    ],
    ['@Std/path', '"@Std/path" has the scope "Std", which JSR does not allow', 'names are lower case: std'],
    [
      '@std/a',
      '"@std/a" has the name "a", which JSR does not allow',
      'names have 2 to 58 of a-z, 0-9 and single dashes',
    ],
    ['@std/path@', '"@std/path@" ends with an @ and no version', 'remove the @ to get the newest version'],
    [
      '@std/path@soon',
      '"@std/path@soon" asks for "soon", which is not a semver range',
      'try an exact version, ^1 or ~1.2',
    ],
    [
      '@std/path@1/mod.ts',
      '"@std/path@1/mod.ts" names a path inside the package',
      'provenance covers whole versions: remove the path',
    ],
    ['adit', '"adit" is neither a command nor @scope/name', 'did you mean jsr-verify audit'],
    ['aduit', '"aduit" is neither a command nor @scope/name', 'did you mean jsr-verify audit'],
  ])('%j', async (spec, fact, hint) => {
    expectRefused(await stage.run([spec]), fact, hint);
  });

  it('shows no control characters of a spec', async () => {
    const { code, stderr } = await stage.run(['@std/\u001b[2Jpath\u202e']);
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });

  it('shows a spec of a megabyte in part', async () => {
    const { code, stderr } = await stage.run([`@std/${'a'.repeat(1_000_000)}`]);
    expect([code, stderr.length < 500]).toEqual([2, true]);
  });

  it('asks nobody while any of the specs is wrong', async () => {
    stage.world.requests.length = 0;
    expect(await stage.run(['@acme/widget', 'std/path'])).toMatchObject({ code: 2, stdout: '' });
    expect(stage.world.requests).toEqual([]);
  });

  it.each([
    [[], 'no package was named', 'try jsr-verify @std/path, or jsr-verify audit for a lockfile'],
    [['@acme/widget', '--formt', 'json'], 'unknown option --formt', 'did you mean --format'],
    [['@acme/widget', '--formt=json'], 'unknown option --formt', 'did you mean --format'],
    [['@acme/widget', '--no-colour'], 'unknown option --no-colour', 'did you mean --no-color'],
    [['@acme/widget', '--zzzzzzzz'], 'unknown option --zzzzzzzz', 'see jsr-verify --help'],
    [['@acme/widget', '--fromat', 'json'], 'unknown option --fromat', 'did you mean --format'],
    [['@acme/widget', '--bundle', 'gone.json'], 'gone.json does not exist', 'check the path'],
    [['--hepl'], 'unknown option --hepl', 'did you mean --help'],
    [['pin', '--chekc'], 'unknown option --chekc', 'did you mean --check'],
    // Another command has it, and three letters have too many neighbours.
    [['audit', '--chekc'], 'unknown option --chekc', 'see jsr-verify --help'],
    [['trust', '--fromat', 'json'], 'unknown option --fromat', 'see jsr-verify --help'],
    [['audit', '--all'], 'unknown option --all', 'see jsr-verify --help'],
    [['help', 'adit'], 'there is no command "adit"', 'did you mean jsr-verify help audit'],
    [['help', 'cargo-vet'], 'there is no command "cargo-vet"', 'see jsr-verify --help'],
    [
      ['audit', '--help=sorces'],
      '--help cannot be "sorces"',
      'it stands alone, or before one of expectations, policy, sources, output, all',
    ],
    [['@acme/widget', '-o', 'a', '-o', 'b'], '--output is given 2 times', 'give it once'],
    [['trust', '--repo', 'a/b'], 'this command has no option --repo', 'see --help of the command'],
    [['diff', 'a', 'b', 'c'], '"c" is one argument too many', 'see jsr-verify --help'],
    [
      ['diff'],
      'diff needs a base: a lockfile, a folder or a git revision',
      'try jsr-verify diff origin/main',
    ],
    [['@acme/widget', '--repo', 'a/b', '--repo', 'c/d'], '--repo is given 2 times', 'give it once'],
    [['@acme/widget', '--repo', 'widget'], '--repo: "widget" is not owner/name', undefined],
    [
      ['@acme/widget', '--concurrency', '0'],
      '--concurrency "0" is not a whole number from 1 to 256',
      undefined,
    ],
    [['@acme/widget', '--timeout', '1e9'], '--timeout "1e9" is not a whole number from 1 to 3600', undefined],
    [
      ['@acme/widget', '--registry', 'http://jsr.io'],
      '--registry "http://jsr.io": plain http: is allowed on this machine only; use https:',
      'write an https: URL, such as https://jsr.io',
    ],
    [
      ['@acme/widget', '--rekor', 'file:///etc'],
      '--rekor "file:///etc": file: addresses are refused, only https: is allowed',
      'write an https: URL, such as https://jsr.io',
    ],
    [['export'], 'export needs a package', 'try jsr-verify export @std/path -o path.sigstore.json'],
    [
      ['export', '@acme/widget', '--', '@acme/other'],
      'only a list of packages or paths may follow --',
      'remove the --',
    ],
    [['pack', '@acme/widget'], 'no file was named for the pack', 'add -o evidence.pack'],
    [['trust', 'me'], 'unknown action "me"', 'try trust status, trust update or trust check-fork <file>'],
    [
      ['audit', '-'],
      'the format of standard input is not known: it has no file name',
      `add --lockfile-type, one of ${formatIds.join(', ')}`,
    ],
    [
      ['audit', 'nowhere.lock'],
      'nowhere.lock does not exist or is not readable',
      'give the path of a lockfile, or of a project folder that has one',
    ],
    [
      ['audit', '--allow-empty', '--', 'nowhere'],
      'nowhere does not exist or is not readable',
      'give the path of a lockfile, or of a project folder that has one',
    ],
    [['@acme/widget', '--policy', 'nowhere.json'], 'nowhere.json does not exist', 'check the path'],
    [['@acme/widget', '--format'], '--format has no value', 'write --format <value>, or remove the option'],
    [
      ['@acme/widget', '--repo', '--strict'],
      '--repo has no value',
      'write --repo <value>, or remove the option',
    ],
    [['@acme/widget', '--owner='], '--owner has no value', 'write --owner <value>, or remove the option'],
    [['@acme/widget', '-o', ''], '--output has no value', 'write --output <value>, or remove the option'],
    [['@acme/widget', '--depth'], '--depth has no value', 'write --depth <value>, or remove the option'],
    [
      ['@acme/widget', '--depth', 'bottom'],
      '--depth cannot be "bottom"',
      'it is one of attestation, files, tarball, installed',
    ],
    [
      ['audit', '--lockfile-type', 'cargo'],
      '--lockfile-type cannot be "cargo"',
      `it is one of ${formatIds.join(', ')}`,
    ],
  ] as const)('%j', async (argv, fact, hint) => {
    expectRefused(await stage.run(argv), fact, hint);
  });
});

describe('a request for something that does not exist', () => {
  it.each([
    [
      '@acme/missing',
      'does not exist, or is private',
      expect.stringMatching(/^looked at http.*\/@acme\/missing\/meta\.json; check the spelling$/),
    ],
    ['@acme/widget@1.2.3', 'there is no version 1.2.3', 'newest is 1.1.0'],
    ['@acme/widget@^2', 'no version satisfies ^2', 'newest is 1.1.0'],
    ['@acme/withdrawn', 'every version is yanked', 'name an exact version to check a yanked one'],
    ['@acme/early', 'there are only prereleases', 'name one: @acme/early@1.0.0-rc.1'],
  ])('%s', async (spec, reason, hint) => {
    const { code, stdout, stderr } = await stage.run([spec, '--format', 'json']);
    expect(code).toBe(2);
    expect(stderr).toContain(`error: ${spec}: ${reason}\n`);
    // Whoever reads the report learns it, too.
    expect(JSON.parse(stdout)).toMatchObject({ packages: [], unresolved: [{ spec, reason, hint }] });
  });

  it('an exact yanked version is checked, and said to be yanked', async () => {
    const { code, stdout } = await stage.run(['@acme/withdrawn@1.0.0', '--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).packages).toMatchObject([
      { verdict: 'verified', findings: [{ id: 'yanked', severity: 'warning' }], registry: { yanked: true } },
    ]);
    expect(await stage.run(['@acme/withdrawn@1.0.0', '--strict'])).toMatchObject({ code: 1 });
  });

  it('one that does not exist stops none of the others', async () => {
    const { code, stdout } = await stage.run(['@acme/missing', '@acme/widget', '--format', 'json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      packages: [{ purl: 'pkg:jsr/@acme/widget@1.1.0', verdict: 'verified' }],
      unresolved: [{ spec: '@acme/missing' }],
    });
  });

  it('--exit-zero and --allow-empty forgive no wrong request', async () => {
    expect(await stage.run(['@acme/missing', '--exit-zero', '--allow-empty'])).toMatchObject({ code: 2 });
    expect(await stage.run(['std/path', '--exit-zero', '--allow-empty'])).toMatchObject({ code: 2 });
  });
});

describe('a lockfile, policy or pack that is damaged', () => {
  it('every fault of a policy file is named at once, each on its line', async () => {
    const cwd = stage.folder();
    writeFileSync(
      join(cwd, 'jsr-verify.json'),
      '{\n"rules": { "unpind": "off" },\n"packages": { "left-pad": {} }\n}',
    );
    const { code, stderr } = await stage.run(['@acme/widget'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: jsr-verify\.json:2:\d+: [^\n]+\n(?: {2}jsr-verify\.json:3:\d+: [^\n]+\n)+ {2}hint: [^\n]+\n$/,
    );
  });

  const cases: readonly (readonly [string, string, readonly string[], RegExp])[] = [
    ['deno.lock', '{"version":"5",', ['audit'], /^error: deno\.lock:1: .*\n/],
    ['deno.lock', '{"version":"99","jsr":{}}', ['audit'], /^error: deno\.lock:1: .*\n {2}hint: /],
    ['package-lock.json', '<<<<<<< HEAD\n{}\n', ['audit'], /^error: package-lock\.json:1: .*\n {2}hint: /],
    [
      'jsr-verify.json',
      '{"rules":{"require-provenence":"off"}}',
      ['@acme/widget'],
      /^error: jsr-verify\.json:1.*require-provenence.*\n {2}hint: .*require-provenance/,
    ],
    ['jsr-verify.json', 'not json', ['@acme/widget'], /^error: jsr-verify\.json:1/],
    ['evidence.pack', 'not a pack', ['@acme/widget', '--pack', 'evidence.pack'], /^error: .*pack.*\n/],
    [
      'missing',
      '',
      ['@acme/widget', '--pack', 'nowhere.pack'],
      /^error: .*nowhere\.pack does not exist\n {2}hint: check the path\n$/,
    ],
    ['root.json', '{"mediaType":', ['@acme/widget', '--trusted-root', 'root.json'], /^error: .*root\.json/],
  ];
  it.each(cases)('%s with %j', async (name, text, argv, said) => {
    const cwd = stage.folder();
    mkdirSync(join(cwd, '.git'));
    writeFileSync(join(cwd, name), text);
    const { code, stdout, stderr } = await stage.run(argv, { cwd });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});
