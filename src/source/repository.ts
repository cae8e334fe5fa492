import { realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isWithin } from '../model/disk-path.ts';

/**
 * Where `path` leads, links followed; `undefined` where that is outside of the repository in which `namedBy` lies. Where
 * there is no repository, every place will do. Throws the error of the system where nothing is there.
 */
export function placeInRepository(path: string, namedBy: string): string | undefined {
  const root = repositoryOf(namedBy);
  const place = realpathSync(path);
  return root === undefined || isWithin(place, root) ? place : undefined;
}

/** A folder and the root of the repository it is in, links followed; `undefined` where it is in none or cannot be read. */
export function checkoutAt(folder: string): { readonly root: string; readonly folder: string } | undefined {
  try {
    const real = realpathSync(folder);
    const root = repositoryOf(join(real, 'any file'));
    return root === undefined ? undefined : { root, folder: real };
  } catch {
    return undefined;
  }
}

/** The root of the repository in which a file lies by its name, links followed. */
function repositoryOf(file: string): string | undefined {
  let root: string | undefined;
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    // A repository's root, or a work tree or submodule, where `.git` is a file.
    if (statSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined) {
      const real = realpathSync(folder);
      // A repository that is only reached through a link of an outer one is not the one that the file lies in.
      if (root === undefined || !isWithin(root, real)) root = real;
    }
    if (dirname(folder) === folder) return root;
  }
}
