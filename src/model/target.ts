import type { PackageName, PackageVersion, Sha256 } from './package.ts';

/** A place in a file; `line` and `column` count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/**
 * What a lockfile pins for a package version.
 *
 * - `manifest`: SHA-256 of `<version>_meta.json` (Deno), the same digest that is attested.
 * - `tarball`: subresource integrity of JSR's npm tarball (npm, pnpm, yarn v1, bun, vlt), which no attestation
 *   covers. With `of: 'tar'` the digest is of the uncompressed tar, as pnpm writes it with `integrityTarget: tar`.
 * - `nothing`: the lockfile names only the version; `why` gives the reason. `patched`: the project patches the
 *   package. `of: 'tarball'`: the version is JSR's npm tarball, although the runtime does not say so (SBOMs).
 * - `replaced`: the client runs other code instead; `why` says which.
 */
export type Locked =
  | { readonly kind: 'manifest'; readonly digest: Sha256 }
  | { readonly kind: 'tarball'; readonly integrity: string; readonly of?: 'tar'; readonly url?: string }
  | {
      readonly kind: 'nothing';
      readonly why: string;
      readonly patched?: true;
      readonly of?: 'tarball';
      readonly url?: string;
    }
  | { readonly kind: 'replaced'; readonly why: string };

/** A short description of the lock. */
export function lockInWords(locked: Locked): string {
  if (locked.kind === 'manifest') return `manifest ${locked.digest}`;
  if (locked.kind === 'nothing') return 'nothing';
  if (locked.kind === 'replaced') return `something else: ${locked.why}`;
  const integrity = locked.of === 'tar' ? `${locked.integrity} (uncompressed tar)` : locked.integrity;
  return locked.url === undefined ? integrity : `${integrity} at ${locked.url}`;
}

/** One mention of a package version in one lockfile. */
export interface Occurrence {
  readonly at: Place;
  readonly locked: Locked;
  /** The name it is installed under, if that is not the package's own name. */
  readonly alias?: string;
  /** `true` when the project depends on it directly; `undefined` when the format does not say. */
  readonly direct?: boolean;
  /** Packages that depend on it: keys as the lockfile writes them, sorted, limited in number. */
  readonly dependents: readonly string[];
  readonly dev?: boolean;
  readonly optional?: boolean;
}

/** One package version to audit, with every place that mentions it. */
export interface Target {
  readonly package: PackageVersion;
  /** Empty when the target came from a spec. */
  readonly occurrences: readonly Occurrence[];
}

/**
 * A lockfile entry for a package from a registry other than the configured ones; it is reported and never fetched.
 */
export interface ForeignReference {
  readonly at: Place;
  readonly package: PackageVersion;
  /** The host as written in the lockfile. */
  readonly host: string;
}

/** The runtime that a lockfile belongs to; `none` for a bill of materials, which installs nothing. */
export type Runtime = 'deno' | 'node' | 'none';

/** Everything that one lockfile says about JSR packages. */
export interface LockfileContents {
  readonly format: string;
  /** Deno loads JSR's own files; Node clients install npm tarballs. */
  readonly runtime: Runtime;
  readonly file: string;
  readonly targets: readonly Target[];
  readonly foreign: readonly ForeignReference[];
  /** Entries that look like JSR packages but could not be parsed; each one is an error. */
  readonly unreadable: readonly UnreadableEntry[];
  /** Remarks from the search for lockfiles. */
  readonly remarks?: readonly Remark[];
  /** The whole text of a CycloneDX document, which can be returned with additions. */
  readonly document?: string;
  /** The names of installed packages in `node_modules`. */
  readonly installs: InstalledNames;
}

/** The names under which a lockfile installs packages, at any level of `node_modules`. */
export interface InstalledNames {
  /** Packages from JSR, by every name that is not their own. */
  readonly jsr: ReadonlyMap<string, readonly PackageName[]>;
  /** Names of packages from other registries. */
  readonly others: ReadonlySet<string>;
  /**
   * The package in each folder, if the lockfile says so; paths relative to the lockfile. `undefined` is a package
   * from another registry.
   */
  readonly folders: ReadonlyMap<string, PackageVersion | undefined>;
}

/** Something that makes an audit of these lockfiles cover less than the user may expect. */
export interface Remark {
  readonly at: Place;
  readonly message: string;
  readonly hint: string;
  /** Default: warning. */
  readonly severity?: 'note' | 'warning';
}

export interface UnreadableEntry {
  readonly at: Place;
  readonly entry: string;
  readonly reason: string;
}

/** Merges targets with the same package version, in order of first mention. */
export function mergeTargets(targets: Iterable<Target>): readonly Target[] {
  const merged = new Map<string, { package: PackageVersion; occurrences: Occurrence[] }>();
  for (const target of targets) {
    const key = `${target.package.scope}/${target.package.name}@${target.package.version}`;
    const known = merged.get(key);
    if (known === undefined)
      merged.set(key, { package: target.package, occurrences: [...target.occurrences] });
    else known.occurrences.push(...target.occurrences);
  }
  return [...merged.values()];
}
