import { judgeTarget } from '../audit/judgement.ts';
import { auditAll } from '../audit.ts';
import type { Auditor } from '../auditor.ts';
import type { LockfileFormatId } from '../lockfile/lockfile.ts';
import { inFolder, shownPath } from '../model/disk-path.ts';
import { JsrVerifyError } from '../model/error.ts';
import type { Policy } from '../model/policy.ts';
import type { PackageReport } from '../model/report.ts';
import type { Target } from '../model/target.ts';
import { expectationFor } from '../policy/expectation.ts';
import { compareIdentity } from '../policy/identity.ts';
import { pin } from '../policy/pin/pin.ts';
import { nearestPolicy, readSibling } from '../project/policy.ts';
import { readTextFile } from '../source/disk.ts';
import type { Environment } from './environment.ts';
import { exit, exitCodeOf } from './exit.ts';
import type { FileChange } from './file-change.ts';
import { readOperands } from './operands.ts';
import type { AuditFlags } from './options.ts';
import { checkWritable } from './output.ts';
import { voiceOn } from './say.ts';
import { auditQuietly } from './session.ts';

/** What to pin, and how. */
export interface PinRequest {
  readonly named: readonly string[];
  readonly type: LockfileFormatId | undefined;
  /** Whether the policy file may be written afterwards; it is then checked before any request is made. */
  readonly mayWrite: boolean;
}

/** The changes that pinning would make. */
export interface PinPlan {
  readonly policy: FileChange;
  /** The number of policy entries that change; 0 if the policy is up to date. */
  readonly entries: number;
  /** The exit code of the audit. */
  readonly code: number;
  readonly interrupted: boolean;
}

/**
 * Audits the operands, and makes a policy file that names the publishers of verified packages. Warns of each package
 * that is not pinned.
 *
 * @throws {JsrVerifyError} as an audit does; `POLICY_INVALID`, `OUTPUT_UNWRITABLE`, `LOG_FORKED`
 */
export async function planPins(
  { named, type, mayWrite }: PinRequest,
  flags: AuditFlags,
  environment: Environment,
): Promise<PinPlan> {
  const { cwd, stderr } = environment;
  const existing = flags.policy === undefined ? await nearestPolicy(cwd) : inFolder(cwd, flags.policy);
  const path = existing ?? inFolder(cwd, 'jsr-verify.json');
  const shown = shownPath(path, cwd);
  const known =
    existing === undefined
      ? undefined
      : await readTextFile(existing, {
          code: 'POLICY_INVALID',
          shown,
          ...(flags.policy === undefined && { namedBy: existing }),
        }).catch((error) => (flags.policy === undefined ? Promise.reject(error) : undefined));
  if (mayWrite) await checkWritable([{ format: 'json', file: path }]);
  const { policy: _, ...rest } = flags;
  const { report } = await auditQuietly(
    { ...rest, policy: known === undefined ? undefined : path },
    environment,
    async ({ settings }) => {
      const { specs, lockfiles, count } = await readOperands(named, type, settings, environment);
      return {
        packages: count,
        run: async (auditor) => {
          const report = await auditAll(specs, lockfiles, auditor);
          const packages = await Promise.all(report.packages.map((pkg) => withoutPins(pkg, auditor)));
          return { ...report, packages };
        },
      };
    },
  );
  const voice = voiceOn(stderr, flags.quiet);
  // The entries of a forked log cannot be relied on.
  if (report.log.kind === 'forked')
    throw new JsrVerifyError('LOG_FORKED', `${shown} was not written, because the log contradicted itself`);
  const unchanged = { path, shown, known, text: known ?? '' };
  if (report.interrupted) return { policy: unchanged, entries: 0, code: exit.interrupted, interrupted: true };
  const { text, changes, refused } = pin(report, known, {
    file: shown,
    read: (file) => readSibling(inFolder(cwd, file), path),
  });
  for (const { purl, reason } of refused)
    voice.warning(`${purl.slice('pkg:jsr/'.length)} was not pinned: ${reason}`);
  const code = exitCodeOf(report, {
    allowEmpty: flags['allow-empty'],
    exitZero: flags['exit-zero'],
    strict: flags.strict,
  });
  return { policy: { ...unchanged, text }, entries: changes.length, code, interrupted: false };
}

/**
 * A package that only its pin rejects is judged again without it, because a new pin is meant for an intended change.
 */
async function withoutPins(report: PackageReport, auditor: Auditor): Promise<PackageReport> {
  const { depth = 'files' } = report;
  const { version } = report.package;
  const moved = report.findings.some(({ id }) => id === 'pinned-identity');
  if (version === undefined || report.verdict.kind !== 'rejected' || !moved) return report;
  const target = { package: { ...report.package, version }, occurrences: report.occurrences };
  if (isTakenOver(target, report, auditor.policy)) return report;
  const packages = auditor.policy.packages.map((entry) => ({ ...entry, expect: [] }));
  const { report: judged } = await judgeTarget(target, {
    ...auditor,
    depth,
    policy: { ...auditor.policy, packages },
  });
  return judged;
}

/**
 * The same name with another id is never an intended change; a user who knows better must write the new id by hand.
 */
function isTakenOver({ package: about }: Target, report: PackageReport, policy: Policy): boolean {
  const { provenance, registryClaims } = report;
  return (
    provenance !== undefined &&
    expectationFor(about, policy, registryClaims).pins.some(({ expect }) =>
      compareIdentity(expect, provenance).differences.some(({ resurrected }) => resurrected),
    )
  );
}
