import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { builtInRoot } from '../../src/sigstore/root.ts';
import { trustFromBytes } from '../../src/sigstore/trust.ts';
import { describeTrust } from '../../src/sigstore/trust-describe.ts';
import { mintSigstore } from '../support/sigstore.ts';
import { validFor } from '../support/trusted-root.ts';

test('the public-good root is told as it is: two CAs, two logs, two CT logs, one timestamp authority', async () => {
  const trust = trustFromBytes((await builtInRoot()).trustedRoot, 'built in');
  const told = describeTrust(trust);
  expect(told.status).toBe(trust.status);
  expect(told.transparencyLogs).toStrictEqual([
    {
      url: 'https://rekor.sigstore.dev',
      logId: 'c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d',
      key: 'PKIX_ECDSA_P256_SHA_256',
      validFrom: new Date('2021-01-12T11:53:27Z'),
    },
    expect.objectContaining({ url: 'https://log2025-1.rekor.sigstore.dev', key: 'PKIX_ED25519' }),
  ]);
  expect(told.ctLogs.map(({ url }) => url)).toEqual([
    'https://ctfe.sigstore.dev/test',
    'https://ctfe.sigstore.dev/2022',
  ]);
  expect(told.ctLogs[0]?.validUntil).toEqual(new Date('2022-10-31T23:59:59.999Z'));
  expect(
    told.certificateAuthorities.map(({ subject, fingerprints }) => [subject, fingerprints.length]),
  ).toEqual([
    ['O=sigstore.dev, CN=sigstore', 1],
    ['O=sigstore.dev, CN=sigstore-intermediate', 2],
  ]);
  expect(told.timestampAuthorities).toHaveLength(1);
});

test('the root of an instance of one’s own is told by the same words', () => {
  const sigstore = mintSigstore();
  const period = validFor(new Date('2025-01-01'), new Date('2026-01-01'));
  const bytes = sigstore.trustedRootBytes({ tlogs: [{ key: sigstore.rekorKey, validFor: period }] });
  const { transparencyLogs, certificateAuthorities } = describeTrust(trustFromBytes(bytes, 'x'));
  expect(transparencyLogs).toEqual([
    {
      url: `https://${sigstore.rekorKey.host}`,
      logId: sigstore.rekorKey.id.toString('hex'),
      key: 'PKIX_ECDSA_P256_SHA_256',
      validFrom: new Date('2025-01-01'),
      validUntil: new Date('2026-01-01'),
    },
  ]);
  const fingerprints = sigstore.authority.chain.map((der) => createHash('sha256').update(der).digest('hex'));
  expect(certificateAuthorities[0]?.fingerprints).toEqual(fingerprints);
});

test('the end of a period that is left open is not told', () => {
  const told = describeTrust(trustFromBytes(mintSigstore().trustedRootBytes(), 'x'));
  const all = [...told.certificateAuthorities, ...told.transparencyLogs, ...told.ctLogs];
  expect(all.filter((one) => !('validFrom' in one) || 'validUntil' in one)).toEqual([]);
});

test('an authority whose name cannot be read is told by its fingerprint', () => {
  const sigstore = mintSigstore();
  const [issuing = Buffer.alloc(0)] = sigstore.authority.chain;
  const der = Buffer.from(issuing);
  // A name in a list where its set should be, which the library reads and OpenSSL does not.
  const organization = Buffer.of(0x06, 0x03, 0x55, 0x04, 0x0a);
  der[der.indexOf(organization) - 4] = 0x30;
  const bytes = sigstore.trustedRootBytes({
    authorities: [{ chain: [der], uri: 'https://ca.test', validFor: validFor(new Date('2025-01-01')) }],
  });
  expect(describeTrust(trustFromBytes(bytes, 'x')).certificateAuthorities).toStrictEqual([
    {
      url: 'https://ca.test',
      subject: 'a certificate without a readable name',
      fingerprints: [createHash('sha256').update(der).digest('hex')],
      validFrom: new Date('2025-01-01'),
    },
  ]);
});

test('it can be told as JSON', () => {
  const told = describeTrust(trustFromBytes(mintSigstore().trustedRootBytes(), 'x'));
  expect(JSON.parse(JSON.stringify(told))).toMatchObject({
    status: { source: 'file' },
    ctLogs: [{ logId: expect.any(String) }],
  });
});
