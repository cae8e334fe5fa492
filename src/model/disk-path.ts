import nodePath, { type PlatformPath } from 'node:path';

/** Path functions; by default those of the operating system that the program runs on. */
export type PathRules = Pick<PlatformPath, 'isAbsolute' | 'join' | 'parse' | 'relative' | 'resolve' | 'sep'>;

/**
 * Whether a path is a folder or is below it; both absolute. On Windows, case is ignored, and another drive or share
 * is outside: `relative` then returns an absolute path without `..`.
 */
export function isWithin(path: string, folder: string, rules: PathRules = nodePath): boolean {
  const way = rules.relative(folder, path);
  return way !== '..' && !way.startsWith(`..${rules.sep}`) && !rules.isAbsolute(way);
}

/** A path relative to a folder, as reports show it: with `/` on every system; `.` for the folder itself. */
export function seenFrom(folder: string, path: string, rules: PathRules = nodePath): string {
  return slashed(rules.relative(folder, path), rules) || '.';
}

/** A path with `/` between its parts; except on Windows, `\` is a valid character in a name. */
export function slashed(path: string, { sep }: PathRules = nodePath): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

/**
 * Resolves a path that the user gave against a folder. On Windows, `C:notes` is relative to the current folder of
 * drive C, which only Windows knows.
 */
export function inFolder(folder: string, path: string, rules: PathRules = nodePath): string {
  if (rules.isAbsolute(path)) return path;
  return rules.parse(path).root === '' ? rules.join(folder, path) : rules.resolve(folder, path);
}

/** A path for messages: relative to `cwd` if it is below, otherwise absolute; with `/`. */
export function shownPath(file: string, cwd: string): string {
  const path = seenFrom(cwd, file);
  return path !== '.' && isWithin(file, cwd) ? path : slashed(file);
}
