import { isAbsolute } from 'node:path';
import { diff } from '../../drift.ts';
import { readLockfiles as readFound } from '../../lockfile/find/read.ts';
import type { LockfileFormatId } from '../../lockfile/lockfile.ts';
import { JsrVerifyError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { Depth } from '../../model/report.ts';
import type { LockfileContents } from '../../model/target.ts';
import { mergeTargets } from '../../model/target.ts';
import type { Addresses } from '../../registry/addresses.ts';
import { kindOf } from '../../source/disk.ts';
import type { Environment } from '../environment.ts';
import { commitOf, diskOfCommit, refuseRevision } from '../git.ts';
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
      // A lockfile that came or went is a change; where there is none on either side, nothing was compared.
      if (before instanceof JsrVerifyError && after instanceof JsrVerifyError) throw after;
      const [old, now] = [before, after].map((one) => (one instanceof JsrVerifyError ? [] : one));
      return {
        packages: mergeTargets((now ?? []).flatMap(({ targets }) => targets)).length,
        run: async (auditor) => {
          const report = await diff(old ?? [], now ?? [], auditor);
          return { ...report, findings: [...report.findings, ...emptySides(before, after)] };
        },
      };
    },
  );
}

/**
 * A lockfile or folder when it is spelled as one or no revision is called so, else a git revision; nothing is the
 * folder as it is. Answers the error when a revision, or the folder as it is, has no lockfile.
 */
async function sideOf(
  text: string | undefined,
  type: LockfileFormatId | undefined,
  depth: Depth,
  addresses: Addresses,
  environment: Environment,
): Promise<readonly LockfileContents[] | JsrVerifyError> {
  const { cwd } = environment;
  if (text === undefined) return readLockfiles([], type, depth, addresses, environment).catch(ifMissing);
  if (text === '-' || (await kindOf(inFolder(cwd, text))) !== undefined) {
    if (!isSpelledPath(text)) await refuseRevision(text, cwd);
    return readLockfiles([text], type, depth, addresses, environment);
  }
  const disk = await diskOfCommit(await commitOf(text, cwd), cwd);
  return readFound(disk, [], {
    registry: addresses.registry,
    npmRegistry: addresses.npmRegistry,
    otherNpmRegistries: addresses.otherNpmRegistries,
    ...(type !== undefined && { format: type }),
  }).catch(ifMissing);
}

/** A side without any lockfile explains why everything came or went, so it is said. */
function emptySides(
  before: readonly LockfileContents[] | JsrVerifyError,
  after: readonly LockfileContents[] | JsrVerifyError,
): readonly Finding[] {
  const say = (side: string, { message }: JsrVerifyError, what: string): Finding => ({
    id: 'lockfile',
    severity: 'note',
    message: `the ${side} has no lockfile, so everything counts as ${what}: ${message}`,
  });
  return [
    ...(before instanceof JsrVerifyError ? [say('base', before, 'added')] : []),
    ...(after instanceof JsrVerifyError ? [say('head', after, 'removed')] : []),
  ];
}

/** No revision can be called so: `.` alone is none, and neither does one start with a dot or a slash. */
function isSpelledPath(text: string): boolean {
  return text === '-' || text === '.' || text === '..' || /^\.{0,2}[\\/]/.test(text) || isAbsolute(text);
}

function ifMissing(error: unknown): JsrVerifyError {
  if (error instanceof JsrVerifyError && error.code === 'LOCKFILE_MISSING') return error;
  throw error;
}
