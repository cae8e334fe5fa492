import { resolve } from 'node:path';
import { audit } from './audit.ts';
import type { LockfileFormatId } from './lockfile/lockfile.ts';
import { looksAtDisk, type Report } from './model/report.ts';
import { mergeTargets } from './model/target.ts';
import { type AuditorOptions, openAuditor } from './open/auditor.ts';
import type { ClientCaches } from './project/installed.ts';
import { findLockfiles } from './project/lockfiles.ts';
import { findPolicy } from './project/policy.ts';

/** How a folder is audited. */
export interface AuditFolderOptions extends AuditorOptions {
  /** The format of the lockfiles, where neither name nor text tells. */
  readonly format?: LockfileFormatId | undefined;
  /** Whether a folder without a lockfile is in order: the report then has no packages. */
  readonly allowMissing?: boolean | undefined;
  /**
   * At depth `installed`: where clients keep packages of all projects. Without them only the folder itself is searched, and a package
   * that is loaded from elsewhere is inconclusive.
   */
  readonly caches?: ClientCaches | undefined;
}

/**
 * Audits the project of a folder, as `jsr-verify audit` does in it: finds and reads its lockfiles and its policy, asks the registry
 * and the log about each package, and closes all connections. `policy` takes the place of the folder's own policy file. Places in the
 * report are seen from the folder.
 *
 * Verdicts are values. An aborted `signal` gives a report that is `interrupted`, with what was known by then.
 *
 * @throws {JsrVerifyError} as `findLockfiles`, `findPolicy` and `openAuditor`
 */
export async function auditFolder(folder = '.', options: AuditFolderOptions = {}): Promise<Report> {
  const from = resolve(folder);
  const { addresses, format, allowMissing, caches } = options;
  const policy = options.policy ?? (await findPolicy({ folder: from }));
  const withVendor = looksAtDisk(options);
  const where = { folder: from, addresses };
  const lockfiles = await findLockfiles([], { ...where, format, allowMissing, withVendor });
  const count = mergeTargets(lockfiles.flatMap(({ targets }) => targets)).length;
  const auditor = await openAuditor({ ...options, policy, batch: count > 1 });
  try {
    if (!withVendor) return await audit(lockfiles, auditor);
    const { findInstalled } = await import('./project/installed.ts');
    return await audit(lockfiles, {
      ...auditor,
      installed: await findInstalled(lockfiles, { ...where, caches }),
    });
  } finally {
    await auditor.close();
  }
}
