import { homedir } from 'node:os';
import { audit } from '../../audit.ts';
import type { LockfileFormatId } from '../../lockfile/lockfile.ts';
import { mergeTargets } from '../../model/target.ts';
import type { Environment } from '../environment.ts';
import { readLockfiles } from '../lockfiles.ts';
import type { AuditFlags } from '../options.ts';
import { runAudit } from '../session.ts';

/** `jsr-verify audit [path…]`: every JSR package of the lockfiles found at the paths. */
export async function auditCommand(
  paths: readonly string[],
  type: LockfileFormatId | undefined,
  flags: AuditFlags,
  environment: Environment,
): Promise<number> {
  return runAudit(flags, environment, async ({ settings, depth }) => {
    // Of several paths, one without a lockfile must not make the others go away.
    const allowMissing = flags['allow-empty'] && paths.length <= 1;
    const lockfiles = await readLockfiles(paths, type, settings.addresses, environment, {
      allowMissing,
      withVendor: depth === 'installed',
    });
    return {
      packages: mergeTargets(lockfiles.flatMap(({ targets }) => targets)).length,
      lockfiles,
      run: async (auditor) => {
        if (depth !== 'installed') return audit(lockfiles, auditor);
        const { clientCaches, findInstalled } = await import('../../project/installed.ts');
        const { env, cwd } = environment;
        const installed = await findInstalled(lockfiles, {
          folder: cwd,
          addresses: settings.addresses,
          caches: clientCaches({ env, cwd, platform: process.platform, home: homedir() }),
        });
        return audit(lockfiles, { ...auditor, installed });
      },
    };
  });
}
