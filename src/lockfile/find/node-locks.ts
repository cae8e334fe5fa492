import { join, resolve } from 'node:path';
import { isWithin, seenFrom } from '../../model/disk-path.ts';
import { JsrVerifyError } from '../../model/error.ts';
import { foldPath } from '../../model/path.ts';
import type { Remark } from '../../model/target.ts';
import { formats, type LockfileFormatId } from '../lockfile.ts';
import { branchLockName, isBranchLock, namesBranch } from './branch.ts';
import {
  type Client,
  type ClientSetting,
  maxSettingsBytes,
  readClientSettings,
  settingsFiles,
  unknownSetting,
} from './client-settings.ts';
import type { Disk } from './disk.ts';

/** The names of lockfiles of package managers for Node. */
export const nodeNames: readonly string[] = formats
  .flatMap(({ runtime, fileNames }): readonly string[] => (runtime === 'node' ? fileNames : []))
  .filter((name) => !name.startsWith('.'));
const pnpmLock = 'pnpm-lock.yaml';
/** Number of branch lockfiles that are considered in one folder. */
const maxBranches = 500;
/** Lockfiles that their client ignores when the first name of the format exists. */
const shadowed: ReadonlyMap<string, string> = new Map(
  formats.flatMap(({ fileNames: [first, ...others] }) => others.map((name) => [name, first] as const)),
);

/** The settings of one folder, each with the absolute path of its file. */
export type Settings = readonly (ClientSetting & { readonly file: string })[];

/** The lockfiles of one folder: those that a client reads, and those that were skipped, with the reason. */
export interface FolderLocks {
  readonly read: readonly { readonly path: string; readonly format: LockfileFormatId | undefined }[];
  readonly unread: readonly UnreadLockfile[];
  /** Remarks about settings, with the clients that read the setting. */
  readonly remarks: readonly (Remark & { readonly clients: readonly Client[] })[];
}

/** A lockfile of the project that is not read. */
export interface UnreadLockfile {
  /** Absolute. */
  readonly path: string;
  /** The reason, as a sentence about the file. */
  readonly why: string;
  readonly hint: string;
  /** `note` when no version of the client reads it here; otherwise it is a warning. */
  readonly severity?: 'note';
}

/** What is known about the repository of a folder. */
export interface RepositoryContext {
  /** Its root, or the topmost folder that is searched. */
  readonly root: string;
  /** The checked-out branch. */
  readonly branch: string | undefined;
  /** The settings of the folder itself and of the folders above, nearest first. */
  readonly settings: readonly Settings[];
}

/** The settings about lockfiles in one folder. */
export async function settingsIn(disk: Disk, folder: string): Promise<Settings> {
  const found = await Promise.all(
    settingsFiles.map(async (name) => {
      const path = join(folder, name);
      const settings = await readSettings(disk, path, name);
      return settings.map((setting) => ({ ...setting, file: path }));
    }),
  );
  return found.flat();
}

async function readSettings(disk: Disk, path: string, name: string): Promise<readonly ClientSetting[]> {
  try {
    if ((await disk.kindOf(path)) !== 'file') return [];
    return readClientSettings(name, await disk.read(path, maxSettingsBytes));
  } catch (error) {
    if (!(error instanceof JsrVerifyError)) throw error;
    return [unknownSetting(name, 1, error.message)];
  }
}

/** The lockfiles that Node package managers read in a folder, given its settings and the branch. */
export async function nodeLocks(
  disk: Disk,
  folder: string,
  context: RepositoryContext,
): Promise<FolderLocks> {
  const {
    root,
    settings: [own = [], ...above],
  } = context;
  const kinds = await Promise.all(nodeNames.map((name) => disk.kindOf(join(folder, name))));
  const names = new Set(nodeNames.filter((_, index) => kinds[index] === 'file'));
  const collected: Collected = { read: [], unread: [], remarks: [] };
  for (const setting of own) collected.remarks.push(...remarksOn(disk, setting));
  // Yarn also reads the settings of all folders above; the nearest one wins.
  const yarn = [own, ...above].find((settings) => settings.some(isElsewhere('yarn'))) ?? [];
  const elsewhere = {
    pnpm: await chosenElsewhere(disk, folder, root, own.filter(isElsewhere('pnpm')), collected),
    yarn: await chosenElsewhere(disk, folder, root, yarn.filter(isElsewhere('yarn')), collected),
    bun: await chosenElsewhere(disk, folder, root, own.filter(isElsewhere('bun')), collected),
  };
  for (const name of nodeNames) {
    if (name === pnpmLock) {
      const { paths, instead } = elsewhere.pnpm;
      for (const where of paths) await pnpmLocks(disk, where, own, context.branch, collected);
      if (instead === undefined) await pnpmLocks(disk, folder, own, context.branch, collected);
      else if (names.has(pnpmLock)) collected.unread.push(ignoredByPnpm(join(folder, pnpmLock), instead));
    } else if (names.has(name) && !names.has(shadowed.get(name) ?? '')) {
      collected.read.push({ path: join(folder, name), format: formatOf(name) });
    }
  }
  for (const format of ['yarn', 'bun'] as const)
    for (const path of elsewhere[format].paths)
      if (!collected.read.some((one) => one.path === path)) collected.read.push({ path, format });
  return collected;
}

