import { resolve } from 'node:path';
import { readLockfiles } from '../lockfile/find/read.ts';
import { type LockfileSide, readSide } from '../lockfile/find/side.ts';
import type { LockfileFormatId, ReadOptions } from '../lockfile/lockfile.ts';
import { inFolder } from '../model/disk-path.ts';
import { JsrVerifyError } from '../model/error.ts';
import type { LockfileContents } from '../model/target.ts';
import { type Addresses, publicAddresses } from '../registry/addresses.ts';
import { diskAt, kindOf } from '../source/disk.ts';

/** How lockfiles are found and read. */
export interface LockfileOptions {
  /** Where relative paths start; places in the report are seen from here. The working folder when missing. */
  readonly folder?: string | undefined;
  /** The registries that lockfiles may lead to; the public ones when missing. */
  readonly addresses?: Pick<Addresses, 'registry' | 'npmRegistry' | 'otherNpmRegistries'> | undefined;
  /** The format, where neither name nor text tells. */
  readonly format?: LockfileFormatId | undefined;
  /** Whether finding no lockfile is an answer, too: nothing instead of an error. */
  readonly allowMissing?: boolean | undefined;
  /** Whether what lies in Deno's `vendor/` will be compared, as an audit does at depth `installed`; it is remarked otherwise. */
  readonly withVendor?: boolean | undefined;
}

/**
 * The lockfiles that paths mean, read: a file itself, or for a folder those that its clients use, in it or above it, no higher
 * than the root of the repository. What no client reads, what a setting switches off and what lies further down is remarked,
 * and so becomes a finding of the audit. No path is the folder itself.
 *
 * @throws {JsrVerifyError} `LOCKFILE_MISSING` where there is none, `LOCKFILE_INVALID` for a damaged one, `LOCKFILE_UNSUPPORTED`
 * for a kind or version that is not known, `OPTIONS_INVALID` for a path that leads to nothing
 */
export async function findLockfiles(
  paths: string | readonly string[] = [],
  options: LockfileOptions = {},
): Promise<readonly LockfileContents[]> {
  const folder = resolve(options.folder ?? '.');
  const named = [paths].flat();
  for (const path of named) {
    if ((await kindOf(inFolder(folder, path))) !== undefined) continue;
    // Unlike a folder without a lockfile, that is a wrong request.
    throw new JsrVerifyError('OPTIONS_INVALID', `${path} does not exist or is not readable`, {
      hint: 'give the path of a lockfile, or of a project folder that has one',
    });
  }
  const { allowMissing = false, withVendor = false } = options;
  return readLockfiles(diskAt(folder), named, { ...readOptions(options), allowMissing, withVendor });
}

/**
 * The lockfiles of a folder as one side of a `diff`, which also says what in the folder was added or changed and is not read.
 *
 * @throws {JsrVerifyError} as `findLockfiles`
 */
export async function findLockfileSide(
  path = '.',
  options: Omit<LockfileOptions, 'withVendor'> = {},
): Promise<LockfileSide> {
  const { allowMissing = false, folder = '.' } = options;
  return readSide(diskAt(folder), path, { ...readOptions(options), allowMissing });
}

/** How a lockfile is read, from the options to find it. */
export function readOptions({ addresses = publicAddresses, format }: LockfileOptions): ReadOptions {
  const { registry, npmRegistry, otherNpmRegistries } = addresses;
  return { registry, npmRegistry, otherNpmRegistries, ...(format !== undefined && { format }) };
}
