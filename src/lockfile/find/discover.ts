import { basename, dirname, join, resolve } from 'node:path';
import { isWithin, seenFrom } from '../../model/disk-path.ts';
import { JsrVerifyError } from '../../model/error.ts';
import type { Remark } from '../../model/target.ts';
import { detect, type LockfileFormatId } from '../lockfile.ts';
import { lockfilesBelow } from './below.ts';
import { currentBranch, isBranchLock } from './branch.ts';
import { type DenoProject, readDenoProject } from './deno-project.ts';
import type { Disk } from './disk.ts';
import { isMember } from './members.ts';
import {
  branchesBeside,
  type FolderLocks,
  nodeLocks,
  nodeNames,
  type RepositoryContext,
  settingsIn,
  shown,
  type UnreadLockfile,
} from './node-locks.ts';
import type { DenoConfigs } from './replacements.ts';

/** A lockfile to read. */
export interface FoundLockfile {
  /** Absolute. */
  readonly path: string;
  /** For messages and reports: relative to the folder of the disk, with `/`. */
  readonly file: string;
  /** `undefined` when the format must be detected from the text. */
  readonly format: LockfileFormatId | undefined;
}

/** The lockfiles that were found for some paths. */
export interface Discovered {
  readonly lockfiles: readonly FoundLockfile[];
  /** Remarks that do not follow from the text of those lockfiles. */
  readonly remarks: readonly Remark[];
  /** Other lockfiles of the project and of the folders below; they are not read. */
  readonly unread: readonly UnreadLockfile[];
  /** Why there may be more unread lockfiles. */
  readonly unseen: readonly Remark[];
  /** The error when no lockfile was found and `allowMissing` is set. */
  readonly missing: JsrVerifyError | undefined;
  /** The `deno.json` files that belong to the lockfile of Deno. */
  readonly denoConfigs: readonly DenoConfigs[];
}

/** Options of the search. */
export interface DiscoverOptions {
  /** Return `missing` instead of throwing when no lockfile is found. */
  readonly allowMissing?: boolean;
  /** Do not search the folders below the given paths. */
  readonly flat?: boolean;
}

/** Number of folders, the start and those above, that are searched. */
const maxSteps = 64;
const denoNames = ['deno.json', 'deno.jsonc'];
/** A path to one of these files means the lockfile of its project. */
const projectFiles = ['deno.json', 'deno.jsonc', 'package.json', 'pnpm-workspace.yaml'];

/**
 * Finds the lockfiles for some paths, each once. A path to a file is the lockfile; for a folder, it is the nearest lockfile in
 * that folder or above.
 *
 * The search stops at the root of the repository. All lockfiles in one folder count, unless a package manager ignores one
 * of them because of another. A project of both Deno and a Node package manager may have its two lockfiles in different
 * folders; both are found. Members of a Deno workspace use the lockfile of its root. A `deno.json` or a client setting that
 * switches lockfiles off gives a remark. Lockfiles below a given folder are listed in `unread`.
 *
 * Rejects with `LOCKFILE_MISSING` when a path does not exist, or when no lockfile is found and `allowMissing` is not set.
 */
export async function discoverLockfiles(
  disk: Disk,
  paths: readonly string[],
  options: DiscoverOptions = {},
): Promise<Discovered> {
  const found = new Map<string, FoundLockfile>();
  const remarked = new Map<string, Remark>();
  const unread = new Map<string, UnreadLockfile>();
  const unseen = new Map<string, Remark>();
  let missing: JsrVerifyError | undefined;
  const denoConfigs: DenoConfigs[] = [];
  for (const path of paths.length === 0 ? ['.'] : paths) {
    const one = await discover(disk, path, options);
    for (const lockfile of one.lockfiles) found.set(lockfile.path, lockfile);
    for (const remark of one.remarks)
      remarked.set(`${remark.at.file}:${remark.at.line}:${remark.message}`, remark);
    for (const lockfile of one.unread) if (!unread.has(lockfile.path)) unread.set(lockfile.path, lockfile);
    for (const remark of one.unseen) unseen.set(remark.at.file, remark);
    missing ??= one.missing;
    denoConfigs.push(...one.denoConfigs);
  }
  const named = new Set([...found.values()].map(({ file }) => file));
  return {
    lockfiles: [...found.values()],
    // The user gave this path, so a warning about the file is not needed.
    remarks: [...remarked.values()].filter(({ at, severity }) => severity === 'note' || !named.has(at.file)),
    unread: [...unread.values()].filter(({ path }) => !found.has(path)),
    unseen: [...unseen.values()],
    missing,
    denoConfigs,
  };
}

