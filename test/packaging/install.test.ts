import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { nodeOf } from './nodes.ts';
import { npm, root, run, tool } from './run.ts';

const consumer = `
import * as api from 'jsr-verify';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const schema = (name) => require('jsr-verify/' + name + '.schema.json').$schema;
console.log(JSON.stringify({ names: Object.keys(api), schemas: [schema('report'), schema('policy')] }));
`;

// Every name of the fixed interface, as a user would write it, and no types but the package's own.
const typedConsumer = `
import { audit, diff, exportBundle, JsrVerifyError, pin, verify } from 'jsr-verify';
const functions: readonly ((...args: never[]) => unknown)[] = [audit, diff, exportBundle, pin, verify];
export const code: string = new JsrVerifyError('SPEC_INVALID', functions.length.toString()).code;
// @ts-expect-error a code that does not exist
new JsrVerifyError('NO_SUCH_CODE', '');
`;

let folder: string;
let version: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jsr-verify-install-'));
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await npm(folder, 'install', '--offline', '--engine-strict', inject('tarball'));
  version = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('installs into an empty folder without a network, alone', async () => {
  const { packages } = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
  expect(Object.keys(packages)).toEqual(['', 'node_modules/jsr-verify']);
});

test('is found by npx', async () => {
  const { stdout } = await npm(folder, 'exec', '--offline', '--', 'jsr-verify', '--version');
  expect(stdout.trim()).toBe(version);
});

describe.each([20, 22, 24, 26])('on Node %i', (major) => {
  test('the program starts, tells its version and its help, and says nothing else', async ({ skip }) => {
    const node = await nodeOf(major);
    if ('missing' in node) return skip(node.missing);
    const program = join(folder, 'node_modules/jsr-verify/bin/jsr-verify.js');
    expect(await run(folder, node.path, program, '--version')).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
    const help = await run(folder, node.path, program, '--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/audit[\s\S]*--format/);
    expect(await run(folder, node.path, program, 'std/path')).toMatchObject({ code: 2, stdout: '' });
  });

  test('the library and its schemas can be imported', async ({ skip }) => {
    const node = await nodeOf(major);
    if ('missing' in node) return skip(node.missing);
    await writeFile(join(folder, 'consumer.js'), consumer);
    const { code, stdout, stderr } = await run(folder, node.path, 'consumer.js');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      names: expect.arrayContaining(['audit', 'diff', 'exportBundle', 'pin', 'verify']),
      schemas: [expect.stringContaining('json-schema.org'), expect.stringContaining('json-schema.org')],
    });
  });
});

test('its types stand on their own: strict, libraries checked, no types of Node', async () => {
  await writeFile(join(folder, 'consumer.ts'), typedConsumer);
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    module: 'nodenext',
    lib: ['es2023', 'dom'],
    types: [],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  expect(await tool(folder, 'typescript/bin/tsc', '-p', folder)).toEqual({ code: 0, stdout: '', stderr: '' });
});
