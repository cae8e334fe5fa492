import { satisfies, valid } from 'semver';
import type { PackageName, PackageVersion } from '../model/package.ts';

/** What part of the policy file names packages: `@scope/name`, `@scope/*` or `*`, perhaps with a range of versions. */
export interface Selector {
  readonly pattern: string;
  readonly versions?: string | undefined;
}

/** Whether the selector matches this package version. */
export function selects({ pattern, versions }: Selector, target: PackageVersion): boolean {
  return matchesName(pattern, target) && (versions === undefined || inRange(target.version, versions));
}

/** How closely a selector looks: exact name before scope before everything, and with versions before without. */
export function rankOf({ pattern, versions }: Selector): number {
  const breadth = pattern === '*' ? 0 : pattern.endsWith('/*') ? 1 : 2;
  return breadth * 2 + (versions === undefined ? 0 : 1);
}

/** Whether a pattern matches this package, in any version. */
function matchesName(pattern: string, { scope, name }: PackageName): boolean {
  return pattern === '*' || pattern === `@${scope}/*` || pattern === `@${scope}/${name}`;
}

/** A range that is one plain version matches exactly that text, so that `1.0.0` does not match `1.0.0+other`. */
function inRange(version: string, range: string): boolean {
  const exact = valid(range);
  if (exact !== null && !range.includes('+') && version.includes('+')) return false;
  if (exact !== null && range.includes('+')) return range.trim() === version;
  return satisfies(version, range, { includePrerelease: true });
}
