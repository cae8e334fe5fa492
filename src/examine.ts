import { createHash } from 'node:crypto';
import { type Auditor, openUpstream, type PackageAuditor, type Upstream } from './auditor.ts';
import { checkInstalled } from './installed/check.ts';
import { after, type Checks, passed, provenanceChecks, skipped } from './model/check.ts';
import {
  absent,
  type Evidence,
  type FileDigest,
  failureOf,
  type Gathered,
  type LinkedRepository,
  present,
  type RawAttestation,
  type RegistryClaims,
  unavailable,
} from './model/evidence.ts';
import { purlOf, type Sha256 } from './model/package.ts';
import type { Provenance } from './model/provenance.ts';
import { type Depth, reaches } from './model/report.ts';
import type { Target } from './model/target.ts';
import { readUpload } from './npm/tarball/upload.ts';
import { compareLink, isSameLink } from './policy/link.ts';
import type { PackageMeta } from './registry/meta.ts';
import type { Registry } from './registry/registry.ts';
import type { Trust } from './sigstore/trust.ts';
import { examineTarball } from './tarball.ts';
import type { Search, TransparencyLog } from './tlog/log.ts';
import { leafOf } from './tlog/rekor.ts';
import { checkManifest, lockedDigest } from './verify/manifest.ts';
import { mayAttestUpload } from './verify/subject.ts';
import type { CheckedTarballs } from './verify/tarball.ts';
import { prove, verify } from './verify/verify.ts';

/** JSR takes an attestation for two minutes after publication (contract 5); until then "none" is no answer. Milliseconds. */
const attestationGraceMs = 3 * 60_000;

/** One attestation, checked in full. */
export interface Tried {
  readonly attestation: Gathered<RawAttestation>;
  readonly checks: Checks;
  /** Present when the attestation holds. */
  readonly provenance?: Provenance;
}

/** What one package version came to, before anybody has an opinion about it. */
export interface Examination {
  readonly registryClaims: RegistryClaims;
  readonly search: Evidence['search'];
  /** The first attestation that holds, else the one the registry names. */
  readonly best: Tried;
  /** Further attestations that hold. */
  readonly others: readonly Tried[];
}

/**
 * Collects the evidence about one package version and checks it.
 *
 * The log entry that the registry names is only a hint. Where there is none, or it cannot be had or does not hold, the
 * log itself is searched for the manifest's digest; whatever is found there is checked in full.
 */
export async function examine(target: Target, auditor: PackageAuditor): Promise<Examination> {
  const { source, addresses } = auditor;
  const first = await look(target, openUpstream(source, addresses), auditor);
  // What a cache kept may be garbage from a bad day, or of a version that was published anew: nothing is held against a package
  // because of that answer alone.
  const { fresh } = source;
  const inTrouble = Object.values(first.best.checks).some(({ status }) =>
    ['failed', 'unknown'].includes(status),
  );
  return fresh !== undefined && inTrouble ? look(target, openUpstream(fresh, addresses), auditor) : first;
}

