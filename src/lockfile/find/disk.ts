/** The disk, as far as lockfiles need it. Paths are absolute. */
export interface Disk {
  /** The folder that relative paths start in. */
  readonly folder: string;
  /** What a path leads to, links followed; `undefined` when there is nothing. */
  kindOf(path: string): Promise<'file' | 'folder' | undefined>;
  /** What is in a folder; nothing when it may not be listed. `deep` where all that lies below will be asked for, too. */
  entriesIn(folder: string, deep?: boolean): Promise<readonly DiskEntry[]>;
  /** The text of a file. Rejects with `JsrVerifyError` when it cannot be read or has more bytes than it may. */
  read(path: string, maxBytes?: number): Promise<string>;
  /** The branch that this is the state of, where `.git/HEAD` does not tell; `undefined` for no branch. */
  branch?(): Promise<string | undefined>;
}

/** One name in a folder; what is neither file nor folder, such as a link, is `other` and never followed. */
export interface DiskEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
}
