import { dirname, join } from 'node:path';
import { nameOf } from '../../model/package.ts';
import type { LockfileContents, Remark } from '../../model/target.ts';
import {
  detect,
  formats,
  type LockfileFormat,
  type LockfileFormatId,
  type ReadOptions,
  readLockfile,
} from '../lockfile.ts';
import { type Discovered, type DiscoverOptions, discoverLockfiles } from './discover.ts';
import type { Disk } from './disk.ts';
import { shown } from './node-locks.ts';
import { type DenoConfigs, findReplacements, type ReplacementOptions } from './replacements.ts';

/** Number of unread lockfiles that are named one by one. */
const maxNamed = 20;

/** Holds the remarks when there is no lockfile. */
const noLockfile: LockfileContents = {
  ...{ format: 'none', runtime: 'node', file: '.', targets: [], foreign: [], unreadable: [] },
  installs: { jsr: new Map(), others: new Set(), folders: new Map() },
};

/** The contents of the lockfiles for some paths, and the lockfiles that were not read. */
export interface ReadLockfiles extends Pick<Discovered, 'unread' | 'unseen' | 'missing'> {
  readonly contents: readonly LockfileContents[];
}

/**
 * Finds lockfiles with `discoverLockfiles` and reads them with `readLockfile`; rejects with the errors of both. Each lockfile
 * that is not read gives a remark.
 */
export async function readLockfiles(
  disk: Disk,
  paths: readonly string[],
  options: ReadOptions & DiscoverOptions & ReplacementOptions,
): Promise<readonly LockfileContents[]> {
  const { contents, unread, unseen } = await readDiscovered(disk, paths, options);
  const remarks = [...notRead(disk, unread), ...unseen];
  if (remarks.length === 0) return contents;
  const [first = noLockfile, ...rest] = contents;
  return [{ ...first, remarks: [...remarks, ...(first.remarks ?? [])] }, ...rest];
}

/** Like `readLockfiles`, but returns the unread lockfiles separately. */
export async function readDiscovered(
  disk: Disk,
  paths: readonly string[],
  options: ReadOptions & DiscoverOptions & ReplacementOptions,
): Promise<ReadLockfiles> {
  const { lockfiles, remarks, denoConfigs, ...rest } = await discoverLockfiles(disk, paths, options);
  const contents: LockfileContents[] = [];
  for (const { path, file, format } of lockfiles) {
    const known = options.format ?? format;
    const read = readLockfile(file, await disk.read(path), {
      ...options,
      beside: await textsBeside(disk, path, known ?? detect(path)),
      ...(known !== undefined && { format: known }),
    });
    const noticed = [...(contents.length === 0 ? remarks : []), ...(read.remarks ?? [])];
    contents.push(noticed.length === 0 ? read : { ...read, remarks: noticed });
  }
  if (contents.length === 0 && remarks.length > 0) contents.push({ ...noLockfile, remarks });
  return { contents: await withReplacements(disk, contents, denoConfigs, options), ...rest };
}

/** Adds remarks about packages that Deno projects replace, to the first lockfile of Deno. */
async function withReplacements(
  disk: Disk,
  contents: readonly LockfileContents[],
  configs: readonly DenoConfigs[],
  options: ReplacementOptions,
): Promise<readonly LockfileContents[]> {
  const lock = contents.find(({ runtime }) => runtime === 'deno');
  if (lock === undefined) return contents;
  const names = contents.flatMap(({ targets }) =>
    targets.map(({ package: { scope, name } }) => nameOf({ scope, name })),
  );
  const found = new Map<string, Remark>();
  for (const config of configs)
    for (const remark of await findReplacements(disk, config, new Set(names), options))
      found.set(JSON.stringify(remark), remark);
  if (found.size === 0) return contents;
  const remarks = [...(lock.remarks ?? []), ...found.values()];
  return contents.map((one) => (one === lock ? { ...one, remarks } : one));
}

function notRead(disk: Disk, unread: Discovered['unread']): readonly Remark[] {
  const more = unread.slice(maxNamed);
  const remarks = unread.slice(0, maxNamed).map(({ path, why, ...rest }) => ({
    at: { file: shown(disk, path), line: 1 },
    message: why,
    ...rest,
  }));
  const [next] = more;
  if (next === undefined) return remarks;
  return [
    ...remarks,
    {
      at: { file: shown(disk, next.path), line: 1 },
      message: `this lockfile and ${more.length - 1} more were not audited`,
      hint: 'give the path of each one to audit it',
    },
  ];
}

/** The texts of the other files that the format needs, if they exist. */
async function textsBeside(
  disk: Disk,
  path: string,
  id: LockfileFormatId | undefined,
): Promise<Readonly<Record<string, string>>> {
  const format: LockfileFormat | undefined = formats.find((one) => one.id === id);
  const texts: Record<string, string> = {};
  for (const name of format?.beside ?? []) {
    const file = join(dirname(path), name);
    if ((await disk.kindOf(file)) === 'file') texts[name] = await disk.read(file);
  }
  return texts;
}