async function look(
  target: Target,
  { registry, log }: Upstream,
  auditor: PackageAuditor,
): Promise<Examination> {
  const about = target.package;
  const [meta, manifest, badge] = await Promise.all([
    registry.meta(about),
    registry.manifest(about, lockedDigest(target.occurrences) !== undefined),
    registry.badge(about),
  ]);
  const registryClaims = registryClaimsOf(target, meta, badge);
  const readable = checkManifest(manifest, target.occurrences, registryClaims);
  const bodies = new Map<string, Uint8Array>();
  const [named, files] = await Promise.all([
    collectNamed(badge, log, auditor.bundles),
    readable.status === 'passed' && reaches(auditor.depth, 'files')
      ? collectFiles(target, readable.fact.files, bodies, registry, auditor)
      : undefined,
  ]);
  const evidence = { manifest, registryClaims, search: 'not-asked', ...(files && { files }) } as const;

  const tries: Tried[] = [];
  for (const attestation of named)
    tries.push(await attempt(target, { ...evidence, attestation }, registry, auditor.trust));
  let search: Search | undefined;
  if (readable.status === 'passed' && needsSearch(tries, auditor)) {
    search = await log.search(readable.fact.digest, leavesOf(named));
    for (const attestation of search.candidates)
      tries.push(await attempt(target, { ...evidence, attestation }, registry, auditor.trust));
  }

  const holding = tries.filter(({ provenance }) => provenance !== undefined);
  const none = async () => {
    const attestation = whyNone(tries, named, badge, meta, search, registryClaims, auditor);
    // One that was tried is not tried, and what it takes not asked for, a second time.
    const tried = tries.find((one) => one.attestation === attestation);
    return tried ?? attempt(target, { ...evidence, attestation }, registry, auditor.trust);
  };
  const best = holding[0] ?? (await none());
  return {
    registryClaims: await withLink(registryClaims, target, holding, registry, auditor.depth),
    search: search?.outcome ?? 'not-asked',
    best: {
      ...best,
      checks: await deepen(best.checks, target, manifest, bodies, registryClaims, registry, auditor),
    },
    others: holding.slice(1),
  };
}

/** The checks that go below the attested files: the npm tarballs, and what lies on this disk. */
async function deepen(
  checks: Checks,
  target: Target,
  manifest: Gathered<Uint8Array>,
  bodies: ReadonlyMap<string, Uint8Array>,
  { yanked }: RegistryClaims,
  registry: Registry,
  auditor: PackageAuditor,
): Promise<Checks> {
  if (!reaches(auditor.depth, 'tarball')) return checks;
  const ready = after({ manifest: checks.manifest, files: checks.files }, (known) => passed(known.manifest));
  const tarballs =
    ready.status === 'passed'
      ? await examineTarball(target, ready.fact, manifest, bodies, yanked, registry, auditor)
      : { outcome: ready, contents: [] };
  return {
    ...checks,
    tarball: tarballs.outcome,
    installed: installedCheck(checks, target, tarballs, auditor),
  };
}

function installedCheck(
  { manifest, installed }: Checks,
  target: Target,
  { outcome, contents, refuted }: CheckedTarballs,
  auditor: PackageAuditor,
): Checks['installed'] {
  if (!reaches(auditor.depth, 'installed')) return installed;
  const copies = auditor.installed?.packages.get(purlOf(target.package));
  if (copies === undefined) return skipped('only an audit of a project looks at what is installed');
  const unexplained = {
    refuted: refuted === undefined ? [] : [refuted],
    why: whyUnexplained(outcome),
  };
  return after({ manifest }, (known) => checkInstalled(copies, known.manifest, contents, unexplained));
}

function whyUnexplained(tarball: Checks['tarball']): string {
  switch (tarball.status) {
    case 'failed':
      return `JSR's tarball is not valid (${tarball.reason})`;
    case 'blocked':
      return `JSR's tarball was not checked, because check "${tarball.by}" did not pass`;
    case 'passed':
      return "JSR's tarball is valid";
    default:
      return `JSR's tarball could not be checked (${tarball.why})`;
  }
}

/** What the registry, or the command line in its place, names as the attestation; empty when it names none. */
async function collectNamed(
  badge: Gathered<string>,
  log: TransparencyLog,
  bundles: Auditor['bundles'],
): Promise<readonly Gathered<RawAttestation>[]> {
  if (bundles !== undefined) {
    return bundles.map((bytes) =>
      present({ kind: 'bundle', bytes, finder: 'file' } as const, 'a bundle from disk'),
    );
  }
  if (badge.state !== 'present') return [];
  const entry = await log.entry(badge.value);
  // A publisher may have used a log of their own: the index is then somebody else's, or nobody's (trap 38).
  return [
    entry.state === 'absent'
      ? absent(`the registry names log entry ${badge.value}, which the log does not have`)
      : entry,
  ];
}

