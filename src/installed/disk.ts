import type { FileDigest, Gathered } from '../model/evidence.ts';

/** One entry of a folder; links are not followed to determine the kind. */
export interface DiskEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/**
 * What is at one path of an installed copy: a regular file with its digest; something that a package cannot contain (`odd`
 * completes "the file …"); or a file that could not be read, with the reason.
 */
export type OnDisk = FileDigest | { readonly odd: string } | { readonly unread: string };

/**
 * The files below one folder of a zip archive, or the reason why the archive was rejected; `absent` when the file does not
 * exist.
 */
export type Unzipped =
  | { readonly state: 'read'; readonly files: ReadonlyMap<string, OnDisk> }
  | { readonly state: 'refused'; readonly why: string }
  | { readonly state: 'unread'; readonly why: string }
  | { readonly state: 'absent' };

/**
 * The operations on the disk that the search for installed packages needs. Paths are absolute; only `real` follows links;
 * no method rejects.
 */
export interface InstalledDisk {
  /** The folder that paths in messages are relative to. */
  readonly folder: string;
  /** The entries of a folder, sorted by name; absent when it is not a folder. */
  list(folder: string): Promise<Gathered<readonly DiskEntry[]>>;
  /** The path after all links were followed; `undefined` when it does not exist. */
  real(path: string): Promise<string | undefined>;
  /** The bytes of a small regular file; unavailable when it has more than `maxBytes`. */
  read(path: string, maxBytes: number): Promise<Gathered<Uint8Array>>;
  /** The end of a regular file, at most `maxBytes`, and the size of all of it. */
  tail(
    path: string,
    maxBytes: number,
  ): Promise<Gathered<{ readonly bytes: Uint8Array; readonly size: number }>>;
  /** The digest of a regular file, or of its first `length` bytes; `undefined` when it does not exist. */
  digest(path: string, length?: number): Promise<OnDisk | undefined>;
  /** The files below `prefix` (`node_modules/name/`) by path with a leading slash; files elsewhere keep their full path. */
  unzip(path: string, prefix: string): Promise<Unzipped>;
}