interface Collected {
  readonly read: FolderLocks['read'][number][];
  readonly unread: UnreadLockfile[];
  readonly remarks: FolderLocks['remarks'][number][];
}

type Elsewhere = Settings[number] & { readonly means: { readonly kind: 'elsewhere' } };

function isElsewhere(client: Client) {
  return (setting: Settings[number]): setting is Elsewhere =>
    setting.means.kind === 'elsewhere' && setting.clients.includes(client);
}

/** The paths that settings choose and that exist, and the setting that every version of the client applies, if any. */
async function chosenElsewhere(
  disk: Disk,
  folder: string,
  root: string,
  settings: readonly Elsewhere[],
  { remarks }: Collected,
): Promise<{ readonly paths: readonly string[]; readonly instead: Elsewhere | undefined }> {
  const paths: string[] = [];
  let instead: Elsewhere | undefined;
  for (const setting of settings) {
    const { to, path, always } = setting.means;
    const target = resolve(folder, path);
    if (target === folder) continue;
    const remarkOn = (what: string, hint: string, severity: 'note' | 'warning' = 'warning') =>
      remarks.push({
        clients: setting.clients,
        at: { file: shown(disk, setting.file), line: setting.line },
        message: `${JSON.stringify(setting.text)} chooses ${to === 'folder' ? 'a lockfile in ' : ''}${shown(disk, target)}, ${what}`,
        hint,
        severity,
      });
    if (!isWithin(target, root)) {
      remarkOn(
        'which is outside of the repository, so it was not audited',
        'give the path of that lockfile to audit it',
      );
    } else if ((await disk.kindOf(target)) === (to === 'folder' ? 'folder' : 'file')) {
      paths.push(target);
      if (always) instead = setting;
      remarkOn(
        always ? 'which is audited' : 'which some versions of the client read: it is audited as well',
        always
          ? 'remove the setting to use the lockfile beside it'
          : 'remove the setting, or the other lockfile',
        'note',
      );
    } else {
      remarkOn('which does not exist, so it was not audited', 'create it, or remove the setting');
    }
  }
  return { paths, instead };
}

function ignoredByPnpm(path: string, { text }: Settings[number]): UnreadLockfile {
  return {
    path,
    why: `pnpm does not read it, because of ${JSON.stringify(text)}; it was not audited`,
    hint: 'remove it, or give its path to audit it as well',
    severity: 'note',
  };
}

