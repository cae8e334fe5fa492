import type { PackageAuditor, Upstream } from '../auditor.ts';
import type { Outcome } from '../model/check.ts';
import {
  absent,
  type Gathered,
  present,
  type RawAttestation,
  type RegistryClaims,
} from '../model/evidence.ts';
import { reaches } from '../model/report.ts';
import type { Target } from '../model/target.ts';
import type { PackageMeta } from '../registry/meta.ts';
import type { TransparencyLog } from '../tlog/log.ts';
import { checkManifest, lockedDigest, type ReadManifest } from '../verify/manifest.ts';
import { type CollectedFiles, collectFiles } from './files.ts';
import { claimsOf } from './registry-claims.ts';

/** What was collected about one package version before its attestations are checked. */
export interface Collected {
  readonly meta: Gathered<PackageMeta>;
  /** The log index that the registry names, decimal. */
  readonly badge: Gathered<string>;
  readonly registryClaims: RegistryClaims;
  /** The version manifest, parsed and hashed once. */
  readonly manifest: Outcome<ReadManifest>;
  /** The attestation that the registry names, or those that the user gave instead; empty when there is none. */
  readonly named: readonly Gathered<RawAttestation>[];
  /** Missing when the depth does not include files, or the manifest is not valid. */
  readonly files?: CollectedFiles;
}

/** Fetches what the registry and the log have about one package version. */
export async function collectEvidence(
  { package: about, occurrences }: Target,
  { registry, log }: Upstream,
  { depth, bundles }: Pick<PackageAuditor, 'depth' | 'bundles'>,
): Promise<Collected> {
  const [meta, served, badge] = await Promise.all([
    registry.meta(about),
    registry.manifest(about, lockedDigest(occurrences) !== undefined),
    registry.badge(about),
  ]);
  const registryClaims = claimsOf(about.version, meta, badge);
  const manifest = checkManifest(served, occurrences, registryClaims);
  const [named, files] = await Promise.all([
    bundles === undefined ? collectNamed(badge, log) : bundles.map(fromDisk),
    manifest.status === 'passed' && reaches(depth, 'files')
      ? collectFiles(about, manifest.fact.files, registry, depth)
      : undefined,
  ]);
  return { meta, badge, registryClaims, manifest, named, ...(files && { files }) };
}

/** The log entry that the registry names; empty when it names none. */
async function collectNamed(
  badge: Gathered<string>,
  log: TransparencyLog,
): Promise<readonly Gathered<RawAttestation>[]> {
  if (badge.state !== 'present') return [];
  const entry = await log.entry(badge.value);
  // A publisher may have used another log; the index then belongs to another entry, or to none (trap 38).
  return [
    entry.state === 'absent'
      ? absent(`the registry names log entry ${badge.value}, which the log does not have`)
      : entry,
  ];
}

function fromDisk(bytes: Uint8Array): Gathered<RawAttestation> {
  return present({ kind: 'bundle', bytes, finder: 'file' }, 'a bundle from disk');
}