/** The log's own names of entries at hand, so that no search brings them a second time. */
function leavesOf(named: readonly Gathered<RawAttestation>[]): ReadonlySet<string> {
  return new Set(
    named.flatMap((attestation) =>
      attestation.state === 'present' && attestation.value.kind === 'rekor-entry'
        ? (leafOf(attestation.value.bytes) ?? [])
        : [],
    ),
  );
}

async function collectFiles(
  { package: about }: Target,
  files: ReadonlyMap<string, { readonly size: number }>,
  bodies: Map<string, Uint8Array>,
  registry: Registry,
  { depth }: PackageAuditor,
): Promise<ReadonlyMap<string, Gathered<FileDigest>>> {
  const digests = [...files].map(async ([path, { size }]) => {
    const file = { package: about, path, size };
    if (!reaches(depth, 'tarball')) return [path, await registry.fileDigest(file)] as const;
    // What a tarball is derived from has to be read; every other file is hashed as it streams past.
    const body = await registry.fileBytes(file);
    if (body.state !== 'present') return [path, body] as const;
    bodies.set(path, body.value);
    const sha256 = createHash('sha256').update(body.value).digest('hex') as Sha256;
    return [path, present({ sha256, size: body.value.length }, body.from)] as const;
  });
  return new Map(await Promise.all(digests));
}

async function attempt(target: Target, evidence: Evidence, registry: Registry, trust: Trust): Promise<Tried> {
  const { attestation } = evidence;
  let checks = verify(target, evidence, trust);
  if (
    checks.subject.status === 'failed' &&
    checks.statement.status === 'passed' &&
    checks.manifest.status === 'passed' &&
    mayAttestUpload(target.package, { statement: checks.statement.fact, manifest: checks.manifest.fact })
  ) {
    checks = verify(target, { ...evidence, upload: await collectUploadDigest(target, registry) }, trust);
  }
  const provenance = prove(target, checks);
  return { attestation, checks, ...(provenance && { provenance }) };
}

async function collectUploadDigest(
  { package: about }: Target,
  registry: Registry,
): Promise<NonNullable<Evidence['upload']>> {
  const upload = await registry.upload(about);
  if (upload.state !== 'present') return upload;
  const digest = await readUpload(upload.value);
  return digest === undefined ? absent(upload.from) : present(digest, upload.from);
}

function needsSearch(tries: readonly Tried[], { bundles, discover }: Auditor): boolean {
  if (discover === true) return true;
  if (bundles !== undefined || tries.some(({ provenance }) => provenance !== undefined)) return false;
  // A log that did not answer a moment ago is not asked again.
  return !tries.some(({ attestation }) => attestation.state === 'unavailable');
}

/** The attestation to report when none holds: the one that was named, else why there is none, as far as that can be said. */
function whyNone(
  tries: readonly Tried[],
  [named]: readonly Gathered<RawAttestation>[],
  badge: Gathered<string>,
  meta: Gathered<PackageMeta>,
  search: Search | undefined,
  { publishedAt }: RegistryClaims,
  { now }: Auditor,
): Gathered<RawAttestation> {
  // An index that the log does not have is as good as none.
  if (named !== undefined && named.state !== 'absent') return named;
  if (search === undefined) return named ?? (badge.state === 'present' ? absent(badge.from) : badge);
  const log = 'the log';
  const registry =
    named?.from ??
    (badge.state === 'unavailable'
      ? `the registry did not say whether there is one (${badge.why})`
      : 'the registry names none');
  if (search.outcome === 'unavailable') {
    const { failure } = search;
    return unavailable(
      log,
      failureOf(failure, `${registry}, and the log could not be searched: ${failure.why}`),
    );
  }
  // One that nothing speaks against, but that lacks evidence, says more than "none".
  const open = tries.find(
    ({ checks }) => !provenanceChecks.some((id) => ['failed', 'absent'].includes(checks[id].status)),
  );
  if (open !== undefined) return open.attestation;
  if (search.failure !== undefined) return unavailable(log, search.failure);
  if (badge.state === 'unavailable')
    return unavailable(badge.from, failureOf(badge, `${badge.why}; the log's search index has none either`));
  // Without a date nobody can tell whether the attestation may still be on its way.
  if (meta.state === 'unavailable')
    return unavailable(
      meta.from,
      failureOf(
        meta,
        `${registry}, and the registry did not say when the version was published: ${meta.why}`,
      ),
    );
  // A little below zero where the registry's clock and this one differ.
  const age = publishedAt === undefined ? undefined : now.getTime() - publishedAt.getTime();
  if (age !== undefined && Math.abs(age) < attestationGraceMs) {
    const seconds = Math.max(0, Math.round(age / 1000));
    return unavailable(badge.from, {
      kind: 'unsettled',
      why: `the version was published ${seconds} s ago, and its provenance may still be on its way`,
    });
  }
  return search.outcome === 'found'
    ? absent(`${registry}, and what the log's search index names for the manifest does not hold`)
    : absent(`${registry}, and the manifest is unknown to the log's search index`);
}

