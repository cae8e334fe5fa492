import { basename, dirname, join, relative, resolve } from 'node:path';
import { JsrVerifyError } from '../../model/error.ts';
import type { Remark } from '../../model/target.ts';
import { detect, formats, type LockfileFormatId } from '../lockfile.ts';
import { type DenoProject, isMember, readDenoProject } from './deno-project.ts';

/** The disk, as far as lockfiles need it. Paths are absolute. */
export interface Disk {
  /** The folder that relative paths start in. */
  readonly folder: string;
  /** What a path leads to, links followed; `undefined` when there is nothing. */
  kindOf(path: string): Promise<'file' | 'folder' | undefined>;
  /** The names of what is in a folder, folders left out; none when it may not be listed. */
  namesIn(folder: string): Promise<readonly string[]>;
  /** The text of a file. Rejects with `JsrVerifyError` when it cannot be read or is too large. */
  read(path: string): Promise<string>;
}

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
}

/** What to look for besides the lockfiles of a project. */
export interface DiscoverOptions {
  /** Also what package managers wrote into `node_modules` about what they installed. */
  readonly installed?: boolean;
}

const pnpmLock = 'pnpm-lock.yaml';
/** Lockfiles of branches that are named, in one folder. */
const maxBranches = 20;
/** Folders above the start that are looked at. */
const maxSteps = 64;
/** Files that stand for their project: `deno.json` means the lockfile that goes with it. */
const projectFiles = ['deno.json', 'deno.jsonc', 'package.json', 'pnpm-workspace.yaml'];
const allNames: readonly string[] = formats.flatMap(({ id, fileNames }) => (id === 'deno' ? [] : fileNames));
const hiddenNames = allNames.filter((name) => name.startsWith('.'));
const nodeNames = allNames.filter((name) => !name.startsWith('.'));
/** Lockfiles that their tool ignores while the other one is there. */
const shadowed: ReadonlyMap<string, string> = new Map([
  ['package-lock.json', 'npm-shrinkwrap.json'],
  ['bun.lockb', 'bun.lock'],
]);

/**
 * The lockfiles that paths mean, each once: a file itself, or for a folder the nearest ones upward.
 *
 * The search goes no higher than the root of the repository. Lockfiles side by side all count, except where one makes
 * its tool ignore the other. A folder that is a project of Deno and of a Node package manager may have its two
 * lockfiles at different heights; both are found. Members of a Deno workspace use the lockfile of its root. Where
 * `deno.json` says that there is none, Deno reads none, and so it is remarked that none was read here.
 *
 * Rejects with `LOCKFILE_MISSING` when a path leads to nothing or no lockfile is found.
 */
export async function discoverLockfiles(
  disk: Disk,
  paths: readonly string[],
  options: DiscoverOptions = {},
): Promise<Discovered> {
  const found = new Map<string, FoundLockfile>();
  const remarked = new Map<string, Remark>();
  for (const path of paths.length === 0 ? ['.'] : paths) {
    const { lockfiles, remarks } = await discover(disk, path, options);
    for (const lockfile of lockfiles) found.set(lockfile.path, lockfile);
    for (const remark of remarks) remarked.set(remark.at.file, remark);
  }
  const named = new Set([...found.values()].map(({ file }) => file));
  const remarks = [...remarked.values()].filter(({ at }) => !named.has(at.file));
  return { lockfiles: [...found.values()], remarks };
}

async function discover(disk: Disk, path: string, options: DiscoverOptions): Promise<Discovered> {
  const start = resolve(disk.folder, path);
  const kind = await disk.kindOf(start);
  if (kind === undefined) {
    throw new JsrVerifyError('LOCKFILE_MISSING', `${path} is not there, or may not be entered`, {
      hint: 'name a lockfile, or a folder of a project that has one',
    });
  }
  if (kind === 'folder') return search(disk, start, path, options);
  if (projectFiles.includes(basename(start))) return search(disk, dirname(start), path, options);
  const branches = basename(start) === pnpmLock ? await branchLocks(disk, dirname(start)) : [];
  return { lockfiles: [toFound(disk, start, detect(start))], remarks: unread(disk, branches) };
}