/** With `gitBranchLockfile`, pnpm reads the lockfile of the branch, and the shared one only when that does not exist. */
async function pnpmLocks(
  disk: Disk,
  folder: string,
  settings: Settings,
  branch: string | undefined,
  { read, unread, remarks }: Collected,
): Promise<void> {
  const names = (await disk.entriesIn(folder))
    .filter(({ kind }) => kind !== 'folder')
    .map(({ name }) => name);
  // pnpm opens the file by name, so on a case-insensitive disk it also finds another spelling.
  const exists = async (name: string) => (await disk.kindOf(join(folder, name))) === 'file';
  const shared = await exists(pnpmLock);
  const named = branch === undefined ? undefined : branchLockName(branch);
  const current = named !== undefined && (await exists(named)) ? named : undefined;
  const entry = names.find((name) => name === current) ?? names.find((name) => foldPath(name) === current);
  // The current branch comes first, so that the bound never removes it.
  const branches = [
    ...(current === undefined ? [] : [current]),
    ...names.filter((name) => isBranchLock(name) && name !== entry).sort(),
  ].slice(0, maxBranches);
  const take = (name: string) => void read.push({ path: join(folder, name), format: 'pnpm' });
  const setting = settings.findLast(({ means }) => means.kind === 'branch');
  const means = setting?.means.kind === 'branch' ? setting.means : undefined;
  const isOff = means?.on === false && means.always;
  const own = isOff ? undefined : branches.find((name) => name === current);
  const merged =
    branch !== undefined &&
    !isOff &&
    settings.some((one) => one.means.kind === 'merge' && namesBranch(one.means.branches, branch));
  const isSure = means?.on === true && means.always && own !== undefined && !merged;
  // Every version of pnpm applies the setting, so it does not read the lockfiles of other branches here.
  const isSettled = means?.always === true && (isOff || branch !== undefined);
  if (shared && !isSure) take(pnpmLock);
  if (shared && isSure) {
    unread.push({
      path: join(folder, pnpmLock),
      why: `pnpm installs from ${JSON.stringify(own)} on this branch, because of "gitBranchLockfile"; it was not audited`,
      hint: 'give its path to audit it as well, or remove it',
      severity: 'note',
    });
  }
  for (const name of branches) {
    if (merged || name === own) take(name);
    else unread.push({ ...branchOnly(join(folder, name), name), ...(isSettled && { severity: 'note' }) });
  }
  if (shared && own !== undefined && !isSure && !merged) {
    remarks.push({
      clients: ['pnpm'],
      at: { file: shown(disk, join(folder, own)), line: 1 },
      message: `pnpm installs from ${JSON.stringify(own)} on this branch with git-branch-lockfile, and from "${pnpmLock}" without; ${
        setting === undefined
          ? 'no setting here says which counts'
          : `only some versions of pnpm apply ${JSON.stringify(setting.text)}`
      }, so both were audited`,
      hint: 'set gitBranchLockfile in pnpm-workspace.yaml, or remove one of them',
      severity: 'note',
    });
  }
}

/** The branch lockfiles beside the shared one that the user gave. */
export async function branchesBeside(disk: Disk, folder: string): Promise<readonly UnreadLockfile[]> {
  const names = (await disk.entriesIn(folder))
    .filter(({ kind }) => kind !== 'folder')
    .map(({ name }) => name);
  const branches = names.filter(isBranchLock).sort().slice(0, maxBranches);
  return branches.map((name) => branchOnly(join(folder, name), name));
}

/** A lockfile that pnpm reads only on its branch. */
function branchOnly(path: string, name: string): UnreadLockfile {
  return {
    path,
    why: `with git-branch-lockfile, pnpm installs from ${JSON.stringify(name)} on its branch; it was not audited`,
    hint: 'give its path to audit it as well, or remove it',
  };
}

function remarksOn(
  disk: Disk,
  { file, line, clients, text, means }: Settings[number],
): FolderLocks['remarks'] {
  const setting = JSON.stringify(text);
  const remarkOn = (message: string, hint: string) => [
    { clients, at: { file: shown(disk, file), line }, message, hint },
  ];
  if (means.kind === 'none') {
    return remarkOn(
      `with ${setting}, ${inWords(clients)} uses no lockfile, and what it installs was not audited`,
      'remove the setting, so that the locked packages are installed',
    );
  }
  if (means.kind === 'unfrozen') {
    return remarkOn(
      `with ${setting}, ${inWords(clients)} may change the lockfile while it installs, and install packages that were not audited`,
      'remove the setting, or audit after each installation',
    );
  }
  if (means.kind === 'unchecked') {
    return remarkOn(
      `with ${setting}, ${inWords(clients)} may install files whose checksum differs from the lockfile`,
      'remove the setting, or compare the installed files with --depth installed',
    );
  }
  if (means.kind !== 'unknown') return [];
  return remarkOn(
    `${text} cannot be read, so it is unknown whether it chooses another lockfile or none: ${means.why}`,
    'correct it, or give the path of the lockfile',
  );
}

function inWords(clients: readonly Client[]): string {
  const names = { npm: 'npm', pnpm: 'pnpm', yarn: 'Yarn', bun: 'bun' };
  // Only pnpm up to version 10 also reads settings for npm.
  return clients.length === 2 ? 'npm (and pnpm up to version 10)' : names[clients[0] ?? 'npm'];
}

function formatOf(name: string): LockfileFormatId | undefined {
  return formats.find(({ fileNames }) => (fileNames as readonly string[]).includes(name))?.id;
}

/** A path for messages and reports: relative to the folder of the disk, with `/`. */
export function shown(disk: Disk, path: string): string {
  return seenFrom(disk.folder, path);
}