function registryClaimsOf(
  { package: { version } }: Target,
  meta: Gathered<PackageMeta>,
  badge: Gathered<string>,
): RegistryClaims {
  const about = meta.state === 'present' ? meta.value : undefined;
  const listed = about?.versions.get(version);
  return {
    yanked: listed?.yanked ?? false,
    unlinked: false,
    ...(listed === undefined && { unlisted: true }),
    ...(listed?.publishedAt && { publishedAt: listed.publishedAt }),
    ...(about?.linked && { linked: about.linked }),
    ...(badge.state === 'unavailable' ? {} : { rekorLogId: badge.state === 'present' ? badge.value : null }),
  };
}

/**
 * Asks for the linked repository where it matters and `meta.json` cannot settle it: old documents do not name it, and
 * none gives the id that tells a renamed repository from another one.
 */
async function withLink(
  registryClaims: RegistryClaims,
  target: Target,
  holding: readonly Tried[],
  registry: Registry,
  depth: Depth,
): Promise<RegistryClaims> {
  const { linked } = registryClaims;
  // Anyone may log an attestation, also from a repository that took over an abandoned name: only the id tells.
  const searched = holding.some(
    ({ attestation }) => attestation.state === 'present' && attestation.value.finder === 'log-index',
  );
  // A closer look asks for the id as well.
  const settled =
    !searched &&
    !reaches(depth, 'files') &&
    linked !== undefined &&
    holding.every(
      ({ provenance }) =>
        provenance !== undefined && compareLink(linked, provenance.identity).kind === 'same',
    );
  if (holding.length === 0 || settled) return registryClaims;
  const link = await registry.link(target.package);
  if (link.state === 'present') return laidOver(registryClaims, link.value, target, registry);
  if (link.state === 'absent' && linked === undefined) return { ...registryClaims, unlinked: true };
  if (!searched) return registryClaims;
  const { linked: _, ...rest } = registryClaims;
  return rest;
}

/**
 * The API's link in the place of that of `meta.json`. Both come from one record of the registry, so where they differ, one is
 * either out of date, which asking once more past every cache settles, or false.
 */
async function laidOver(
  registryClaims: RegistryClaims,
  link: LinkedRepository | null,
  { package: about }: Target,
  registry: Registry,
): Promise<RegistryClaims> {
  const { linked: listed, ...rest } = registryClaims;
  const says = (api: LinkedRepository | null): RegistryClaims =>
    api === null ? { ...rest, unlinked: true } : { ...rest, linked: api };
  if (listed === undefined || isSameLink(listed, link)) return says(link);
  const [meta, again] = await Promise.all([registry.meta(about, 'anew'), registry.link(about, 'anew')]);
  const listedNow = meta.state === 'present' ? meta.value.linked : listed;
  const linkNow = again.state === 'present' ? again.value : link;
  return listedNow === undefined || isSameLink(listedNow, linkNow)
    ? says(linkNow)
    : { ...says(linkNow), contradicted: listedNow };
}
