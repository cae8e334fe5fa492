import semver from 'semver';
import type { LinkedRepository } from '../model/evidence.ts';
import { nameOf, type PackageVersion, type Spec } from '../model/package.ts';
import { field, isRecord, type Parsed, parseJson, textAt } from '../wire/json.ts';

/** A package's `meta.json`: what the registry claims about its versions. Fields that old documents lack are `undefined`. */
export interface PackageMeta {
  readonly versions: ReadonlyMap<string, VersionMeta>;
  /** Today's link; old documents lack it, so its absence says nothing. */
  readonly linked?: LinkedRepository;
}

export interface VersionMeta {
  readonly yanked: boolean;
  readonly publishedAt?: Date;
}

/** Reads `meta.json` leniently: a version that is not semver is passed over, everything optional may be missing (trap 33). */
export function parseMeta(bytes: Uint8Array): Parsed<PackageMeta> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return { ok: false, why: `the registry's version list is ${parsed.why}` };
  const listed = field(parsed.value, 'versions');
  if (!isRecord(listed)) return { ok: false, why: "the registry's answer lists no versions" };
  const versions = new Map<string, VersionMeta>();
  for (const [version, about] of Object.entries(listed)) {
    if (normalised(version) !== version || !isRecord(about)) continue;
    const publishedAt = toDate(about['createdAt']);
    versions.set(version, {
      yanked: about['yanked'] === true,
      ...(publishedAt === undefined ? {} : { publishedAt }),
    });
  }
  const linked = toLink(field(parsed.value, 'githubRepository'));
  return { ok: true, value: { versions, ...(linked === undefined ? {} : { linked }) } };
}

/** What a spec's range resolves to among the versions of a package. */
export type Choice =
  | { readonly kind: 'chosen'; readonly package: PackageVersion }
  /** `reason` follows the spec: `@acme/widget@^9: no version satisfies ^9`. */
  | { readonly kind: 'none'; readonly reason: string; readonly hint?: string };

/**
 * The newest version in range that is not yanked; prereleases only when the range names one; an exact version even
 * when it is yanked. Deno resolves the same way.
 */
export function chooseVersion(spec: Spec, meta: PackageMeta): Choice {
  const exact = exactVersion(spec.range);
  if (exact !== undefined) {
    if (meta.versions.has(exact)) return chosen(spec, exact);
    return { kind: 'none', reason: `there is no version ${exact}`, ...newestHint(meta) };
  }
  const usable = [...meta.versions].filter(([, { yanked }]) => !yanked).map(([version]) => version);
  const best = semver.maxSatisfying(usable, spec.range);
  if (best !== null) return chosen(spec, best);
  if (meta.versions.size === 0) return { kind: 'none', reason: 'there are no versions' };
  if (usable.length === 0) {
    return {
      kind: 'none',
      reason: 'every version is yanked',
      hint: 'name an exact version to check a yanked one',
    };
  }
  if (usable.every((version) => semver.prerelease(version) !== null)) {
    const newest = semver.rsort([...usable])[0];
    return {
      kind: 'none',
      reason: 'there are only prereleases',
      hint: `name one: ${nameOf(spec)}@${newest}`,
    };
  }
  return {
    kind: 'none',
    reason: `no version satisfies ${spec.range}`,
    ...newestHint(meta),
  };
}

/** The one version that a range names literally, normalised, or `undefined`. */
export function exactVersion(range: string): string | undefined {
  return normalised(range.replace(/^=/, '').trim());
}

/** A repository link of `meta.json` or of the API; the API adds GitHub's id. */
export function toLink(value: unknown): LinkedRepository | undefined {
  const owner = textAt(value, 'owner');
  const name = textAt(value, 'name');
  if (owner === undefined || name === undefined) return undefined;
  const id = field(value, 'id');
  return { owner, name, ...(typeof id === 'number' && Number.isSafeInteger(id) ? { id: String(id) } : {}) };
}

// Build metadata tells two versions of JSR apart (contract 1.5), though semver gives them no order; `semver.valid` drops it.
function normalised(text: string): string | undefined {
  const parsed = semver.parse(text);
  if (parsed === null) return undefined;
  return parsed.build.length === 0 ? parsed.version : `${parsed.version}+${parsed.build.join('.')}`;
}

function chosen({ scope, name }: Spec, version: string): Choice {
  return { kind: 'chosen', package: { scope, name, version } };
}

function newestHint({ versions }: PackageMeta): { readonly hint?: string } {
  const [latest] = semver.rsort([...versions.keys()]);
  const usable = [...versions].filter(([, { yanked }]) => !yanked).map(([version]) => version);
  const stable = usable.filter((version) => semver.prerelease(version) === null);
  const newest = semver.rsort(stable)[0] ?? latest;
  if (newest === undefined) return {};
  // What is newer and still not taken is named with the reason, or the hint seems wrong.
  const [newer] = semver.rsort(usable.filter((version) => semver.gt(version, newest)));
  return { hint: `newest is ${newest}${newer === undefined ? '' : ` (${newer} is a prerelease)`}` };
}

function toDate(value: unknown): Date | undefined {
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
