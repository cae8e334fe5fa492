import { basename } from 'node:path';
import { inFolder, isWithin } from '../model/disk-path.ts';
import type { Policy } from '../model/policy.ts';
import { type LockfileContents, mergeTargets } from '../model/target.ts';
import { policyForLockfile } from '../policy/override.ts';
import type { RunInfo, RunLockfile } from '../report/renderer.ts';
import { readCi } from './ci.ts';
import type { Environment } from './environment.ts';
import { headOf } from './git.ts';
import { maskSecrets } from './secrets.ts';

/** Information about this run for reports: from the CI service, otherwise from git. Unknown values are left out. */
export async function readRunInfo(
  environment: Environment,
  policy: Policy,
  lockfiles: readonly LockfileContents[] | undefined,
): Promise<RunInfo> {
  const { argv, cwd, env } = environment;
  const isHere = lockfiles?.some(({ file }) => isWithin(inFolder(cwd, file), cwd)) === true;
  const command = { command: maskSecrets(argv) };
  const ci = readCi(env);
  const files = lockfilesOfRun(policy, lockfiles);
  if (ci !== undefined) return { ...ci, ...command, ...files };
  // For packages named on the command line, the current folder is not relevant.
  if (!isHere) return { ...command, ...files };
  return { project: basename(cwd), ...(await headOf(environment)), ...command, ...files };
}

/** The part of that information that needs neither a CI service nor git; empty where the command reads no lockfiles. */
export function lockfilesOfRun(
  policy: Policy,
  lockfiles: readonly LockfileContents[] | undefined,
): Pick<RunInfo, 'lockfiles'> {
  return lockfiles === undefined ? {} : { lockfiles: lockfiles.map((one) => toRunLockfile(one, policy)) };
}

function toRunLockfile({ file, targets }: LockfileContents, policy: Policy): RunLockfile {
  const isOverridden = policyForLockfile(policy, file) !== policy;
  return {
    file,
    packages: mergeTargets(targets).length,
    ...(isOverridden && { policy: `with an override of ${policy.file ?? 'the policy'}` }),
  };
}
