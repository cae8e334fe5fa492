import type { Unpinned } from '../parts/integrity.ts';
import { changedByPatch } from '../parts/patches.ts';
import { requestedFromJsr } from '../parts/request.ts';
import { type Entry, get, isTrue, type Tree, TreeError, textAt, textOf } from '../text/value.ts';

/** Bounds for a path, in characters and in steps. */
const maxPath = { length: 1024, steps: 128 };

/** The text before each package name in a path. */
export const nodeModules = 'node_modules/';

/** The name of the folder in `node_modules`, or `undefined` for the project and its workspaces. */
export function folderName(path: string): string | undefined {
  const cut = path.lastIndexOf(nodeModules);
  return cut === 0 || path[cut - 1] === '/' ? path.slice(cut + nodeModules.length) : undefined;
}

/** Throws `TreeError` for a path that is too long for any file system. */
export function refuseLong(path: string, at: number): void {
  if (path.length > maxPath.length || path.split('/', maxPath.steps + 1).length > maxPath.steps) {
    throw new TreeError('has a path that is too long to be a folder', at);
  }
}

/** The npm name of the JSR package that a dependency asks for, if any. */
export function askedOf({ key, value }: Entry): string | undefined {
  return requestedFromJsr(key, textOf(value) ?? '');
}

/** A short description of an entry: the package or folder. */
export function inWords(name: string, value: Tree): string {
  if (isTrue(value, 'link')) return `the folder ${textAt(value, 'resolved') ?? ''}`;
  return `${textAt(value, 'name') ?? name}@${textAt(value, 'version') ?? ''}`;
}

/** The reason why a bundled entry has no digest: npm installs the copy inside the other package. */
export const bundledReason: Unpinned = { why: 'it is bundled inside another package' };

/**
 * The reason why an entry does not come from JSR, if it is marked as bundled. npm also marks what the project itself bundles
 * but fetches it from the registry, so the mark alone counts only for entries `nested` in another package.
 */
export function bundledBy(value: Tree, nested: boolean): Unpinned | undefined {
  const bundled = isTrue(value, 'inBundle') || isTrue(value, 'bundled');
  return bundled && (nested || textAt(value, 'integrity') === undefined) ? bundledReason : undefined;
}

/** npm 12 patches the package after it has checked the digest of the tarball. */
const patchedReason = changedByPatch('npm');

/** The reason why the digest does not cover the installed files, if the entry has a `patched` key, with any value. */
export function patchedBy(value: Tree): Unpinned | undefined {
  return get(value, 'patched') === undefined ? undefined : patchedReason;
}

/** The flags of an entry. */
export function flagsOf(value: Tree): { readonly dev: boolean; readonly optional: boolean } {
  // `devOptional` means a development dependency that is also an optional dependency.
  return { dev: isTrue(value, 'dev'), optional: isTrue(value, 'optional') || isTrue(value, 'devOptional') };
}
