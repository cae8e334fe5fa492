import type { PackageName } from './package.ts';

/**
 * How a folder is related to the audited lockfiles.
 *
 * - `project`: they describe it.
 * - `aside`: it is below a folder that starts with a dot, where tools put their own copies.
 * - `above`: it is above the project, where Node searches for packages that are not in the project.
 * - `governed`: another lockfile in a folder below, which is not audited, describes it.
 */
export type Standing = 'project' | 'aside' | 'above' | 'governed';

/** A JSR package on this disk that no target is about. */
export interface StrayPackage {
  /** Where it lies, for people. */
  readonly place: string;
  readonly package: PackageName;
  /** The version it says it is. */
  readonly version?: string;
  readonly standing: Standing;
}
