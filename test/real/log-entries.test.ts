import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Facts, Outcome } from '../../src/model/check.ts';
import { after } from '../../src/model/check.ts';
import type { Sha256 } from '../../src/model/package.ts';
import { toOpenBundle, unpackEntry } from '../../src/sigstore/bundle.ts';
import { trustFromBytes } from '../../src/sigstore/trust.ts';
import { checkSigstore, verifyBundle } from '../../src/sigstore/verifier.ts';
import { checkStatement } from '../../src/verify/statement.ts';
import { checkSubject } from '../../src/verify/subject.ts';
import { describeReal, hasRealData, readReal, readTable, realPath } from './data.ts';

describeReal('real entries of the public log', () => {
  const trust = trustFromBytes(
    readReal('C-trust', 'public-good', 'trusted_root.json'),
    'the public-good root',
  );
  const entries = hasRealData ? readdirSync(realPath('B-bundles', 'rekor-v1-derived')) : [];
  const accepted = hasRealData ? readTable('B-bundles', 'verdicts.tsv').filter(isPublicAttestation) : [];

  it.each(entries)('%s: certificate, inclusion and signature hold', (file) => {
    const bytes = readReal('B-bundles', 'rekor-v1-derived', file);
    const unpacked = unpackEntry(bytes);
    if (!unpacked.ok) throw new Error(unpacked.why);
    const { entry } = unpacked.value;
    // The log stores no payload for dsse entries; the bundle that the entry was taken from has it.
    const payload = entry.attestation ?? payloadOf(String(entry.logIndex));
    const outcomes = checkSigstore(
      toOpenBundle(unpacked.value, payload),
      { logIndex: String(entry.logIndex) },
      trust,
    );
    expect(statuses(outcomes)).toEqual({ certificate: 'passed', inclusion: 'passed', signature: 'passed' });
  });

  it.each(entries)('%s: asked for another index, inclusion fails', (file) => {
    const unpacked = unpackEntry(readReal('B-bundles', 'rekor-v1-derived', file));
    if (!unpacked.ok) throw new Error(unpacked.why);
    const { entry } = unpacked.value;
    const payload = entry.attestation ?? payloadOf(String(entry.logIndex));
    const { inclusion } = checkSigstore(toOpenBundle(unpacked.value, payload), { logIndex: '1' }, trust);
    expect(inclusion).toMatchObject({
      status: 'failed',
      reason: `the log answered with entry ${entry.logIndex} when asked for 1`,
    });
  });

  it('accepts every attestation that stock Sigstore accepts and that comes with promise, proof and checkpoint', () => {
    const surprises = accepted.flatMap((row) => {
      const outcomes = verifyBundle(bundleAt(row), trust);
      const { certificate, inclusion, signature } = statuses(outcomes);
      const lacks = outcomes.inclusion.status === 'unknown' ? outcomes.inclusion.why : '';
      // Stricter than stock: a promise or a proof alone is not enough.
      const expected = row['tlog']?.includes('+SET') && row['tlog'].includes('+proof') ? 'passed' : inclusion;
      const fine =
        certificate === 'passed' &&
        signature === 'passed' &&
        inclusion === expected &&
        (inclusion === 'passed' || /without/.test(lacks));
      return fine ? [] : [`${row['file']}${row['pointer']} ${row['tlog']}: ${JSON.stringify(outcomes)}`];
    });
    expect(surprises).toEqual([]);
    expect(accepted.length).toBeGreaterThan(40);
  });

  it('refuses every one of them as a JSR attestation, at the statement or the subject, and says why', () => {
    for (const row of accepted) {
      const { signature } = verifyBundle(bundleAt(row), trust);
      const statement = after({ signature }, checkStatement);
      const manifest: Outcome<Facts['manifest']> = {
        status: 'passed',
        fact: { source: 'served', digest: 'a'.repeat(64) as Sha256, files: new Map(), exports: new Map() },
      };
      const subject = after({ statement, manifest }, (known) =>
        checkSubject({ scope: 'std', name: 'path', version: '1.0.0' }, known, undefined),
      );
      if (statement.status === 'failed') expect(statement.reason).not.toBe('');
      else
        expect(subject).toMatchObject({
          status: 'failed',
          reason: expect.stringMatching(/the statement is about/),
        });
    }
  });
});

describeReal('the Sigstore conformance suite', () => {
  const cases = hasRealData
    ? readdirSync(realPath('B-bundles', 'conformance'), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : [];
  const publicGood = trustFromBytes(
    readReal('C-trust', 'public-good', 'trusted_root.json'),
    'the public-good root',
  );
  const optional = (...path: readonly string[]) => {
    try {
      return readReal('B-bundles', 'conformance', ...path);
    } catch {
      return undefined;
    }
  };

  it.each(cases)('%s', (name) => {
    const bundle = readReal('B-bundles', 'conformance', name, 'bundle.sigstore.json');
    const root = optional(name, 'trusted_root.json');
    const key = optional(name, 'key.pub')?.toString('utf8');
    const outcomes = verifyBundle(bundle, root === undefined ? publicGood : trustFromBytes(root, name), {
      artifact: optional(name, 'artifact') ?? readReal('B-bundles', 'conformance', 'a.txt'),
      ...(key !== undefined && { publicKey: key }),
    });
    const { certificate, inclusion, signature } = statuses(outcomes);
    const holds =
      (certificate === 'passed' || certificate === 'skipped') &&
      inclusion === 'passed' &&
      signature === 'passed';
    expect(holds).toBe(!name.endsWith('_fail'));
  });

  it('has all its cases here', () => {
    expect(cases).toHaveLength(35);
  });
});

// PEP 740 files hold the same parts in another form, which is not a bundle.
function isPublicAttestation(row: Readonly<Record<string, string>>): boolean {
  return (
    row['verdict_4.1.3'] === 'accept' &&
    row['accepted_with_other_root'] === '' &&
    row['content'] === 'dsseEnvelope' &&
    row['cert_san'] !== '' &&
    row['file']?.startsWith('pypi-attestations/') === false
  );
}

function bundleAt(row: Readonly<Record<string, string>>): Buffer {
  const text = readReal('B-bundles', row['file'] ?? '').toString('utf8');
  const pointer = row['pointer'] ?? '';
  const line = /^#L(\d+)$/.exec(pointer)?.[1];
  let value: unknown =
    line === undefined ? JSON.parse(text) : JSON.parse(text.split('\n')[Number(line) - 1] ?? '');
  for (const step of line === undefined ? pointer.split('/').filter((part) => part !== '') : [])
    value = (value as Record<string, unknown>)[step];
  return Buffer.from(JSON.stringify(value));
}

function payloadOf(logIndex: string): Buffer {
  const row = readTable('B-bundles', 'verdicts.tsv').find(({ tlog }) => tlog?.includes(`@${logIndex}+`));
  if (row === undefined) throw new Error(`no bundle with the log index ${logIndex}`);
  const bundle = JSON.parse(bundleAt(row).toString('utf8')) as {
    readonly dsseEnvelope: { readonly payload: string };
  };
  return Buffer.from(bundle.dsseEnvelope.payload, 'base64');
}

function statuses(outcomes: ReturnType<typeof verifyBundle>) {
  return {
    certificate: outcomes.certificate.status,
    inclusion: outcomes.inclusion.status,
    signature: outcomes.signature.status,
  };
}
