import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { describe, expect, test } from 'vitest';
import { makeRoot } from '../../scripts/make-root.ts';
import { builtInRoot, publicGoodMirror } from '../../src/sigstore/root.ts';
import { trustFromBytes, trustFromFile } from '../../src/sigstore/trust.ts';
import type { Json } from '../support/json.ts';
import { sharedSigstore } from '../support/sigstore.ts';
import { failure } from './tuf-world.ts';

type Root = { [key: string]: Json };

describe('the root built into the program', () => {
  test('is the seed of the Sigstore library, byte for byte', async () => {
    const builtIn = await builtInRoot();
    const seed = seeds[publicGoodMirror];
    expect(Buffer.from(builtIn.tufRoot).toString('base64')).toBe(seed['root.json']);
    expect(Buffer.from(builtIn.trustedRoot).toString('base64')).toBe(seed.targets['trusted_root.json']);
  });

  test('is what the script makes of the library that is installed', async () => {
    const builtIn = await builtInRoot();
    const committed = await readFile(new URL('../../src/sigstore/root.json', import.meta.url), 'utf8');
    const modules = new URL('../../node_modules/', import.meta.url);
    expect(await makeRoot(modules, builtIn.date.toISOString().slice(0, 10))).toBe(committed);
  });

  test('tells its own version and expiry truly', async () => {
    const { tufRoot, tufRootVersion, tufRootExpires, date } = await builtInRoot();
    const { signed } = JSON.parse(Buffer.from(tufRoot).toString('utf8'));
    expect(tufRootVersion).toBe(signed.version);
    expect(tufRootExpires).toEqual(new Date(signed.expires));
    expect(date.getTime()).toBeLessThan(tufRootExpires.getTime());
  });

  test('is complete', async () => {
    const { trustedRoot } = await builtInRoot();
    expect(trustFromBytes(trustedRoot, 'built in').status.digest).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('a trusted root of one’s own', () => {
  test('is used as it is, and nothing else is looked at', async () => {
    const file = join(tmpdir(), `trusted-root-${process.pid}.json`);
    const bytes = sharedSigstore().trustedRootBytes();
    await writeFile(file, bytes);
    const { root, status } = await trustFromFile(file);
    expect(Buffer.from(root)).toEqual(bytes);
    expect(status).toMatchObject({ source: 'file', from: file, warnings: [] });
  });

  test('that is not there is a wrong request', async () => {
    expect(await failure(trustFromFile('/nowhere/root.json'))).toMatch(
      /^OPTIONS_INVALID: the trusted root \/nowhere/,
    );
  });

  test('that is a folder is a wrong request', async () => {
    expect(await failure(trustFromFile(tmpdir()))).toMatch(/^OPTIONS_INVALID: /);
  });

  test('that never ends is not read to its end', async () => {
    expect(await failure(trustFromFile('/dev/zero'))).toMatch(
      /^TRUST_INVALID: .* is larger than 1000000 bytes/,
    );
  });

  test('that is really TUF metadata gets a hint', async () => {
    const { tufRoot } = await builtInRoot();
    expect(await refusal(tufRoot)).toMatch(/is TUF metadata, not a trusted root \(.*--tuf-root/);
  });

  test.each([
    '',
    'null',
    '[]',
    '{}',
    '"text"',
    '{"mediaType":"text/html"}',
    '{"mediaType":1}',
    '\uFEFF{}',
    '[[[',
  ])('that is %j is refused', async (text) => {
    expect(await refusal(Buffer.from(text))).toMatch(/^TRUST_INVALID: the trusted root x /);
  });

  test.each([
    ['no certificate authority', (root: Root) => (root['certificateAuthorities'] = [])],
    ['no transparency log', (root: Root) => (root['tlogs'] = [])],
    ['no certificate transparency log', (root: Root) => (root['ctlogs'] = [])],
    [
      'an authority without certificates',
      (root: Root) => (first(root, 'certificateAuthorities')['certChain'] = { certificates: [] }),
    ],
    ['a log whose id is not 32 bytes', (root: Root) => (first(root, 'tlogs')['logId'] = { keyId: 'AAAA' })],
    ['a log whose id is not 32 bytes', (root: Root) => (first(root, 'ctlogs')['logId'] = {})],
    [
      'a date that is not one',
      (root: Root) => (first(root, 'certificateAuthorities')['validFor'] = { start: 'yesterday' }),
    ],
    [
      'cannot be read',
      (root: Root) => (first(root, 'tlogs')['publicKey'] = { rawBytes: 'AAAA', keyDetails: 'PKIX_ED25519' }),
    ],
    ['cannot be read', (root: Root) => (first(root, 'tlogs')['publicKey'] = null)],
    ['cannot be read', (root: Root) => (root['tlogs'] = [null])],
    ['no transparency log', (root: Root) => (root['tlogs'] = 'none')],
    [
      'cannot be read',
      (root: Root) =>
        (first(root, 'certificateAuthorities')['certChain'] = { certificates: [{ rawBytes: 'AAAA' }] }),
    ],
  ])('with %s is refused', async (why, change) => {
    const root: Root = structuredClone(sharedSigstore().trustedRoot());
    change(root);
    expect(await refusal(Buffer.from(JSON.stringify(root)))).toContain(why);
  });

  test('with the same key twice is refused, as readers disagree about which one counts', async () => {
    const text = sharedSigstore().trustedRootBytes().toString('utf8');
    const twice = text.replace('"tlogs"', '"ctlogs":[],"tlogs"');
    expect(await refusal(Buffer.from(twice))).toMatch(/stands twice/);
  });
});

const refusal = (bytes: Uint8Array): Promise<string> =>
  failure(Promise.resolve().then(() => trustFromBytes(bytes, 'x')));

/** The first of a list of the root, to be changed. */
function first(root: Root, list: string): Root {
  const items = root[list];
  if (!Array.isArray(items)) throw new Error(`no ${list}`);
  return items[0] as Root;
}
