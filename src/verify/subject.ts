import { type Facts, failed, type Outcome, passed, unknown } from '../model/check.ts';
import type { Gathered, UploadDigest } from '../model/evidence.ts';
import { nameOf, type PackageVersion, purlOf } from '../model/package.ts';

/**
 * Passes when the statement is about exactly this package version and exactly these bytes.
 *
 * Publishers who repaired their provenance in July 2026 attested the tarball they had uploaded, because that is what
 * JSR demanded then. Such a statement holds only by a detour: the upload has the attested digest, and its files are
 * those of the manifest, no more and no fewer (contract 4.7). Deno itself always attests the manifest, so its
 * statements get no detour.
 */
export function checkSubject(
  about: PackageVersion,
  { statement, manifest }: Pick<Facts, 'statement' | 'manifest'>,
  upload: Gathered<UploadDigest> | undefined,
): Outcome<Facts['subject']> {
  const [subject] = statement.subjects;
  if (subject === undefined || statement.subjects.length !== 1) {
    return failed(`the statement has ${statement.subjects.length} subjects, expected 1`);
  }
  if (!namesOf(about).includes(subject.name)) {
    return failed(
      `the statement is about ${JSON.stringify(subject.name.slice(0, 200))}, not about ${nameOf(about)}`,
    );
  }
  if (subject.sha256 === undefined) return failed('the statement gives no SHA-256 digest of its subject');
  if (subject.sha256 === manifest.digest) return passed({ digest: subject.sha256, of: 'manifest' });

  const differs = [
    `attested ${subject.sha256}`,
    `${manifest.source === 'served' ? 'served' : 'locked'}   ${manifest.digest}`,
  ];
  if (!mayAttestUpload(about, { statement, manifest }) || upload === undefined) {
    return failed('the attested digest is not that of the version manifest', { details: differs });
  }
  switch (upload.state) {
    case 'unavailable':
      return unknown(
        `the statement may attest the uploaded tarball, which could not be fetched: ${upload.why}`,
        differs,
      );
    case 'absent':
      return failed('the attested digest is not that of the version manifest', { details: differs });
    case 'present': {
      if (upload.value.sha256 !== subject.sha256) {
        return failed(
          'the attested digest is neither that of the version manifest nor that of the uploaded tarball',
          { details: differs },
        );
      }
      if (manifest.source === 'locked')
        return unknown(
          'the statement attests the uploaded tarball, and the version manifest could not be fetched',
          differs,
        );
      const difference = firstDifference(manifest, upload.value);
      if (difference !== undefined) {
        return failed(
          `the statement attests the uploaded tarball, whose files are not those of the manifest: ${difference}`,
        );
      }
      return passed({ digest: subject.sha256, of: 'upload' });
    }
  }
}

/** Whether a statement that does not fit the manifest may be one over the uploaded tarball, so that this is worth a look. */
export function mayAttestUpload(
  about: PackageVersion,
  { statement, manifest }: Pick<Facts, 'statement' | 'manifest'>,
): boolean {
  const [subject] = statement.subjects;
  return (
    statement.typeKey === '_type' &&
    statement.subjects.length === 1 &&
    subject?.sha256 !== undefined &&
    subject.sha256 !== manifest.digest &&
    namesOf(about).includes(subject.name)
  );
}

// JSR's publishers keep the `@` literal; the purl specification escapes it. Both are compared as fixed strings.
function namesOf(about: PackageVersion): readonly string[] {
  const purl = purlOf(about);
  return [purl, purl.replace('pkg:jsr/@', 'pkg:jsr/%40')];
}

function firstDifference(manifest: Facts['manifest'], upload: UploadDigest): string | undefined {
  for (const [path, { sha256, size }] of manifest.files) {
    const found = upload.files.get(path);
    if (found === undefined) return `${path} is missing from the upload`;
    if (found.sha256 !== sha256 || found.size !== size) return `${path} has other bytes in the upload`;
  }
  for (const path of upload.files.keys())
    if (!manifest.files.has(path)) return `${path} is in the upload only`;
  return undefined;
}
