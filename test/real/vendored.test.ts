import { expect, it } from 'vitest';
import { compareVendor } from '../../src/installed/copy-difference.ts';
import { vendoredPlaces } from '../../src/installed/deno/deno-paths.ts';
import { readVersionMetadata } from '../../src/installed/deno/metadata.ts';
import { present } from '../../src/model/evidence.ts';
import { checkManifest } from '../../src/verify/manifest.ts';
import { describeReal, hasRealData, readReal, readTable } from './data.ts';

/** Names that Deno gave to files of this package, as somebody committed them. */
const committed = {
  package: '@simplewebauthn/server@13.1.1',
  names: [
    '/src/helpers/#convertx509publickey_192a4.ts',
    '/src/helpers/#getcertificateinfo.t_0023b.ts',
    '/src/helpers/#iscertrevoked_cb4eb.ts',
    '/src/helpers/#validatecertificatep_8d7a2.ts',
    '/src/helpers/#validateextfidogence_1592b.ts',
    '/src/helpers/iso/#isobase64url_cbad8.ts',
    '/src/helpers/iso/#isocbor_851c3.ts',
    '/src/helpers/iso/#isocrypto_6d1c0/#unwrapec2signature.t_8f4ca.ts',
    '/src/metadata/#verifyattestationwit_7bff0.ts',
    '/src/registration/verifications/#verifyattestationand_a6c3c.ts',
    '/src/registration/verifications/#verifyattestationapp_5f36c.ts',
    '/src/registration/verifications/tpm/#verifyattestationtpm_21642.ts',
    '/src/services/#metadataservice_1d084.ts',
  ],
};

describeReal('real metadata that Deno vendored', () => {
  const rows = hasRealData ? readTable('A-jsr', 'manifests', 'manifests.tsv') : [];
  const raw = new Map(
    rows.filter(({ kind }) => kind === 'raw').map((row) => [row['package'], row['file'] ?? '']),
  );
  const vendored = rows.filter(({ kind }) => kind === 'vendored');
  const manifestOf = (name: string | undefined) => {
    const outcome = checkManifest(present(readReal('A-jsr', raw.get(name) ?? ''), 'here'), []);
    if (outcome.status !== 'passed') throw new Error(`the manifest of ${name} is not read`);
    return outcome.fact;
  };

  it.each(vendored)('$package: is read, and claims what lockfiles hold', ({ file, lock_integrity }) => {
    const metadata = readVersionMetadata(readReal('A-jsr', file ?? ''));
    expect(metadata).toMatchObject({ state: 'read', others: [] });
    if (lock_integrity !== '' && lock_integrity !== '-')
      expect(metadata).toMatchObject({ claimed: lock_integrity });
  });

  it('of every manifest agrees with that one, and with no other', () => {
    const names = [...raw.keys()];
    for (const [index, name] of names.entries()) {
      const manifest = manifestOf(name);
      const metadata = readVersionMetadata(
        vendoredFrom(readReal('A-jsr', raw.get(name) ?? ''), manifest.digest),
      );
      const copy = { kind: 'vendor', place: 'vendor', files: new Map(), metadata, rerouted: [] } as const;
      expect(compareVendor(copy, manifest, manifest.files), name).toMatchObject({ compared: 1, wrong: [] });
      const other = manifestOf(names[(index + 1) % names.length]);
      expect(compareVendor(copy, other, other.files).wrong, name).not.toEqual([]);
    }
  });

  it('are all here', () => {
    expect(raw.size).toBe(86);
    expect(vendored).toHaveLength(41);
  });

  it('names of files lead back to the paths of the manifest', () => {
    const { files } = manifestOf(committed.package);
    const places = vendoredPlaces(files.keys());
    const paths = committed.names.map((name) => places.get(name));
    expect(paths.map((found) => found?.length)).toEqual(committed.names.map(() => 1));
    expect(paths[0]).toEqual(['/src/helpers/convertX509PublicKeyToCOSE.ts']);
    expect(paths[7]).toEqual(['/src/helpers/iso/isoCrypto/unwrapEC2Signature.ts']);
  });
});

/** What Deno makes of a manifest when it vendors it: no module graph, and the digest of what it had. */
function vendoredFrom(bytes: Buffer, digest: string): Buffer {
  const entries = Object.entries(JSON.parse(bytes.toString()) as object).filter(
    ([key]) => !key.startsWith('moduleGraph'),
  );
  return Buffer.from(JSON.stringify({ ...Object.fromEntries(entries), lockfileChecksum: digest }));
}
