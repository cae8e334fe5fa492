import type { PackageName } from './package.ts';

/**
 * What a folder has to do with the audited lockfiles.
 *
 * - `project`: they speak for it.
 * - `aside`: it lies below a folder that begins with a dot, where tools put copies of their own making.
 * - `above`: it lies above the project, where Node looks for what it does not find in it.
 * - `governed`: a lockfile further down, which is not audited, speaks for it.
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
