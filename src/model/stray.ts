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

/** An installed JSR package that belongs to no target. */
export interface StrayPackage {
  /** The path of its folder, for messages. */
  readonly place: string;
  readonly package: PackageName;
  /** The version in its own `package.json`. */
  readonly version?: string;
  readonly standing: Standing;
}
