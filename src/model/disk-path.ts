import nodePath, { type PlatformPath } from 'node:path';

/** The rules of paths: those of the system that the program runs on, where no others are given. */
export type PathRules = Pick<PlatformPath, 'isAbsolute' | 'join' | 'parse' | 'relative' | 'resolve' | 'sep'>;

/**
 * Whether a path is a folder or lies below it; both absolute. On Windows, case does not count, and another drive or share
 * is outside: the way there is no way of `..`, but the whole path.
 */
export function isWithin(path: string, folder: string, rules: PathRules = nodePath): boolean {
  const way = rules.relative(folder, path);
  return way !== '..' && !way.startsWith(`..${rules.sep}`) && !rules.isAbsolute(way);
}

/** A path as reports have it: as seen from a folder, with `/`, whatever the system writes; `.` for the folder itself. */
export function seenFrom(folder: string, path: string, rules: PathRules = nodePath): string {
  return slashed(rules.relative(folder, path), rules) || '.';
}

/** A path with `/` between its parts; elsewhere than on Windows, `\` is part of a name. */
export function slashed(path: string, { sep }: PathRules = nodePath): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

/**
 * A path as the user meant it, seen from a folder. `C:notes` is relative to the folder in which another program left
 * drive C, and Windows knows which.
 */
export function inFolder(folder: string, path: string, rules: PathRules = nodePath): string {
  if (rules.isAbsolute(path)) return path;
  return rules.parse(path).root === '' ? rules.join(folder, path) : rules.resolve(folder, path);
}

/** A path as people know it: relative to where they stand, when it is below; with `/`. */
export function shownPath(file: string, cwd: string): string {
  const path = seenFrom(cwd, file);
  return path !== '.' && isWithin(file, cwd) ? path : slashed(file);
}
