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
/** Lockfiles of branches that are looked at, in one folder. */
const maxBranches = 500;
/** Lockfiles that their tool ignores while the other one is there, which is the first name of the format. */
const shadowed: ReadonlyMap<string, string> = new Map(
  formats.flatMap(({ fileNames: [first, ...others] }) => others.map((name) => [name, first] as const)),
);

/** The settings of one folder, with the file that each stands in. */
export type Settings = readonly (ClientSetting & { readonly file: string })[];

/** A lockfile that a client would read, and one that was passed over, with the reason. */
export interface FolderLocks {
  readonly read: readonly { readonly path: string; readonly format: LockfileFormatId | undefined }[];
  readonly unread: readonly UnreadLockfile[];
  /** About settings, by who reads them. */
  readonly remarks: readonly (Remark & { readonly clients: readonly Client[] })[];
}

/** A lockfile of the project that is not read. */
export interface UnreadLockfile {
  /** Absolute. */
  readonly path: string;
  /** Why, as a sentence about the file. */
  readonly why: string;
  readonly hint: string;
  /** A note where no version of the client reads it here, else a warning. */
  readonly severity?: 'note';
}

/** What is known of the repository around a folder. */
export interface Around {
  /** Its root, or the topmost folder that is looked at. */
  readonly root: string;
  /** The branch that is checked out. */
  readonly branch: string | undefined;
  /** The settings of the folder itself and of those above it, nearest first. */
  readonly settings: readonly Settings[];
}

/** The settings of package managers in one folder that are about lockfiles. */
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

