import type { FileDigest } from '../model/evidence.ts';
import type { Purl, Sha256 } from '../model/package.ts';
import type { Standing, StrayPackage } from '../model/stray.ts';
import type { OnDisk } from './disk.ts';

/** A folder or archive that an npm client created from JSR's tarball; paths as in the tarball, with a leading slash. */
export interface NpmCopy {
  readonly kind: 'npm';
  /** Its path for messages. */
  readonly place: string;
  readonly standing: Standing;
  readonly files: ReadonlyMap<string, OnDisk>;
  /** The reason why the archive was rejected; `files` is empty then. */
  readonly refused?: string;
  /** Whether other packages are installed in its `node_modules`; those are separate copies. */
  readonly nests: boolean;
}

/** What Deno copied into `vendor/` (contract 1.4). */
export interface VendorCopy {
  readonly kind: 'vendor';
  readonly place: string;
  /** By path on the disk, with a leading slash; Deno does not always use the path in the manifest. */
  readonly files: ReadonlyMap<string, OnDisk>;
  readonly metadata: VersionMetadata | undefined;
  /** Messages about addresses of the package that `vendor/manifest.json` redirects; the registry never redirects them. */
  readonly rerouted: readonly string[];
}

/** The files of the package in Deno's global cache. */
export interface CacheCopy {
  readonly kind: 'cache';
  readonly place: string;
  /** By path in the manifest; Deno fetches only imported files. */
  readonly files: ReadonlyMap<string, OnDisk>;
  readonly metadata: VersionMetadata;
  readonly rerouted: readonly string[];
}

export type InstalledCopy = NpmCopy | VendorCopy | CacheCopy;

/** A copy of `<version>_meta.json` on this disk. Only `digest` is trusted; the rest is a claim. */
export type VersionMetadata =
  | { readonly state: 'malformed' | 'unread'; readonly why: string }
  | {
      readonly state: 'read';
      readonly digest: Sha256;
      /** `lockfileChecksum`, which Deno adds when it vendors: the digest of the bytes from the registry. */
      readonly claimed?: string;
      /** Keys that are not compared. */
      readonly others: readonly string[];
      readonly files: ReadonlyMap<string, FileDigest>;
      readonly exports: ReadonlyMap<string, string>;
    };

/** Everything that was found about one package version on this disk. */
export interface InstalledCopies {
  readonly copies: readonly InstalledCopy[];
  /** Copies of other versions, which were not audited; sentences that start with the path. */
  readonly strays: readonly string[];
  /** What could not be searched, such as links out of the project; sentences. */
  readonly unseen: readonly string[];
  /** Links of other packages that lead out of the project, where a copy may be; sentences. */
  readonly beyond: readonly string[];
  /** The reason why a copy was expected, if none was found; a sentence. */
  readonly missing?: string;
  /** The message about a patch that the lockfile makes its client apply. */
  readonly patched?: string;
  /** The searched folders, for messages. */
  readonly searched: readonly string[];
}

/** What is installed below some projects. */
export interface Installed {
  /** One entry for every target, also when nothing was found. */
  readonly packages: ReadonlyMap<Purl, InstalledCopies>;
  /** Installed packages of which no version was audited. */
  readonly strays: readonly StrayPackage[];
}
