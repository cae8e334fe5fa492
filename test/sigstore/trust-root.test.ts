import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { describe, expect, test } from 'vitest';
import { builtInRoot, publicGoodMirror } from '../../src/sigstore/root.ts';
import { type Trust, trustFromBytes, trustFromFile } from '../../src/sigstore/trust.ts';
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

  test.skipIf(process.platform === 'win32')('that never ends is not read to its end', async () => {
    expect(await failure(trustFromFile('/dev/zero'))).toBe(
      'OPTIONS_INVALID: the trusted root /dev/zero cannot be read: not a regular file (name a readable file)',
    );
  });

  test('that is really TUF metadata gets a hint', async () => {
    const { tufRoot } = await builtInRoot();
    expect(await refusal(tufRoot)).toMatch(/is TUF metadata, not a trusted root \(.*--tuf-root/);
  });

  const strange = 'is not a Sigstore trusted root: its mediaType is missing or unknown';
  test.each([
    ['', 'cannot be read: not JSON'],
    ['null', strange],
    ['[]', strange],
    ['{}', strange],
    ['"text"', strange],
    ['{"mediaType":"text/html"}', strange],
    ['{"mediaType":1}', strange],
    ['\uFEFF{}', 'cannot be read: preceded by a byte order mark'],
    ['[[[', 'cannot be read: not JSON'],
    ['{"signed":{}}', 'is TUF metadata, not a trusted root'],
  ])('that is %j is refused', async (text, why) => {
    const message = `the trusted root x ${why}`;
    await expect(reading(Buffer.from(text))).rejects.toMatchObject({ code: 'TRUST_INVALID', message });
  });

  test('in a form that is not known yet is refused, however complete it is', async () => {
    const root = {
      ...sharedSigstore().trustedRoot(),
      mediaType: 'application/vnd.dev.sigstore.trustedroot.v9+json',
    };
    expect(await refusal(bytesOf(root))).toContain(strange);
  });

  test('may have a megabyte and not a byte more', async () => {
    const bytes = Buffer.alloc(1_000_001, ' ');
    sharedSigstore().trustedRootBytes().copy(bytes);
    await expect(reading(bytes.subarray(0, -1))).resolves.toMatchObject({ status: { from: 'x' } });
    expect(await refusal(bytes)).toContain('the trusted root x is larger than 1000000 bytes');
  });

  test('may leave the end of its periods open', async () => {
    const text = sharedSigstore().trustedRootBytes().toString('utf8');
    const root: unknown = JSON.parse(text, (key, value) => (key === 'end' ? undefined : value));
    await expect(reading(bytesOf(root))).resolves.toMatchObject({ status: { from: 'x' } });
  });

  test('with a key that cannot be read keeps the reason', async () => {
    const root = { ...rootToChange(), tlogs: [null] };
    await expect(reading(bytesOf(root))).rejects.toMatchObject({ cause: expect.any(Error) });
  });

  const authorities = ['certificateAuthorities', 'timestampAuthorities'] as const;
  const logs = ['tlogs', 'ctlogs'] as const;
  const unreadable = 'holds a key or certificate that cannot be read';
  const undated = 'holds a date that is not one';
  const unstarted = 'names a key or an authority without the start of its validity';
  const unnamed = 'names a log whose id is not 32 bytes';
  type Flaw = readonly [why: string, list: string, change: (first: Root) => object];
  const flaws: readonly Flaw[] = [
    ...authorities.flatMap((list): readonly Flaw[] => [
      ['names an authority without certificates', list, () => ({ certChain: { certificates: [] } })],
      [unreadable, list, () => ({ certChain: null })],
      [unreadable, list, () => ({ certChain: { certificates: [{ rawBytes: 'AAAA' }] } })],
      [undated, list, () => ({ validFor: { start: 'yesterday' } })],
      [undated, list, () => ({ validFor: { end: 'never' } })],
      [unstarted, list, () => ({ validFor: undefined })],
      [unstarted, list, () => ({ validFor: {} })],
      [unstarted, list, () => ({ validFor: { start: null, end: '2030-01-01T00:00:00Z' } })],
    ]),
    ...logs.flatMap((list): readonly Flaw[] => [
      [unnamed, list, () => ({ logId: { keyId: 'AAAA' } })],
      [unnamed, list, () => ({ logId: {} })],
      [unnamed, list, ({ logId }) => ({ logId: null, checkpointKeyId: logId })],
      [unreadable, list, () => ({ publicKey: { rawBytes: 'AAAA', keyDetails: 'PKIX_ED25519' } })],
      [unreadable, list, () => ({ publicKey: null })],
      [
        undated,
        list,
        ({ publicKey }) => ({ publicKey: { ...(publicKey as Root), validFor: { start: 'x' } } }),
      ],
      ...[undefined, {}, { start: null }, { end: '2030-01-01T00:00:00Z' }].map(
        (period): Flaw => [
          unstarted,
          list,
          ({ publicKey }) => ({ publicKey: { ...(publicKey as Root), validFor: period } }),
        ],
      ),
    ]),
  ];
  test.each(flaws)('that %s (%s) is refused', async (why, list, change) => {
    const root = rootToChange();
    const [first = {}, ...others] = root[list] as readonly Root[];
    await refuses({ ...root, [list]: [{ ...first, ...change(first) }, ...others] }, why);
  });

  test.each<readonly [why: string, changes: object]>([
    ['names no certificate authority', { certificateAuthorities: [] }],
    ['names no transparency log', { tlogs: [] }],
    ['names no transparency log', { tlogs: 'none' }],
    ['names no certificate transparency log', { ctlogs: [] }],
    [unreadable, { tlogs: [null] }],
  ])('that %s is refused', (why, changes) => refuses({ ...rootToChange(), ...changes }, why));

  test('with the same key twice is refused, as readers disagree about which one counts', async () => {
    const text = sharedSigstore().trustedRootBytes().toString('utf8');
    const twice = text.replace('"tlogs"', '"ctlogs":[],"tlogs"');
    expect(await refusal(Buffer.from(twice))).toMatch(/is a duplicate|duplicate key/);
  });
});

const reading = async (bytes: Uint8Array): Promise<Trust> => trustFromBytes(bytes, 'x');
const refusal = (bytes: Uint8Array): Promise<string> => failure(reading(bytes));
const rootToChange = (): Root => structuredClone(sharedSigstore().trustedRoot());
const refuses = (root: Root, why: string): Promise<void> =>
  expect(reading(bytesOf(root))).rejects.toMatchObject({
    code: 'TRUST_INVALID',
    message: `the trusted root x ${why}`,
  });
const bytesOf = (root: unknown): Buffer => Buffer.from(JSON.stringify(root));
