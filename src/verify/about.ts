import type { CheckId } from '../model/check.ts';

/** What a check asks, why it matters, who could get past it, and what to do when it does not pass. */
export interface CheckText {
  readonly title: string;
  readonly why: string;
  readonly fix: string;
  /** What passes. */
  readonly expected: string;
  /** Who could have made it pass without the publisher. */
  readonly forgeable: string;
}

/** Every check in words; reports, `explain` and SARIF take them from here. */
export const aboutChecks: Readonly<Record<CheckId, CheckText>> = {
  manifest: {
    title: 'version manifest is well formed',
    why: 'The manifest lists every file with its checksum, and its own digest is what publishers sign. A manifest that two readers could understand differently proves nothing.',
    fix: 'Report it to the registry; do not install the version.',
    expected: 'one reading of the JSON, a checksum and a size for every file, no path twice',
    forgeable: 'the registry, until its digest is compared with the signed one',
  },
  bundle: {
    title: 'attestation can be read',
    why: 'The registry keeps only an index into the transparency log; the attestation itself is rebuilt from the log entry. Unknown means that the log was not reachable or does not store the payload.',
    fix: 'Try again later, or give the attestation with --bundle.',
    expected: 'a log entry of a known kind with its payload, or a Sigstore bundle',
    forgeable: 'anyone may add an entry to the log; this check trusts nothing in it',
  },
  certificate: {
    title: 'certificate of a trusted authority',
    why: 'The signing certificate must chain to the trusted root, must have been valid at the logged time, must be known to a certificate transparency log, and must be meant for code signing. Otherwise anyone could have made it.',
    fix: 'Do not install the version. With a Sigstore instance of your own, pass --trusted-root.',
    expected: 'a chain to the trusted root, valid when it was used, known to a CT log, for code signing',
    forgeable: 'anyone with a key of the certificate authority, but only in public',
  },
  inclusion: {
    title: 'logged in the transparency log',
    why: 'The log proves with its signed checkpoint that it holds exactly this signature, certificate and payload. Without that proof a secret signature would go unnoticed, and the time of signing would be unknown.',
    fix: 'Unknown: try again later. Failed: do not install the version, and keep the report.',
    expected: 'inclusion promise, inclusion proof and signed checkpoint for this entry',
    forgeable: 'anyone with the key of the log; a checkpoint saved by an earlier run would show it',
  },
  signature: {
    title: 'signature matches the statement',
    why: 'The signature must be made over exactly these bytes with the key in the certificate. The statement is not read before that.',
    fix: 'Do not install the version.',
    expected: 'one signature over these bytes by the key in the certificate',
    forgeable: 'only someone with the key, which exists for one run of the workflow',
  },
  statement: {
    title: 'statement is SLSA provenance',
    why: 'The signed bytes must be an in-toto statement with SLSA v1 provenance; a signature over anything else proves nothing about the build.',
    fix: 'Publish from GitHub Actions with deno publish or npx jsr publish, which write such a statement.',
    expected: 'an in-toto statement with SLSA provenance v1',
    forgeable: 'the workflow decides what it states; the next checks compare it',
  },
  subject: {
    title: 'statement is about this version',
    why: 'The statement must name exactly this package version and the digest of the manifest that is served. The name alone is not enough: a deleted version can be published again with other content.',
    fix: 'The registry may name the wrong log entry, or serve different bytes than were published. Do not install the version until the publisher has explained it.',
    expected: 'the name of this version and the digest of its manifest',
    forgeable: 'only the workflow itself, by attesting other bytes',
  },
  claims: {
    title: 'predicate matches the certificate',
    why: 'Repository, commit, ref, workflow and run in the statement are written by the job itself. Only the certificate proves them, so a difference means that the statement is wrong.',
    fix: 'Ask the publisher why the statement names a different build than the certificate.',
    expected: 'the same repository, commit, ref, workflow, run, runner and event as in the certificate',
    forgeable:
      "the workflow may claim anything; what counts are the certificate's values, which come from GitHub",
  },
  lockfile: {
    title: 'lockfile agrees',
    why: 'deno.lock holds the digest of the manifest, and the attestation covers the same digest. A difference means that the lockfile and the registry refer to different bytes.',
    fix: 'Find out which side changed before you update the lockfile.',
    expected: 'the digest in the lockfile is that of the manifest',
    forgeable: 'anyone who can change the lockfile',
  },
  files: {
    title: 'files have the attested checksums',
    why: 'The attested manifest gives the size and SHA-256 of every file; each file was fetched and compared.',
    fix: 'Do not install the version; report the paths to the registry.',
    expected: 'every file of the manifest with its size and SHA-256',
    forgeable: 'no one, once the manifest is attested',
  },
  tarball: {
    title: 'npm tarball matches the attested files',
    why: 'The tarball that npm, pnpm, yarn and bun install is made by the registry, and no attestation covers it. Each of its files is derived again from the attested files.',
    fix: 'Install from JSR itself (deno, or jsr: dependencies), and report the unexplained paths to the registry.',
    expected: 'every file of the npm tarball matches the attested files',
    forgeable: 'the registry makes the tarball; files that do not match are listed',
  },
  installed: {
    title: 'installed files are the attested ones',
    why: 'The files on this disk are the ones that run. Each file is compared with what the attestation covers.',
    fix: 'Remove the folder and install again; if it happens again, find out what changes it.',
    expected: 'every file on this disk matches the attested files',
    forgeable: 'anyone who can write to this disk, also after the check',
  },
};
