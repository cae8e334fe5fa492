import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { slashed } from '../model/disk-path.ts';
import { makeFolder } from './local-file.ts';

/** Something stands below the cache folder that the program did not put there; the message names it. */
export class NotOurs extends Error {
  override readonly name = 'NotOurs';
}

/** A file that may be there. */
export interface OwnFile {
  readonly path: string;
  /** In bytes; `undefined` where there is none. */
  readonly size: number | undefined;
}

/**
 * A folder that only this program writes to. Whoever can put a file there, such as a cache of CI that is restored, must
 * not lead it to other places: the folder itself and all below are real folders and regular files, or are not used.
 * Above it the user decides, and links are followed.
 *
 * Looking and using are two steps, so this is no defence against somebody who changes the folder at the same moment:
 * they act as the user already.
 */
export class OwnFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** A file below; throws `NotOurs` where a link is on the way, or what is there is not a regular file. */
  file(...names: readonly string[]): OwnFile {
    const path = join(this.path, ...names);
    if (!this.#isFolder(names.slice(0, -1))) return { path, size: undefined };
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return { path, size: undefined };
    if (found.isFile()) return { path, size: found.size };
    const oddity = found.isSymbolicLink() ? 'is a symbolic link' : 'is not a regular file';
    throw new NotOurs(`${this.#shown(names)} ${oddity}`);
  }

  /** As `file`, for one that is changed where it is: it must have no second name elsewhere. */
  growing(...names: readonly string[]): OwnFile {
    const { path, size } = this.file(...names);
    if (size !== undefined && lstatSync(path).nlink > 1)
      throw new NotOurs(`${this.#shown(names)} has a second name`);
    return { path, size };
  }

  /** Makes a folder below, the folder itself first. Throws `NotOurs` where a link or a file is in the way. */
  async make(...names: readonly string[]): Promise<string> {
    for (let depth = 0; depth <= names.length; depth++) {
      const part = names.slice(0, depth);
      if (!this.#isFolder(part)) await makeFolder(join(this.path, ...part));
    }
    if (this.#isFolder(names)) return join(this.path, ...names);
    throw new NotOurs(`${this.#shown(names)} cannot be made`);
  }

  /** Whether it is there to be listed; throws `NotOurs` where it is a link or a file. */
  get exists(): boolean {
    return this.#isFolder([]);
  }

  // From the top down, since what lies behind a link says nothing.
  #isFolder(names: readonly string[]): boolean {
    for (let depth = 0; depth <= names.length; depth++) {
      const part = names.slice(0, depth);
      const found = lstatSync(join(this.path, ...part), { throwIfNoEntry: false });
      if (found === undefined) return false;
      if (found.isDirectory()) continue;
      const oddity = found.isSymbolicLink() ? 'is a symbolic link' : 'is not a folder';
      throw new NotOurs(`${this.#shown(part)} ${oddity}`);
    }
    return true;
  }

  #shown(names: readonly string[]): string {
    return slashed(join(basename(this.path), ...names));
  }
}
