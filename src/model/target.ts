import type { PackageName, PackageVersion, Sha256 } from './package.ts';

/** A place in a file; `line` and `column` count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/**
 * What a lockfile holds a package version to.
 *
 * - `manifest`: SHA-256 of `<version>_meta.json` (Deno), the very digest that is attested.
 * - `tarball`: subresource integrity of JSR's npm tarball (npm, pnpm, yarn v1, bun, vlt), which nobody attests. With
 *   `of: 'tar'` the digest is of the uncompressed tar, as pnpm writes it with `integrityTarget: tar`.
 * - `nothing`: the lockfile names the version only, `why` says for what reason; `patched` where the client changes the
 *   package by a patch of the project. With `of: 'tarball'` the version is JSR's npm tarball, in a list that does not say so by its runtime.
 * - `replaced`: the client runs something else in its place; `why` says what.
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

/** What something is locked to, in a few words. */
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
  /** The name it is installed under, where that differs from the package's own. */
  readonly alias?: string;
  /** `true` when the project itself asks for it; `undefined` when the format does not say. */
  readonly direct?: boolean;
  /** Who depends on it: keys as the lockfile writes them, sorted, bounded. */
  readonly dependents: readonly string[];
  readonly dev?: boolean;
  readonly optional?: boolean;
}

/** What an audit is to judge: one package version, and everywhere it was mentioned. */
export interface Target {
  readonly package: PackageVersion;
  /** Empty when the target came from a spec. */
  readonly occurrences: readonly Occurrence[];
}

/** A mention in a lockfile that points away from the configured registries; it is reported and never fetched. */
export interface ForeignReference {
  readonly at: Place;
  readonly package: PackageVersion;
  /** The host as written in the lockfile. */
  readonly host: string;
}

/** The runtime whose projects a lockfile is of; `none` for a bill of materials, from which nothing is installed. */
export type Runtime = 'deno' | 'node' | 'none';

/** All that one lockfile says about JSR packages. */
export interface LockfileContents {
  readonly format: string;
  /** Deno loads JSR's own files; clients for Node install npm tarballs. */
  readonly runtime: Runtime;
  readonly file: string;
  readonly targets: readonly Target[];
  readonly foreign: readonly ForeignReference[];
  /** Entries that look like JSR packages and could not be understood; each one is an error of its own. */
  readonly unreadable: readonly UnreadableEntry[];
  /** What was noticed on the way to the lockfile. */
  readonly remarks?: readonly Remark[];
  /** The whole text of a CycloneDX document, which can be returned with additions. */
  readonly document?: string;
  /** How it names what it puts into `node_modules`. */
  readonly installs: InstalledNames;
}

/** The names under which a lockfile installs packages, at any level of `node_modules`. */
export interface InstalledNames {
  /** Packages from JSR, by every name that is not their own. */
  readonly jsr: ReadonlyMap<string, readonly PackageName[]>;
  /** Names of packages from elsewhere. */
  readonly others: ReadonlySet<string>;
  /**
   * What lies in which folder, where the lockfile says so; relative to its own folder. `undefined` is a package from
   * elsewhere.
   */
  readonly folders: ReadonlyMap<string, PackageVersion | undefined>;
}

/** Something about a project's lockfiles that makes an audit of them less than it seems. */
export interface Remark {
  readonly at: Place;
  readonly message: string;
  readonly hint: string;
  /** A warning unless said otherwise. */
  readonly severity?: 'note' | 'warning';
}

export interface UnreadableEntry {
  readonly at: Place;
  readonly entry: string;
  readonly reason: string;
}

/** Several mentions of the same package version become one target, in order of first mention. */
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