async function discover(disk: Disk, path: string, options: DiscoverOptions): Promise<Discovered> {
  const start = resolve(disk.folder, path);
  const kind = await disk.kindOf(start);
  if (kind === undefined) {
    throw new JsrVerifyError('LOCKFILE_MISSING', `${path} does not exist or is not readable`, {
      hint: 'give the path of a lockfile, or of a project folder that has one',
    });
  }
  if (kind === 'folder') return search(disk, start, path, options);
  if (projectFiles.includes(basename(start))) return search(disk, dirname(start), path, options);
  const format = isBranchLock(basename(start)) ? 'pnpm' : detect(start);
  const folder = dirname(start);
  const beside = format === 'deno' ? [...(await present(disk, folder, [...denoNames, 'package.json']))] : [];
  return {
    lockfiles: [toFound(disk, start, format)],
    remarks: [],
    unread: basename(start) === 'pnpm-lock.yaml' ? await branchesBeside(disk, dirname(start)) : [],
    unseen: [],
    missing: undefined,
    denoConfigs: [{ files: beside.map((name) => join(folder, name)), root: folder }],
  };
}

async function search(
  disk: Disk,
  start: string,
  asked: string,
  options: DiscoverOptions,
): Promise<Discovered> {
  const steps = await stepsUp(disk, start);
  const deno = denoLock(steps);
  const lock = deno?.path;
  if (lock !== undefined) refuseOutside(disk, lock, steps);
  const node = steps.findIndex(({ node }) => node.read.length > 0);
  const nearest = Math.min(
    ...[lock === undefined ? -1 : (deno?.step ?? -1), node].filter((step) => step !== -1),
  );
  const near = steps.slice(0, nearest + 1);
  const found: FoundLockfile[] = [];
  const ignored = deno?.ignored ?? [];
  const withDeno = near.some(({ deno, denoLock }) => deno !== undefined || denoLock !== undefined);
  if (lock !== undefined && withDeno) found.push(toFound(disk, lock, 'deno'));
  const withNode = node === nearest || near.some(({ isNodeProject }) => isNodeProject);
  if (withNode) {
    found.push(...(steps[node]?.node.read ?? []).map(({ path, format }) => toFound(disk, path, format)));
  }
  const below =
    options.flat === true ? { lockfiles: [], cut: undefined } : await lockfilesBelow(disk, start, isLockfile);
  const error = found.length === 0 ? missing(disk, steps, asked, below.lockfiles) : undefined;
  if (error !== undefined && options.allowMissing !== true) throw error;
  await Promise.all(found.map(({ path }) => refuseMissing(disk, path)));
  const reach = error === undefined ? steps.slice(0, Math.max(nearest, withNode ? node : -1) + 1) : steps;
  return {
    lockfiles: found,
    remarks: [
      ...(lock === undefined ? switchedOff(disk, ignored.length > 0 ? steps : near) : []),
      ...clientRemarks(steps, reach, found),
    ],
    unread: [
      ...reach.flatMap((step) => step.node.unread),
      ...ignored.map((path) => ignoredByDeno(disk, path, lock)),
      ...below.lockfiles.map((path) => inFolderBelow(disk, path, asked)),
    ],
    unseen:
      below.cut === undefined
        ? []
        : [
            {
              at: { file: shown(disk, start), line: 1 },
              message: `not every folder below ${asked} was searched for lockfiles: ${below.cut}`,
              hint: 'give the path of each lockfile that shall be audited',
            },
          ],
    missing: error,
    denoConfigs: [configsOf(steps, lock, start)],
  };
}

/** The configuration files from the start up to the folder that the lockfile belongs to. */
function configsOf(steps: readonly Step[], lock: string | undefined, start: string): DenoConfigs {
  const last = steps.findIndex(({ denoLock: path }) => path !== undefined && path === lock);
  const files = steps
    .slice(0, last + 1)
    .flatMap(({ denoConfig, nodeConfig }) => [denoConfig, nodeConfig].filter((path) => path !== undefined));
  const top = steps.at(-1);
  return { files, root: top?.isRoot === true ? top.folder : dirname(files.at(-1) ?? join(start, '-')) };
}

