import { expect } from 'vitest';
import { type CheckId, type Checks, type Outcome, provenanceChecks } from '../../src/model/check.ts';
import { type Evidence, type Gathered, present, type RawAttestation } from '../../src/model/evidence.ts';
import type { Target } from '../../src/model/target.ts';
import { type Trust, trustFromBytes } from '../../src/sigstore/trust.ts';
import { checkManifest, withoutGraph } from '../../src/verify/manifest.ts';
import { prove, type Verification, verify } from '../../src/verify/verify.ts';
import type { World } from '../support/jsr.ts';
import type { Attestation, ProvenanceOptions, Publication } from '../support/publication.ts';
import type { LogEntries } from '../support/rekor.ts';
import { type EntryAttack, onEntries } from '../support/rekor-attacks.ts';
import type { Sigstore, TrustedRootChanges } from '../support/sigstore.ts';

/** Publishes a small package, one version more with each call, so that many fit into one world. */
export function publish(
  world: World,
  provenance: ProvenanceOptions | 'none' = {},
  options: Partial<Parameters<World['publish']>[0]> = {},
): Publication {
  const version = `1.0.${published++}`;
  // Manifests do not name their version, so equal files would make equal digests.
  const files = { '/mod.ts': 'export const a: number = 1;\n', '/README.md': `# widget ${version}\n` };
  return world.publish({ scope: 'acme', name: 'widget', version, files, provenance, ...options });
}

let published = 0;

/** What the evidence is to hold where it should differ from the truth. */
export interface Lies {
  /** Attacks the log's answer about the entry. */
  readonly entry?: EntryAttack;
  /** The same with the id of the entry in hand. */
  readonly entries?: (entries: LogEntries) => LogEntries;
  /** Another attestation than the publication's own. */
  readonly attestation?: Attestation;
  /** Something else altogether in its place. */
  readonly raw?: Gathered<RawAttestation>;
  readonly manifest?: Gathered<Uint8Array> | Uint8Array;
  /** What the log was asked for. */
  readonly asked?: { readonly logIndex?: string; readonly entryId?: string };
  readonly upload?: Evidence['upload'];
  readonly files?: Evidence['files'];
  readonly occurrences?: Target['occurrences'];
  readonly trust?: Trust;
}

/** The trusted root of a minted Sigstore, ready to be used. */
export function trustOf(sigstore: Sigstore, changes: TrustedRootChanges = {}): Trust {
  const known = roots.get(sigstore);
  if (known !== undefined && Object.keys(changes).length === 0) return known;
  const trust = trustFromBytes(sigstore.trustedRootBytes(changes), 'a minted root');
  if (Object.keys(changes).length === 0) roots.set(sigstore, trust);
  return trust;
}

const roots = new WeakMap<Sigstore, Trust>();

export function targetOf(
  { scope, name, version }: Publication,
  occurrences: Target['occurrences'] = [],
): Target {
  return { package: { scope, name, version }, occurrences };
}

/** The log's answer about an attestation, as the collector hands it on. */
function rawEntry(world: World, attestation: Attestation, lies: Lies = {}): RawAttestation {
  const honest = { [attestation.position.uuid]: world.rekor.entry(attestation.position) };
  const attacked = lies.entry === undefined ? honest : onEntries(lies.entry)(honest);
  const bytes = Buffer.from(JSON.stringify(lies.entries?.(attacked) ?? attacked));
  return {
    kind: 'rekor-entry',
    bytes,
    finder: 'registry',
    ...(lies.asked ?? { logIndex: attestation.logIndex }),
  };
}

/** What `verify` is given about a publication. */
export function verificationOf(world: World, publication: Publication, lies: Lies = {}): Verification {
  const { manifest = publication.manifest } = lies;
  const target = targetOf(publication, lies.occurrences);
  const served = manifest instanceof Uint8Array ? present(manifest, 'the registry') : manifest;
  return {
    target,
    manifest: withoutGraph(checkManifest(served, target.occurrences)),
    attestation:
      lies.raw ?? present(rawEntry(world, lies.attestation ?? publication.attested, lies), 'the log'),
    trust: lies.trust ?? trustOf(world.sigstore),
    ...(lies.upload && { upload: lies.upload }),
    ...(lies.files && { files: lies.files }),
  };
}

/** The whole chain over a publication, and whether it proves anything. */
export function checksOf(world: World, publication: Publication, lies: Lies = {}): Checks {
  return verify(verificationOf(world, publication, lies));
}

/** The provenance that the chain proves. */
export function provenanceOf(world: World, publication: Publication, lies: Lies = {}) {
  return prove(targetOf(publication, lies.occurrences), checksOf(world, publication, lies));
}

/** The reason of an outcome that is none of the good ones. */
export function reasonOf(outcome: Outcome<unknown>): string {
  switch (outcome.status) {
    case 'failed':
      return outcome.reason;
    case 'unknown':
    case 'absent':
    case 'skipped':
      return outcome.why;
    case 'blocked':
      return `blocked by ${outcome.by}`;
    case 'passed':
      return '';
  }
}

/** Which checks stand on which: what is behind one that did not pass is blocked by it, the rest is not touched. */
const standsOn: Readonly<Record<(typeof provenanceChecks)[number], readonly CheckId[]>> = {
  manifest: [],
  bundle: ['manifest'],
  certificate: ['bundle', 'manifest'],
  inclusion: ['certificate', 'bundle', 'manifest'],
  signature: ['certificate', 'bundle', 'manifest'],
  statement: ['signature', 'certificate', 'bundle', 'manifest'],
  subject: ['statement', 'signature', 'certificate', 'bundle', 'manifest'],
  claims: ['statement', 'signature', 'certificate', 'bundle', 'manifest'],
};

/** Expects that one check did not pass, for that reason; that what stands on it is blocked by it; that the rest passed. */
export function expectBroken(
  world: World,
  publication: Publication,
  lies: Lies,
  broken: {
    readonly check: (typeof provenanceChecks)[number];
    readonly why: RegExp | string;
    readonly status?: 'failed' | 'unknown' | 'absent';
    /** Further checks that the same attack breaks on their own account. */
    readonly also?: readonly CheckId[];
  },
): Checks {
  const target = targetOf(publication, lies.occurrences);
  const checks = checksOf(world, publication, lies);
  const { check, status = 'failed', why, also = [] } = broken;
  const outcome = checks[check];
  expect({ status: outcome.status, why: reasonOf(outcome) }).toEqual({
    status,
    why: typeof why === 'string' ? why : expect.stringMatching(why),
  });
  for (const id of provenanceChecks) {
    if (id === check) continue;
    const other: Outcome<unknown> = checks[id];
    if (also.includes(id)) expect(other.status, `check ${id}`).not.toBe('passed');
    else if (standsOn[id].includes(check))
      expect(other, `check ${id}`).toEqual({ status: 'blocked', by: check });
    else expect(other.status, `check ${id}: ${reasonOf(other)}`).toBe('passed');
  }
  expect(prove(target, checks)).toBeUndefined();
  return checks;
}

/** Expects that the whole chain holds. */
export function expectProven(world: World, publication: Publication, lies: Lies = {}) {
  const checks = checksOf(world, publication, lies);
  const open = provenanceChecks.filter((id) => checks[id].status !== 'passed');
  expect(open.map((id) => `${id}: ${reasonOf(checks[id])}`)).toEqual([]);
  const provenance = prove(targetOf(publication, lies.occurrences), checks);
  if (provenance === undefined) throw new Error('nothing was proved');
  return { checks, provenance };
}
