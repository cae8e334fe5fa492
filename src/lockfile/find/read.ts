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
import { type DenoConfigs, findStandIns, type StandInOptions } from './stand-ins.ts';

/** Lockfiles that were not read are named one by one up to this number. */
const maxNamed = 20;

/** Carries remarks where there is no lockfile. */
const nothing: LockfileContents = {
  ...{ format: 'none', runtime: 'node', file: '.', targets: [], foreign: [], unreadable: [] },
  installs: { jsr: new Map(), others: new Set(), folders: new Map() },
};

/** What the lockfiles that paths mean say, and what was not read. */
export interface ReadLockfiles extends Pick<Discovered, 'unread' | 'unseen' | 'missing'> {
  readonly contents: readonly LockfileContents[];
}

/**
 * All that the lockfiles which the paths mean say about JSR packages, as `discoverLockfiles` finds and `readLockfile`
 * reads them, with the errors of both. Lockfiles that are not read are remarked.
 */
export async function readLockfiles(
  disk: Disk,
  paths: readonly string[],
  options: ReadOptions & DiscoverOptions & StandInOptions,
): Promise<readonly LockfileContents[]> {
  const { contents, unread, unseen } = await readDiscovered(disk, paths, options);
  const remarks = [...notRead(disk, unread), ...unseen];
  if (remarks.length === 0) return contents;
  const [first = nothing, ...rest] = contents;
  return [{ ...first, remarks: [...remarks, ...(first.remarks ?? [])] }, ...rest];
}

/** As `readLockfiles`, with what was not read apart. */
export async function readDiscovered(
  disk: Disk,
  paths: readonly string[],
  options: ReadOptions & DiscoverOptions & StandInOptions,
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
  if (contents.length === 0 && remarks.length > 0) contents.push({ ...nothing, remarks });
  return { contents: await withStandIns(disk, contents, denoConfigs, options), ...rest };
}

/** Adds what the projects of Deno put in the place of packages, to the first lockfile of Deno. */
async function withStandIns(
  disk: Disk,
  contents: readonly LockfileContents[],
  configs: readonly DenoConfigs[],
  options: StandInOptions,
): Promise<readonly LockfileContents[]> {
  const lock = contents.find(({ runtime }) => runtime === 'deno');
  if (lock === undefined) return contents;
  const names = contents.flatMap(({ targets }) =>
    targets.map(({ package: { scope, name } }) => nameOf({ scope, name })),
  );
  const found = new Map<string, Remark>();
  for (const config of configs)
    for (const remark of await findStandIns(disk, config, new Set(names), options))
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
      hint: 'audit each of them by its name',
    },
  ];
}

/** The files that the format wants to know as well, as far as they are there. */
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
