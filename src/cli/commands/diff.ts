import { join } from 'node:path';
import { diff } from '../../drift.ts';
import { discoverLockfiles } from '../../lockfile/discover.ts';
import { type LockfileFormatId, readLockfile } from '../../lockfile/lockfile.ts';
import type { Depth } from '../../model/report.ts';
import type { LockfileContents } from '../../model/target.ts';
import { mergeTargets } from '../../model/target.ts';
import type { Addresses } from '../../registry/addresses.ts';
import { diskAt, kindOf } from '../../source/disk.ts';
import type { Environment } from '../environment.ts';
import { commitOf, fileAt } from '../git.ts';
import { readLockfiles } from '../lockfiles.ts';
import type { AuditFlags } from '../options.ts';
import { runAudit } from '../session.ts';
import { inFolder } from '../settings.ts';

/** `jsr-verify diff <base> [head]`: what changed between two lockfiles, or two git revisions of the ones in this folder. */
export async function diffCommand(
  base: string,
  head: string | undefined,
  type: LockfileFormatId | undefined,
  flags: AuditFlags,
  environment: Environment,
): Promise<number> {
  // Nothing that changed is nothing wrong.
  return runAudit(
    { ...flags, 'allow-empty': true },
    environment,
    'attestation',
    async ({ settings, depth }) => {
      const side = (text: string | undefined) => sideOf(text, type, depth, settings.addresses, environment);
      const [before, after] = [await side(base), await side(head)];
      return {
        packages: mergeTargets(after.flatMap(({ targets }) => targets)).length,
        run: (auditor) => diff(before, after, auditor),
      };
    },
  );
}

/** A lockfile or folder when there is one of that name, else a git revision; nothing is the folder as it is. */
async function sideOf(
  text: string | undefined,
  type: LockfileFormatId | undefined,
  depth: Depth,
  addresses: Addresses,
  environment: Environment,
): Promise<readonly LockfileContents[]> {
  const { cwd } = environment;
  if (text === undefined || text === '-' || (await kindOf(inFolder(cwd, text))) !== undefined) {
    return readLockfiles(text === undefined ? [] : [text], type, depth, addresses, environment);
  }
  const commit = await commitOf(text, cwd);
  const contents: LockfileContents[] = [];
  for (const { file, format } of await discoverLockfiles(diskAt(cwd), [])) {
    const old = await fileAt(commit, file, cwd);
    if (old === undefined) continue;
    const known = type ?? format;
    const options = {
      registry: addresses.registry,
      npmRegistry: addresses.npmRegistry,
      ...(known !== undefined && { format: known }),
    };
    contents.push(readLockfile(join(file), old, options));
  }
  return contents;
}
