/** The operations on the disk that lockfile discovery needs. Paths are absolute. */
export interface Disk {
  /** The folder that relative paths are resolved against. */
  readonly folder: string;
  /** What a path leads to, links followed; `undefined` when it does not exist. */
  kindOf(path: string): Promise<'file' | 'folder' | undefined>;
  /** The entries of a folder; empty when it cannot be listed. Set `deep` when the folders below will be listed as well. */
  entriesIn(folder: string, deep?: boolean): Promise<readonly DiskEntry[]>;
  /** The text of a file. Rejects with `JsrVerifyError` when it cannot be read or has more than `maxBytes`. */
  read(path: string, maxBytes?: number): Promise<string>;
  /** The branch of this state, where `.git/HEAD` cannot say it, such as for a git revision; `undefined` for no branch. */
  branch?(): Promise<string | undefined>;
}

/** One entry of a folder. Links and special files are `other`; links are not followed. */
export interface DiskEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
}