/** Remarks about the settings of the clients whose lockfiles were found, or of all clients when none was found. */
function clientRemarks(
  steps: readonly Step[],
  reach: readonly Step[],
  found: readonly FoundLockfile[],
): readonly Remark[] {
  const used = new Set(
    found.flatMap(({ format }) => (format === undefined || format === 'deno' ? [] : [format])),
  );
  const isNodeProject = reach.some((step) => step.isNodeProject);
  return steps.flatMap((step) =>
    step.node.remarks.flatMap(({ clients, ...remark }) => {
      const counts = used.size === 0 ? isNodeProject : clients.some((client) => used.has(client));
      // Only Yarn also reads the settings of all folders above.
      return counts && (reach.includes(step) || clients.includes('yarn')) ? [remark] : [];
    }),
  );
}

function isLockfile(name: string): boolean {
  return name === 'deno.lock' || nodeNames.includes(name) || isBranchLock(name);
}

function inFolderBelow(disk: Disk, path: string, asked: string): UnreadLockfile {
  return {
    path,
    why: `a lockfile below ${asked === '.' ? 'this folder' : asked}; it was not audited`,
    hint: `to audit it: jsr-verify audit ${quoted(shown(disk, path))}`,
  };
}

// Quoted for a shell; cmd.exe accepts only double quotes.
function quoted(path: string): string {
  const plain = /^[-@]/.test(path) ? `./${path}` : path;
  if (/^[\w@%+=:,./-]+$/.test(plain)) return plain;
  return /^[\w@+=:,./ ()-]+$/.test(plain) ? `"${plain}"` : `'${plain.replaceAll("'", "'\\''")}'`;
}

/** One folder on the way up, with its lockfiles and configuration. */
interface Step {
  readonly folder: string;
  readonly isRoot: boolean;
  readonly deno: DenoProject | undefined;
  /** Absolute path of the `deno.json` or `deno.jsonc` that was read. */
  readonly denoConfig: string | undefined;
  /** Absolute path of the `package.json`, which may also name members of a workspace. */
  readonly nodeConfig: string | undefined;
  /** Absolute path of the lockfile that Deno would read, if any. */
  readonly denoLock: string | undefined;
  /** Absolute path of its `deno.lock`, also when Deno does not read it. */
  readonly denoBeside: string | undefined;
  readonly node: FolderLocks;
  readonly isNodeProject: boolean;
}

async function stepsUp(disk: Disk, start: string): Promise<readonly Step[]> {
  const folders: string[] = [];
  let isRoot = false;
  for (let folder = start; folders.length < maxSteps; folder = dirname(folder)) {
    folders.push(folder);
    // In a work tree or submodule, `.git` is a file.
    isRoot = (await disk.kindOf(join(folder, '.git'))) !== undefined;
    if (isRoot || dirname(folder) === folder) break;
  }
  const root = folders.at(-1) ?? start;
  const settings = await Promise.all(folders.map((folder) => settingsIn(disk, folder)));
  const branch = await currentBranch(disk, root);
  return Promise.all(
    folders.map(async (folder, index) => ({
      ...(await lookInto(disk, folder, { root, branch, settings: settings.slice(index) })),
      isRoot: isRoot && folder === root,
    })),
  );
}

async function lookInto(
  disk: Disk,
  folder: string,
  around: RepositoryContext,
): Promise<Omit<Step, 'isRoot'>> {
  const names = await present(disk, folder, ['deno.lock', ...projectFiles]);
  const config = denoNames.find((name) => names.has(name));
  const denoConfig = config === undefined ? undefined : join(folder, config);
  const deno = denoConfig === undefined ? undefined : await readProject(disk, denoConfig);
  const beside = names.has('deno.lock') ? join(folder, 'deno.lock') : undefined;
  const named = typeof deno?.lock === 'string' ? resolve(folder, deno.lock) : undefined;
  return {
    folder,
    deno,
    denoConfig,
    denoLock: deno?.lock === false ? undefined : (named ?? beside),
    denoBeside: beside,
    node: await nodeLocks(disk, folder, around),
    nodeConfig: names.has('package.json') ? join(folder, 'package.json') : undefined,
    isNodeProject: names.has('package.json'),
  };
}

async function present(disk: Disk, folder: string, names: readonly string[]): Promise<ReadonlySet<string>> {
  const kinds = await Promise.all(names.map((name) => disk.kindOf(join(folder, name))));
  return new Set(names.filter((_, index) => kinds[index] === 'file'));
}

async function readProject(disk: Disk, path: string): Promise<DenoProject> {
  return readDenoProject(shown(disk, path), await disk.read(path));
}

/** The lockfile that Deno reads. */
interface DenoLock {
  /** `undefined` when the project switches its lockfile off. */
  readonly path: string | undefined;
  readonly step: number;
  /** Absolute paths of each `deno.lock` on the way up that Deno ignores. */
  readonly ignored: readonly string[];
}

