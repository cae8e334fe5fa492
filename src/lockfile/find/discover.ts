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
  type Around,
  branchesBeside,
  type FolderLocks,
  nodeLocks,
  nodeNames,
  settingsIn,
  shown,
  type UnreadLockfile,
} from './node-locks.ts';
import type { DenoConfigs } from './stand-ins.ts';

/** A lockfile to read. */
export interface FoundLockfile {
  /** Absolute. */
  readonly path: string;
  /** For people and reports: relative to the folder of the disk, with `/`. */
  readonly file: string;
  /** `undefined` where only the text can tell. */
  readonly format: LockfileFormatId | undefined;
}

/** What paths mean. */
export interface Discovered {
  readonly lockfiles: readonly FoundLockfile[];
  /** What nobody who reads only those lockfiles would know. */
  readonly remarks: readonly Remark[];
  /** Lockfiles of the project, and of what lies below the folders that were asked for, that are not among them. */
  readonly unread: readonly UnreadLockfile[];
  /** Why there may be more of those. */
  readonly unseen: readonly Remark[];
  /** What is said where no lockfile was found, for whoever allows that. */
  readonly missing: JsrVerifyError | undefined;
  /** The `deno.json` files that go with the lockfile of Deno. */
  readonly denoConfigs: readonly DenoConfigs[];
}

/** What to look for besides the lockfiles of a project. */
export interface DiscoverOptions {
  /** Whether finding none is an answer, too. */
  readonly allowMissing?: boolean;
  /** Whether to pass over what lies below the folders that are asked for. */
  readonly flat?: boolean;
}

/** Folders above the start that are looked at. */
const maxSteps = 64;
const denoNames = ['deno.json', 'deno.jsonc'];
/** Files that stand for their project: `deno.json` means the lockfile that goes with it. */
const projectFiles = ['deno.json', 'deno.jsonc', 'package.json', 'pnpm-workspace.yaml'];

/**
 * The lockfiles that paths mean, each once: a file itself, or for a folder the nearest ones upward.
 *
 * The search goes no higher than the root of the repository. Lockfiles side by side all count, except where one makes
 * its tool ignore the other. A folder that is a project of Deno and of a Node package manager may have its two
 * lockfiles at different heights; both are found. Members of a Deno workspace use the lockfile of its root. Where
 * `deno.json` says that there is none, Deno reads none, and so it is remarked that none was read here. So it is for the
 * settings of other clients that are about lockfiles. Lockfiles below a folder that was asked for are not read, but named.
 *
 * Rejects with `LOCKFILE_MISSING` when a path leads to nothing, or no lockfile is found and that is not allowed.
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
    // Whoever names a lockfile knows what it is.
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
      hint: 'name a lockfile, or a folder of a project that has one',
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
  const passed = deno?.passed ?? [];
  const withDeno = near.some(({ deno, denoLock }) => deno !== undefined || denoLock !== undefined);
  if (lock !== undefined && withDeno) found.push(toFound(disk, lock, 'deno'));
  const withNode = node === nearest || near.some(({ isNodeProject }) => isNodeProject);
  if (withNode) {
    found.push(...(steps[node]?.node.read ?? []).map(({ path, format }) => toFound(disk, path, format)));
  }
  const below =
    options.flat === true ? { lockfiles: [], cut: undefined } : await lockfilesBelow(disk, start, isLockfile);
  const none = found.length === 0 ? missing(disk, steps, asked, below.lockfiles) : undefined;
  if (none !== undefined && options.allowMissing !== true) throw none;
  await Promise.all(found.map(({ path }) => refuseMissing(disk, path)));
  const reach = none === undefined ? steps.slice(0, Math.max(nearest, withNode ? node : -1) + 1) : steps;
  return {
    lockfiles: found,
    remarks: [
      ...(lock === undefined ? switchedOff(disk, passed.length > 0 ? steps : near) : []),
      ...clientRemarks(steps, reach, found),
    ],
    unread: [
      ...reach.flatMap((step) => step.node.unread),
      ...passed.map((path) => passedOver(disk, path, lock)),
      ...below.lockfiles.map((path) => lowerDown(disk, path, asked)),
    ],
    unseen:
      below.cut === undefined
        ? []
        : [
            {
              at: { file: shown(disk, start), line: 1 },
              message: `not every folder below ${asked} was searched for lockfiles: ${below.cut}`,
              hint: 'name each lockfile to audit it',
            },
          ],
    missing: none,
    denoConfigs: [configsOf(steps, lock, start)],
  };
}

/** The files that name members of a workspace, from the start up to the one whose lockfile it is. */
function configsOf(steps: readonly Step[], lock: string | undefined, start: string): DenoConfigs {
  const last = steps.findIndex(({ denoLock: path }) => path !== undefined && path === lock);
  const files = steps
    .slice(0, last + 1)
    .flatMap(({ denoConfig, nodeConfig }) => [denoConfig, nodeConfig].filter((path) => path !== undefined));
  const top = steps.at(-1);
  return { files, root: top?.isRoot === true ? top.folder : dirname(files.at(-1) ?? join(start, '-')) };
}

/** About the settings of clients that count here: those of the lockfiles that were found, or of any where none was. */
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
      // Yarn alone reads the settings of all folders above.
      return counts && (reach.includes(step) || clients.includes('yarn')) ? [remark] : [];
    }),
  );
}

