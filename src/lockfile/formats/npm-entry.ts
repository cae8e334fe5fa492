import type { Unpinned } from '../parts/integrity.ts';
import { changedByPatch } from '../parts/patches.ts';
import { requestedFromJsr } from '../parts/request.ts';
import { type Entry, get, isTrue, type Tree, TreeError, textAt, textOf } from '../text/value.ts';

/** Bounds for a folder, in characters and in steps; npm nests ten levels at most. */
const maxPath = { length: 1024, steps: 128 };

/** What stands before each name in a path. */
export const mark = 'node_modules/';

/** The name of the folder in `node_modules`, or `undefined` for the project and its workspaces. */
export function folderName(path: string): string | undefined {
  const cut = path.lastIndexOf(mark);
  return cut === 0 || path[cut - 1] === '/' ? path.slice(cut + mark.length) : undefined;
}

/** Throws `TreeError` for a folder that no system has. */
export function refuseLong(path: string, at: number): void {
  if (path.length > maxPath.length || path.split('/', maxPath.steps + 1).length > maxPath.steps) {
    throw new TreeError('has a path that is too long to be a folder', at);
  }
}

/** The JSR package that a dependency asks for, if any, by its npm name. */
export function askedOf({ key, value }: Entry): string | undefined {
  return requestedFromJsr(key, textOf(value) ?? '');
}

/** An entry in a few words: the package or folder that it is. */
export function inWords(name: string, value: Tree): string {
  if (isTrue(value, 'link')) return `the folder ${textAt(value, 'resolved') ?? ''}`;
  return `${textAt(value, 'name') ?? name}@${textAt(value, 'version') ?? ''}`;
}

/** What stands between an entry and its digest: another package brings it inside itself, and npm takes what is there. */
export const bundledReason: Unpinned = { why: 'another package brings it inside itself' };

/**
 * Why an entry does not come from JSR, if it is marked as brought by another package. What a project bundles of its own is
 * marked likewise and fetched like everything else, so a mark alone says it only of what lies `nested` in another package.
 */
export function bundledBy(value: Tree, nested: boolean): Unpinned | undefined {
  const bundled = isTrue(value, 'inBundle') || isTrue(value, 'bundled');
  return bundled && (nested || textAt(value, 'integrity') === undefined) ? bundledReason : undefined;
}

/** What npm 12 says of a package that it changes by a patch; the digest beside it is of the unpatched tarball. */
const patchedReason = changedByPatch('npm');

/** Why an entry is installed as other bytes than its digest says, if it is patched; whatever the mark holds, it is a mark. */
export function patchedBy(value: Tree): Unpinned | undefined {
  return get(value, 'patched') === undefined ? undefined : patchedReason;
}

/** What npm marks an entry with. */
export function flagsOf(value: Tree): { readonly dev: boolean; readonly optional: boolean } {
  // `devOptional`: wanted for development, and optional for everybody else.
  return { dev: isTrue(value, 'dev'), optional: isTrue(value, 'optional') || isTrue(value, 'devOptional') };
}
