import { lockfileFindings } from './audit/lockfile-findings.ts';
import { followLogs } from './audit/logs.ts';
import { reportOf } from './audit/report.ts';
import { resolveSpecs } from './audit/resolution.ts';
import { type AuditedTargets, auditTargets } from './audit/targets.ts';
import type { Auditor } from './auditor.ts';
import { JsrVerifyError } from './model/error.ts';
import type { Spec } from './model/package.ts';
import { looksAtDisk, type Report } from './model/report.ts';
import { type LockfileContents, mergeTargets } from './model/target.ts';
import { judgeRun } from './policy/judge-run.ts';
import { packageRules, runRules } from './policy/rules/index.ts';
import { unusedExemptions } from './policy/unused.ts';
import { openRegistry } from './registry/registry.ts';

/**
 * Resolves specs, audits what they resolve to and reports. A spec that names nothing that exists is listed as
 * unresolved; one whose versions could not be listed is reported as inconclusive.
 */
export function verifySpecs(specs: readonly Spec[], auditor: Auditor): Promise<Report> {
  return auditAll(specs, [], auditor);
}

/**
 * Audits every package version of the lockfiles, each once, and reports it at every place it is mentioned.
 *
 * @throws {JsrVerifyError} `OPTIONS_INVALID` at depth `installed` without what is installed
 */
export async function audit(lockfiles: readonly LockfileContents[], auditor: Auditor): Promise<Report> {
  if (auditor.installed === undefined && looksAtDisk(auditor))
    throw new JsrVerifyError('OPTIONS_INVALID', 'at depth "installed", an audit needs what is installed', {
      hint: 'give it as `installed`, from collectInstalled, or call auditFolder',
    });
  return auditAll([], lockfiles, auditor);
}

/** Both at once, as one run: `verifySpecs` for the specs and `audit` for the lockfiles. */
export async function auditAll(
  specs: readonly Spec[],
  lockfiles: readonly LockfileContents[],
  auditor: Auditor,
): Promise<Report> {
  const { usedExemptions, ...found } = await auditPart(specs, lockfiles, auditor);
  const log = await followLogs(found.packages, auditor);
  const { policy, installed } = auditor;
  const unused = unusedExemptions(policy, usedExemptions, {
    rules: installed === undefined ? packageRules : [...packageRules, ...runRules],
    // A lockfile is the whole project; about what specs leave out nothing is known.
    ...(specs.length > 0 && { packages: found.packages.map((report) => report.package) }),
  });
  return reportOf({ ...found, log, unusedExemptions: found.interrupted ? [] : unused }, auditor);
}

/** What a part of a run came to: all of its report but what is known only at the end. */
export type Audited = AuditedTargets & Pick<Report, 'unresolved'>;

/** Audits specs and lockfiles as a part of a run. The logs are left to `followLogs`, once for all parts. */
export async function auditPart(
  specs: readonly Spec[],
  lockfiles: readonly LockfileContents[],
  auditor: Auditor,
): Promise<Audited> {
  const { source, addresses, installed, policy, now, signal } = auditor;
  const resolved = await resolveSpecs(specs, openRegistry(source, addresses));
  // Versions that nobody waited for are not versions that could not be fetched.
  const unlisted = signal?.aborted === true ? [] : resolved.unlisted;
  for (const report of unlisted) auditor.onPackage?.(report);

  const targets = mergeTargets([...resolved.targets, ...lockfiles.flatMap((lockfile) => lockfile.targets)]);
  const audited = await auditTargets(targets, lockfiles, auditor);
  const beside = judgeRun({ ...(installed && { strays: installed.strays }) }, policy, now);
  return {
    ...audited,
    packages: [...unlisted, ...audited.packages],
    findings: [...lockfileFindings(lockfiles), ...audited.findings, ...beside.findings],
    usedExemptions: new Set([...audited.usedExemptions, ...beside.usedExemptions]),
    unresolved: resolved.unresolved,
  };
}