function isLockfile(name: string): boolean {
  return name === 'deno.lock' || nodeNames.includes(name) || isBranchLock(name);
}

function lowerDown(disk: Disk, path: string, asked: string): UnreadLockfile {
  return {
    path,
    why: `a lockfile below ${asked === '.' ? 'this folder' : asked}; it was not audited`,
    hint: `audit it, too: jsr-verify audit ${quoted(shown(disk, path))}`,
  };
}

// As shells read it; cmd.exe knows double quotes only.
function quoted(path: string): string {
  const plain = /^[-@]/.test(path) ? `./${path}` : path;
  if (/^[\w@%+=:,./-]+$/.test(plain)) return plain;
  return /^[\w@+=:,./ ()-]+$/.test(plain) ? `"${plain}"` : `'${plain.replaceAll("'", "'\\''")}'`;
}

/** One folder on the way up and what of interest is in it. */
interface Step {
  readonly folder: string;
  readonly isRoot: boolean;
  readonly deno: DenoProject | undefined;
  /** Absolute; the `deno.json` or `deno.jsonc` that was read. */
  readonly denoConfig: string | undefined;
  /** Absolute; its `package.json`, which may name members of a workspace as well. */
  readonly nodeConfig: string | undefined;
  /** Absolute; where Deno would look, if anywhere. */
  readonly denoLock: string | undefined;
  /** Absolute; its `deno.lock`, whether Deno reads it or not. */
  readonly denoBeside: string | undefined;
  readonly node: FolderLocks;
  readonly isNodeProject: boolean;
}

async function stepsUp(disk: Disk, start: string): Promise<readonly Step[]> {
  const folders: string[] = [];
  let isRoot = false;
  for (let folder = start; folders.length < maxSteps; folder = dirname(folder)) {
    folders.push(folder);
    // A repository's root, or a work tree or submodule, where `.git` is a file.
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

async function lookInto(disk: Disk, folder: string, around: Around): Promise<Omit<Step, 'isRoot'>> {
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

/** What Deno reads as its lockfile. */
interface DenoLock {
  /** Missing where the project says that it has no lockfile. */
  readonly path: string | undefined;
  readonly step: number;
  /** Absolute; each `deno.lock` on the way up that Deno leaves alone. */
  readonly passed: readonly string[];
}

/**
 * The lockfile of the nearest project, or that of the workspace which the project belongs to. Deno reads the lockfile of a
 * folder that has a `deno.json` or `package.json`, and no other, so one in a folder without them counts only where no
 * project has a lockfile.
 */
function denoLock(steps: readonly Step[]): DenoLock | undefined {
  // A project that says there is none is not given the one of somebody else.
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
    passed: steps.slice(0, chosen).flatMap(({ denoBeside }) => denoBeside ?? []),
  };
}

function isProject({ denoConfig, nodeConfig }: Step): boolean {
  return denoConfig !== undefined || nodeConfig !== undefined;
}

function passedOver(disk: Disk, path: string, read: string | undefined): UnreadLockfile {
  const instead =
    read === undefined ? 'Deno reads no lockfile here' : `Deno reads ${shown(disk, read)} here instead`;
  return {
    path,
    why: `${instead}; it was not audited`,
    hint: `remove it, or audit it, too: jsr-verify audit ${quoted(shown(disk, path))}`,
  };
}

/** A project of Deno that says it has no lockfile: what it loads from JSR is held to nothing, and was not audited. */
function switchedOff(disk: Disk, steps: readonly Step[]): readonly Remark[] {
  const off = steps.find(({ deno }) => deno?.lock === false);
  if (off?.deno === undefined || off.denoConfig === undefined) return [];
  return [
    {
      at: { file: shown(disk, off.denoConfig), line: off.deno.lockLine },
      message: '"lock": false, so Deno does not pin JSR packages, and no lockfile of Deno was audited',
      hint: 'let Deno write a lockfile, or name one to audit it anyway',
    },
  ];
}

// Whoever may change `deno.json` must not have files read that are not of the repository. Where a link leads, the disk looks.
function refuseOutside(disk: Disk, path: string, steps: readonly Step[]): void {
  const root = steps.at(-1);
  if (root?.isRoot !== true || isWithin(path, root.folder)) return;
  throw new JsrVerifyError(
    'LOCKFILE_INVALID',
    `${shown(disk, path)} is outside of the repository, though deno.json names it`,
    { hint: 'correct "lock" in deno.json, or audit the file by its name' },
  );
}

// Only a `deno.json` can name what is not there.
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
    other === undefined ? 'name the file if it is elsewhere' : `name ${shown(disk, other)} to audit it`;
  const none = projectFiles.includes(basename(asked))
    ? `${asked} is not a lockfile, and no lockfile was found beside or above it`
    : `no lockfile in ${asked} or above it`;
  return new JsrVerifyError('LOCKFILE_MISSING', `${none}${off ? ': deno.json says "lock": false' : ''}`, {
    hint: `looked for deno.lock, ${nodeNames.join(', ')} up to ${shown(disk, top)}; ${named}`,
  });
}

function toFound(disk: Disk, path: string, format: LockfileFormatId | undefined): FoundLockfile {
  return { path, file: shown(disk, path), format };
}
