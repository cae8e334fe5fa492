import type { FileDigest, Gathered } from '../model/evidence.ts';

/** What a folder holds under one name; a link is never followed to tell. */
export interface DiskEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/**
 * What lies at one path of an installed copy: a regular file, hashed; something that no package holds there (`odd`
 * completes "the file …"); or a file that could not be read, and why.
 */
export type OnDisk = FileDigest | { readonly odd: string } | { readonly unread: string };

/**
 * The files under one folder of a zip archive, or why nobody should believe the archive; `absent` when there is no
 * such file.
 */
export type Unzipped =
  | { readonly state: 'read'; readonly files: ReadonlyMap<string, OnDisk> }
  | { readonly state: 'refused'; readonly why: string }
  | { readonly state: 'unread'; readonly why: string }
  | { readonly state: 'absent' };

/**
 * The disk, as far as installed packages need it. Paths are absolute; nothing is followed but by `real`, and nothing
 * rejects.
 */
export interface InstalledDisk {
  /** The folder that shown paths start in. */
  readonly folder: string;
  /** What a folder holds, sorted by name; absent when there is no such folder. */
  list(folder: string): Promise<Gathered<readonly DiskEntry[]>>;
  /** Where a path leads when every link is followed; `undefined` when that is nowhere. */
  real(path: string): Promise<string | undefined>;
  /** The bytes of a small regular file; unavailable when it has more than `maxBytes`. */
  read(path: string, maxBytes: number): Promise<Gathered<Uint8Array>>;
  /** The end of a regular file, at most `maxBytes`, and the size of all of it. */
  tail(
    path: string,
    maxBytes: number,
  ): Promise<Gathered<{ readonly bytes: Uint8Array; readonly size: number }>>;
  /** The digest of a regular file, or of its first `length` bytes; `undefined` when there is nothing. */
  digest(path: string, length?: number): Promise<OnDisk | undefined>;
  /** The files below `prefix` (`node_modules/name/`) by path with a leading slash; what lies elsewhere keeps its full path. */
  unzip(path: string, prefix: string): Promise<Unzipped>;
}
