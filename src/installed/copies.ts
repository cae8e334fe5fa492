import type { FileDigest } from '../model/evidence.ts';
import type { Purl, Sha256 } from '../model/package.ts';
import type { Standing, StrayPackage } from '../model/stray.ts';
import type { OnDisk } from './disk.ts';

/** A folder or archive that an npm client made from JSR's tarball; paths as in the tarball, with a leading slash. */
export interface NpmCopy {
  readonly kind: 'npm';
  /** Where it lies, for people. */
  readonly place: string;
  readonly standing: Standing;
  readonly files: ReadonlyMap<string, OnDisk>;
  /** Why nobody should believe the archive that it is; no files are known then. */
  readonly refused?: string;
  /** Whether other packages are installed inside of it, in `node_modules`; they are copies of their own. */
  readonly nests: boolean;
}

/** What Deno copied into `vendor/` (contract 1.4). */
export interface VendorCopy {
  readonly kind: 'vendor';
  readonly place: string;
  /** By the path that Deno gave it, which is not always that of the manifest; with a leading slash. */
  readonly files: ReadonlyMap<string, OnDisk>;
  readonly metadata: VersionMetadata | undefined;
  /** Addresses of the package for which `vendor/manifest.json` names another one; the registry never does. */
  readonly rerouted: readonly string[];
}

/** What Deno keeps of the package in its global cache. */
export interface CacheCopy {
  readonly kind: 'cache';
  readonly place: string;
  /** By path of the manifest; Deno fetches only what is imported. */
  readonly files: ReadonlyMap<string, OnDisk>;
  readonly metadata: VersionMetadata;
  readonly rerouted: readonly string[];
}

export type InstalledCopy = NpmCopy | VendorCopy | CacheCopy;

/** A copy of `<version>_meta.json` on this disk. All of it is a claim, but for the digest of its bytes. */
export type VersionMetadata =
  | { readonly state: 'malformed' | 'unread'; readonly why: string }
  | {
      readonly state: 'read';
      readonly digest: Sha256;
      /** `lockfileChecksum`, which Deno adds when it vendors: the digest that the registry's bytes had. */
      readonly claimed?: string;
      /** Keys beside those that are compared. */
      readonly others: readonly string[];
      readonly files: ReadonlyMap<string, FileDigest>;
      readonly exports: ReadonlyMap<string, string>;
    };

/** All that is known about one package version on this disk. */
export interface InstalledCopies {
  readonly copies: readonly InstalledCopy[];
  /** Copies of the package that are of no audited version; each a sentence that starts with the place. */
  readonly strays: readonly string[];
  /** What could not be looked into, such as links that leave the project; each a sentence. */
  readonly unseen: readonly string[];
  /** Links of other packages that leave the project, in which a copy may lie; sentences. */
  readonly beyond: readonly string[];
  /** Why it should have been found, if it was not; a sentence. */
  readonly missing?: string;
  /** What a lockfile says of a patch that its client applies; a sentence. */
  readonly patched?: string;
  /** Where was looked; for people. */
  readonly searched: readonly string[];
}

/** What is installed below some projects. */
export interface Installed {
  /** One for every target, also where nothing was found. */
  readonly packages: ReadonlyMap<Purl, InstalledCopies>;
  /** Installed, but audited in no version. */
  readonly strays: readonly StrayPackage[];
}