async function search(
  disk: Disk,
  start: string,
  asked: string,
  options: DiscoverOptions,
): Promise<Discovered> {
  const steps = await stepsUp(disk, start);
  const deno = denoLock(steps);
  if (deno !== undefined) refuseOutside(disk, deno.path, steps);
  const node = steps.findIndex(({ nodeLocks }) => nodeLocks.length > 0);
  const nearest = Math.min(...[deno?.step ?? -1, node].filter((step) => step !== -1));
  const near = steps.slice(0, nearest + 1);
  const found: FoundLockfile[] = [];
  if (deno !== undefined && (deno.step === nearest || near.some((step) => step.deno !== undefined))) {
    found.push(toFound(disk, deno.path, 'deno'));
  }
  const withNode = node === nearest || near.some(({ isNodeProject }) => isNodeProject);
  if (withNode) {
    found.push(...(steps[node]?.nodeLocks ?? []).map((path) => toFound(disk, path, detect(path))));
  }
  if (options.installed === true) found.push(...(await hiddenLocks(disk, steps)));
  if (found.length === 0) throw missing(disk, steps, asked);
  await Promise.all(found.map(({ path }) => refuseMissing(disk, path)));
  const branches = steps.slice(0, Math.max(nearest, withNode ? node : -1) + 1);
  return {
    lockfiles: found,
    remarks: [
      ...(deno === undefined ? switchedOff(disk, near) : []),
      ...unread(
        disk,
        branches.flatMap((step) => step.branchLocks),
      ),
    ],
  };
}

/** One folder on the way up and what of interest is in it. */
interface Step {
  readonly folder: string;
  readonly isRoot: boolean;
  readonly deno: DenoProject | undefined;
  /** Absolute; the `deno.json` or `deno.jsonc` that was read. */
  readonly denoConfig: string | undefined;
  /** Absolute; where Deno would look, if anywhere. */
  readonly denoLock: string | undefined;
  readonly nodeLocks: readonly string[];
  /** Absolute; lockfiles that pnpm keeps for one branch each. */
  readonly branchLocks: readonly string[];
  readonly isNodeProject: boolean;
}

async function stepsUp(disk: Disk, start: string): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (let folder = start; steps.length < maxSteps; folder = dirname(folder)) {
    // A repository's root, or a work tree or submodule, where `.git` is a file.
    const isRoot = (await disk.kindOf(join(folder, '.git'))) !== undefined;
    steps.push({ ...(await lookInto(disk, folder)), isRoot });
    if (isRoot || dirname(folder) === folder) break;
  }
  return steps;
}

