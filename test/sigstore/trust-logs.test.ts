import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { trustFromBytes } from '../../src/sigstore/trust.ts';
import { logKeys } from '../../src/sigstore/trust-logs.ts';
import type { Json } from '../support/json.ts';
import { sharedSigstore } from '../support/sigstore.ts';

type Log = { readonly [key: string]: Json };

/** The keys of a trusted root whose one log is changed so. */
function keysWith(change: (log: Log) => object) {
  const root = sharedSigstore().trustedRoot();
  const [log] = root['tlogs'] as readonly Log[];
  const bytes = Buffer.from(JSON.stringify({ ...root, tlogs: [{ ...log, ...change(log as Log) }] }));
  return logKeys(trustFromBytes(bytes, 'x'));
}

const { rekorKey } = sharedSigstore();

test.each([
  ['https://rekor.test', ['rekor.test']],
  ['https://rekor.test/below', ['rekor.test']],
  ['https://rekor.test:8443', ['rekor.test:8443', 'rekor.test']],
  ['rekor', ['rekor']],
  ['', ['']],
])('the log at %j may call itself %j', (baseUrl, names) => {
  const [key, ...others] = keysWith(() => ({ baseUrl }));
  expect({ ...key, publicKey: key?.publicKey.equals(rekorKey.key.publicKey) }).toEqual({
    logId: rekorKey.id,
    names,
    publicKey: true,
  });
  expect(others).toEqual([]);
});

test('the id under which a log signs its checkpoints goes before the one under which it signs its entries', () => {
  const keyId = Buffer.alloc(32, 7);
  const [key] = keysWith(() => ({ checkpointKeyId: { keyId: keyId.toString('base64') } }));
  expect(key?.logId).toEqual(keyId);
});

test('a log whose key signs no checkpoints has none', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rawBytes = publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64');
  const validFor = { start: '2025-01-01T00:00:00Z' };
  expect(keysWith(() => ({ publicKey: { rawBytes, keyDetails: 'PKCS1_RSA_PKCS1V5', validFor } }))).toEqual(
    [],
  );
});