/** The lockfiles of Node's package managers that count in a folder, as its settings and the branch have it. */
export async function nodeLocks(disk: Disk, folder: string, around: Around): Promise<FolderLocks> {
  const {
    root,
    settings: [own = [], ...above],
  } = around;
  const kinds = await Promise.all(nodeNames.map((name) => disk.kindOf(join(folder, name))));
  const names = new Set(nodeNames.filter((_, index) => kinds[index] === 'file'));
  const collected: Collected = { read: [], unread: [], remarks: [] };
  for (const setting of own) collected.remarks.push(...remarksOn(disk, setting));
  // Yarn reads the settings of all folders above, too; the nearest counts.
  const yarn = [own, ...above].find((settings) => settings.some(isElsewhere('yarn'))) ?? [];
  const elsewhere = {
    pnpm: await leadingElsewhere(disk, folder, root, own.filter(isElsewhere('pnpm')), collected),
    yarn: await leadingElsewhere(disk, folder, root, yarn.filter(isElsewhere('yarn')), collected),
    bun: await leadingElsewhere(disk, folder, root, own.filter(isElsewhere('bun')), collected),
  };
  for (const name of nodeNames) {
    if (name === pnpmLock) {
      const { paths, instead } = elsewhere.pnpm;
      for (const where of paths) await pnpmLocks(disk, where, own, around.branch, collected);
      if (instead === undefined) await pnpmLocks(disk, folder, own, around.branch, collected);
      else if (names.has(pnpmLock)) collected.unread.push(passedOver(join(folder, pnpmLock), instead));
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

/** Where settings lead: the paths that are there, and the setting that every version of the client obeys, if one is. */
async function leadingElsewhere(
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
    const say = (what: string, hint: string, severity: 'note' | 'warning' = 'warning') =>
      remarks.push({
        clients: setting.clients,
        at: { file: shown(disk, setting.file), line: setting.line },
        message: `${JSON.stringify(setting.text)} leads to ${to === 'folder' ? 'a lockfile in ' : ''}${shown(disk, target)}, ${what}`,
        hint,
        severity,
      });
    if (!isWithin(target, root)) {
      say('which is outside of the repository, so it was not audited', 'name that lockfile to audit it, too');
    } else if ((await disk.kindOf(target)) === (to === 'folder' ? 'folder' : 'file')) {
      paths.push(target);
      if (always) instead = setting;
      say(
        always ? 'which is audited' : 'which some versions of the client read: it is audited, too',
        always
          ? 'remove the setting to use the lockfile beside it'
          : 'remove the setting, or the other lockfile',
        'note',
      );
    } else {
      say('which does not exist, so it was not audited', 'write it, or remove the setting');
    }
  }
  return { paths, instead };
}

function passedOver(path: string, { text }: Settings[number]): UnreadLockfile {
  return {
    path,
    why: `pnpm does not read it, because of ${JSON.stringify(text)}; it was not audited`,
    hint: 'remove it, or name it to audit it, too',
    severity: 'note',
  };
}

/** With `gitBranchLockfile`, pnpm reads the lockfile of the branch, and the shared one only where that is missing. */
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
  // pnpm asks for names, so the disk answers: it may fold case.
  const isThere = async (name: string) => (await disk.kindOf(join(folder, name))) === 'file';
  const shared = await isThere(pnpmLock);
  const named = branch === undefined ? undefined : branchLockName(branch);
  const current = named !== undefined && (await isThere(named)) ? named : undefined;
  const entry = names.find((name) => name === current) ?? names.find((name) => foldPath(name) === current);
  // That of the branch first, so that no others push it out.
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
  // Every version of pnpm obeys, so the lockfiles of other branches are not read here.
  const isSettled = means?.always === true && (isOff || branch !== undefined);
  if (shared && !isSure) take(pnpmLock);
  if (shared && isSure) {
    unread.push({
      path: join(folder, pnpmLock),
      why: `pnpm installs from ${JSON.stringify(own)} on this branch, because of "gitBranchLockfile"; it was not audited`,
      hint: 'audit it by its name, too, or remove it',
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
          : `only some versions of pnpm obey ${JSON.stringify(setting.text)}`
      }, so both were audited`,
      hint: 'set gitBranchLockfile in pnpm-workspace.yaml, or remove one of them',
      severity: 'note',
    });
  }
}

/** The lockfiles of branches in a folder, for whoever asked for the shared one. */
export async function branchesBeside(disk: Disk, folder: string): Promise<readonly UnreadLockfile[]> {
  const names = (await disk.entriesIn(folder))
    .filter(({ kind }) => kind !== 'folder')
    .map(({ name }) => name);
  const branches = names.filter(isBranchLock).sort().slice(0, maxBranches);
  return branches.map((name) => branchOnly(join(folder, name), name));
}

/** A lockfile that pnpm reads on its branch only. */
function branchOnly(path: string, name: string): UnreadLockfile {
  return {
    path,
    why: `with git-branch-lockfile, pnpm installs from ${JSON.stringify(name)} on its branch; it was not audited`,
    hint: 'audit it by its name, too, or remove it',
  };
}

function remarksOn(
  disk: Disk,
  { file, line, clients, text, means }: Settings[number],
): FolderLocks['remarks'] {
  const said = JSON.stringify(text);
  const say = (message: string, hint: string) => [
    { clients, at: { file: shown(disk, file), line }, message, hint },
  ];
  if (means.kind === 'none') {
    return say(
      `${said}, so ${inWords(clients)} uses no lockfile, and what it installs was not audited`,
      'remove the setting, so that what is locked is what is installed',
    );
  }
  if (means.kind === 'unfrozen') {
    return say(
      `${said}, so ${inWords(clients)} may change the lockfile while it installs, and install what was not audited`,
      'remove the setting, or audit after each installation',
    );
  }
  if (means.kind === 'unchecked') {
    return say(
      `${said}, so ${inWords(clients)} may install what does not have the checksum in the lockfile`,
      'remove the setting, or audit what is installed with --depth installed',
    );
  }
  if (means.kind !== 'unknown') return [];
  return say(
    `${text} cannot be read, so it is not known whether it names another lockfile, or none: ${means.why}`,
    'correct it, or name the lockfile to audit',
  );
}

function inWords(clients: readonly Client[]): string {
  const names = { npm: 'npm', pnpm: 'pnpm', yarn: 'Yarn', bun: 'bun' };
  // Only pnpm up to version 10 reads what is meant for npm.
  return clients.length === 2 ? 'npm, like pnpm up to version 10,' : names[clients[0] ?? 'npm'];
}

function formatOf(name: string): LockfileFormatId | undefined {
  return formats.find(({ fileNames }) => (fileNames as readonly string[]).includes(name))?.id;
}

/** A path for people and reports: relative to the folder of the disk, with `/`. */
export function shown(disk: Disk, path: string): string {
  return seenFrom(disk.folder, path);
}