async function lookInto(disk: Disk, folder: string): Promise<Omit<Step, 'isRoot'>> {
  const names = await present(disk, folder, ['deno.lock', ...projectFiles, ...nodeNames]);
  const config = ['deno.json', 'deno.jsonc'].find((name) => names.has(name));
  const denoConfig = config === undefined ? undefined : join(folder, config);
  const deno = denoConfig === undefined ? undefined : await readProject(disk, denoConfig);
  const beside = names.has('deno.lock') ? join(folder, 'deno.lock') : undefined;
  const named = typeof deno?.lock === 'string' ? resolve(folder, deno.lock) : undefined;
  return {
    folder,
    deno,
    denoConfig,
    denoLock: deno?.lock === false ? undefined : (named ?? beside),
    nodeLocks: nodeNames
      .filter((name) => names.has(name) && !names.has(shadowed.get(name) ?? ''))
      .map((name) => join(folder, name)),
    branchLocks: await branchLocks(disk, folder),
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

/** The nearest lockfile of Deno, or that of the workspace which its folder belongs to. */
function denoLock(steps: readonly Step[]): { readonly path: string; readonly step: number } | undefined {
  // A project that says there is none is not given the one of somebody else.
  const step = steps.findIndex(({ deno, denoLock: path }) => path !== undefined || deno?.lock === false);
  const here = steps[step];
  if (here === undefined) return undefined;
  const root = steps.findIndex(
    ({ deno, denoLock: path, folder }, index) =>
      index > step && path !== undefined && isMember(deno?.members ?? [], below(folder, here.folder)),
  );
  const chosen = root === -1 ? here : steps[root];
  if (chosen?.denoLock === undefined) return undefined;
  return { path: chosen.denoLock, step };
}

/** A project of Deno that says it has no lockfile: what it loads from JSR is held to nothing, and was not audited. */
function switchedOff(disk: Disk, steps: readonly Step[]): readonly Remark[] {
  const off = steps.find(({ deno }) => deno?.lock === false);
  if (off?.deno === undefined || off.denoConfig === undefined) return [];
  return [
    {
      at: { file: shown(disk, off.denoConfig), line: off.deno.lockLine },
      message: '"lock": false, so Deno holds JSR packages to nothing, and no lockfile of Deno was audited',
      hint: 'let Deno write a lockfile, or name one to audit it all the same',
    },
  ];
}

// With `git-branch-lockfile`, pnpm reads `pnpm-lock.<branch>.yaml`, and `pnpm-lock.yaml` beside it says nothing.
async function branchLocks(disk: Disk, folder: string): Promise<readonly string[]> {
  const names = (await disk.namesIn(folder)).filter((name) => /^pnpm-lock\..+\.yaml$/s.test(name));
  return names
    .sort()
    .slice(0, maxBranches)
    .map((name) => join(folder, name));
}

function unread(disk: Disk, paths: readonly string[]): readonly Remark[] {
  return paths.map((path) => ({
    at: { file: shown(disk, path), line: 1 },
    message: `with git-branch-lockfile, pnpm installs from ${JSON.stringify(basename(path))} on its branch; it was not audited`,
    hint: 'audit it by its name, too, or remove it',
  }));
}

async function hiddenLocks(disk: Disk, steps: readonly Step[]): Promise<readonly FoundLockfile[]> {
  for (const { folder } of steps) {
    const modules = join(folder, 'node_modules');
    const names = [...(await present(disk, modules, hiddenNames))];
    if (names.length > 0) return names.map((name) => toFound(disk, join(modules, name), detect(name)));
  }
  return [];
}

// Whoever may change `deno.json` must not have files read that are not of the repository. Where a link leads, the disk looks.
function refuseOutside(disk: Disk, path: string, steps: readonly Step[]): void {
  const root = steps.at(-1);
  if (root?.isRoot !== true || !/^\.\.(?:\/|$)/.test(below(root.folder, path))) return;
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
    `${shown(disk, path)} is not there, though deno.json names it`,
    {
      hint: 'write it with `deno install`, or correct "lock" in deno.json',
    },
  );
}

function missing(disk: Disk, steps: readonly Step[], asked: string): JsrVerifyError {
  const off = steps.some(({ deno }) => deno?.lock === false);
  const top = steps.at(-1)?.folder ?? disk.folder;
  const [branch] = steps.flatMap((step) => step.branchLocks);
  const named =
    branch === undefined ? 'name the file if it is elsewhere' : `name ${shown(disk, branch)} to audit it`;
  return new JsrVerifyError(
    'LOCKFILE_MISSING',
    `no lockfile in ${asked} or above it${off ? ': deno.json says "lock": false' : ''}`,
    {
      hint: `looked for deno.lock, ${nodeNames.join(', ')} up to ${shown(disk, top)}; ${named}`,
    },
  );
}

function toFound(disk: Disk, path: string, format: LockfileFormatId | undefined): FoundLockfile {
  return { path, file: shown(disk, path), format };
}

function shown(disk: Disk, path: string): string {
  return below(disk.folder, path) || '.';
}

function below(folder: string, path: string): string {
  return relative(folder, path).replaceAll('\\', '/');
}
