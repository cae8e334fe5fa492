import { isAbsolute } from 'node:path';
import { diff } from '../../drift.ts';
import type { DiscoverOptions } from '../../lockfile/find/discover.ts';
import type { Disk } from '../../lockfile/find/disk.ts';
import { type LockfileSide, readSide, refuseNothing, sideOf } from '../../lockfile/find/side.ts';
import type { LockfileFormatId } from '../../lockfile/lockfile.ts';
import { inFolder } from '../../model/disk-path.ts';
import { mergeTargets } from '../../model/target.ts';
import { readOptions } from '../../project/lockfiles.ts';
import type { Addresses } from '../../registry/addresses.ts';
import { diskAt, kindOf } from '../../source/disk.ts';
import type { Environment } from '../environment.ts';
import { commitOf, diskOfCommit, refuseRevision } from '../git.ts';
import { readLockfiles } from '../lockfiles.ts';
import type { AuditFlags } from '../options.ts';
import { runAudit } from '../session.ts';

/** `jsr-verify diff <base> [head]`: what changed between two lockfiles, or two git revisions of the ones in this folder. */
export async function diffCommand(
  base: string,
  head: string | undefined,
  type: LockfileFormatId | undefined,
  flags: AuditFlags,
  environment: Environment,
): Promise<number> {
  // A diff without changes is not an error.
  return runAudit({ ...flags, 'allow-empty': true }, environment, async ({ settings }) => {
    const side = (text: string | undefined, flat: boolean) =>
      sideFor(text, type, settings.addresses, environment, flat);
    // Subfolders of the base are searched only where the head has something.
    const [before, after] = [await side(base, true), await side(head, false)];
    refuseNothing(before, after);
    return {
      packages: mergeTargets(after.contents.flatMap(({ targets }) => targets)).length,
      lockfiles: after.contents,
      run: (auditor) => diff(before, after, auditor),
    };
  });
}

/**
 * A lockfile or folder when it is spelled as one or no revision is called so, else a git revision; nothing is the
 * folder as it is. A revision, or the folder as it is, may have no lockfile.
 */
async function sideFor(
  text: string | undefined,
  type: LockfileFormatId | undefined,
  addresses: Addresses,
  environment: Environment,
  flat: boolean,
): Promise<LockfileSide> {
  const { cwd } = environment;
  const options = { ...readOptions({ addresses, format: type }), flat };
  const inside = (disk: Disk, folder: string, more: DiscoverOptions = {}) =>
    readSide(disk, folder, { ...options, ...more });
  if (text === undefined) return inside(diskAt(cwd), '.', { allowMissing: true });
  const kind = text === '-' ? 'file' : await kindOf(inFolder(cwd, text));
  if (kind !== undefined) {
    if (!isSpelledPath(text)) await refuseRevision(text, cwd);
    if (kind === 'folder') return inside(diskAt(cwd), text);
    return sideOf(await readLockfiles([text], type, addresses, environment), cwd);
  }
  const disk = await diskOfCommit(await commitOf(text, cwd), cwd, text);
  return { ...(await inside(disk, '.', { allowMissing: true })), read: new Set() };
}

/** No revision can be called so: `.` alone is none, and neither does one start with a dot or a slash. */
function isSpelledPath(text: string): boolean {
  return text === '-' || text === '.' || text === '..' || /^\.{0,2}[\\/]/.test(text) || isAbsolute(text);
}