/**
 * The lockfile of the nearest project, or of the workspace that the project belongs to. Deno reads only the lockfile of a
 * folder that has a `deno.json` or `package.json`; a `deno.lock` in another folder counts only when no project has one.
 */
function denoLock(steps: readonly Step[]): DenoLock | undefined {
  // A project that switches its lockfile off does not use the one of a folder above.
  const answers = ({ deno, denoLock: path }: Step) => path !== undefined || deno?.lock === false;
  const inProject = steps.findIndex((step) => answers(step) && isProject(step));
  const step = inProject === -1 ? steps.findIndex(answers) : inProject;
  if (step === -1) return undefined;
  const members = [steps.findIndex(isProject), step];
  const root = steps.findIndex(
    ({ deno, denoLock: path, folder }, index) =>
      path !== undefined &&
      members.some((member) => {
        const from = steps[member]?.folder;
        return from !== undefined && index > member && isMember(deno?.members ?? [], seenFrom(folder, from));
      }),
  );
  const chosen = root === -1 ? step : root;
  const path = steps[chosen]?.denoLock;
  return {
    path,
    step: Math.min(step, chosen),
    ignored: steps.slice(0, chosen).flatMap(({ denoBeside }) => denoBeside ?? []),
  };
}

function isProject({ denoConfig, nodeConfig }: Step): boolean {
  return denoConfig !== undefined || nodeConfig !== undefined;
}

function ignoredByDeno(disk: Disk, path: string, read: string | undefined): UnreadLockfile {
  const instead =
    read === undefined ? 'Deno reads no lockfile here' : `Deno reads ${shown(disk, read)} here instead`;
  return {
    path,
    why: `${instead}; it was not audited`,
    hint: `remove it, or audit it as well: jsr-verify audit ${quoted(shown(disk, path))}`,
  };
}

/** A Deno project without a lockfile: its JSR packages are not locked, and were not audited. */
function switchedOff(disk: Disk, steps: readonly Step[]): readonly Remark[] {
  const off = steps.find(({ deno }) => deno?.lock === false);
  if (off?.deno === undefined || off.denoConfig === undefined) return [];
  return [
    {
      at: { file: shown(disk, off.denoConfig), line: off.deno.lockLine },
      message: '"lock": false, so Deno does not pin JSR packages, and no lockfile of Deno was audited',
      hint: 'remove "lock": false so that Deno writes a lockfile, or give the path of a lockfile',
    },
  ];
}

// Security: a changed `deno.json` must not make the program read files outside of the repository. The disk checks links.
function refuseOutside(disk: Disk, path: string, steps: readonly Step[]): void {
  const root = steps.at(-1);
  if (root?.isRoot !== true || isWithin(path, root.folder)) return;
  throw new JsrVerifyError(
    'LOCKFILE_INVALID',
    `${shown(disk, path)} is outside of the repository, though deno.json names it`,
    { hint: 'correct "lock" in deno.json, or give the path of that file' },
  );
}

// Only a `deno.json` can name a file that does not exist.
async function refuseMissing(disk: Disk, path: string): Promise<void> {
  if ((await disk.kindOf(path)) === 'file') return;
  throw new JsrVerifyError(
    'LOCKFILE_INVALID',
    `${shown(disk, path)} does not exist, though deno.json names it`,
    {
      hint: 'write it with `deno install`, or correct "lock" in deno.json',
    },
  );
}

function missing(
  disk: Disk,
  steps: readonly Step[],
  asked: string,
  below: readonly string[],
): JsrVerifyError {
  const off = steps.some(({ deno }) => deno?.lock === false);
  const top = steps.at(-1)?.folder ?? disk.folder;
  const [other] = [...steps.flatMap(({ node }) => node.unread.map(({ path }) => path)), ...below];
  const named =
    other === undefined
      ? 'give the path of a lockfile elsewhere, or of an SBOM'
      : `give the path ${shown(disk, other)} to audit it`;
  const message = projectFiles.includes(basename(asked))
    ? `${asked} is not a lockfile, and no lockfile was found beside or above it`
    : `no lockfile in ${asked} or above it`;
  return new JsrVerifyError('LOCKFILE_MISSING', `${message}${off ? ': deno.json says "lock": false' : ''}`, {
    hint: `looked for deno.lock, ${nodeNames.join(', ')} up to ${shown(disk, top)}; ${named}`,
  });
}

function toFound(disk: Disk, path: string, format: LockfileFormatId | undefined): FoundLockfile {
  return { path, file: shown(disk, path), format };
}
