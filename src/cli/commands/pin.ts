import { createInterface } from 'node:readline/promises';
import { createTwoFilesPatch } from 'diff';
import { judgeTarget } from '../../audit/judgement.ts';
import { auditAll } from '../../audit.ts';
import type { Auditor } from '../../auditor.ts';
import type { LockfileFormatId } from '../../lockfile/lockfile.ts';
import { inFolder, shownPath } from '../../model/disk-path.ts';
import { JsrVerifyError } from '../../model/error.ts';
import type { Policy } from '../../model/policy.ts';
import type { PackageReport } from '../../model/report.ts';
import type { Target } from '../../model/target.ts';
import { expectationFor } from '../../policy/expectation.ts';
import { compareIdentity } from '../../policy/identity.ts';
import { pin } from '../../policy/pin/pin.ts';
import { nearestPolicy, readSibling } from '../../project/policy.ts';
import { toTerminal } from '../../report/words/escape.ts';
import { readTextFile } from '../../source/disk.ts';
import type { Environment } from '../environment.ts';
import { exit, exitCodeOf } from '../exit.ts';
import { readOperands } from '../operands.ts';
import type { AuditFlags } from '../options.ts';
import { checkWritable, writeOutput } from '../output.ts';
import { voiceOn } from '../say.ts';
import { auditQuietly } from '../session.ts';

/** Options of its own. */
export interface PinFlags {
  readonly yes: boolean;
  readonly check: boolean;
  readonly type: LockfileFormatId | undefined;
}

/** `jsr-verify pin [spec… | path]`: writes who built what was verified into the policy file. */
export async function pinCommand(
  named: readonly string[],
  { yes, check, type }: PinFlags,
  flags: AuditFlags,
  environment: Environment,
): Promise<number> {
  const { cwd, stdout, stderr } = environment;
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
  if (!check) await checkWritable([{ format: 'json', file: path }]);
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
  // What such a log vouches for today it may deny tomorrow.
  if (report.log.kind === 'forked')
    throw new JsrVerifyError('LOG_FORKED', `${shown} was not written, because the log contradicted itself`);
  if (report.interrupted) return exit.interrupted;
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
  if (changes.length === 0) {
    if (code === exit.ok) voice.note(`${shown} is up to date`);
    return code;
  }
  const patch = createTwoFilesPatch(shown, shown, known ?? '', text, known === undefined ? 'new' : '', '');
  // Before the names of the files stand lines that tell several patches in one file from each other.
  const lines = patch.trimEnd().split('\n');
  for (const line of lines.slice(lines.findIndex((one) => one.startsWith('--- '))))
    stdout.write(`${toTerminal(line, 1000)}\n`);
  if (check) {
    voice.error(`${shown} is out of date`, 'run jsr-verify pin and commit the file');
    return exit.rejected;
  }
  if (!yes && !(await confirmed(`write ${shown}?`, environment))) {
    voice.error(
      `${shown} was not written`,
      environment.stdin.isTTY === true ? undefined : 'no terminal: add --yes to write without asking',
    );
    return environment.stdin.isTTY === true ? exit.ok : exit.request;
  }
  await writeOutput(path, text, async () => {
    // Another process, or an editor: what it wrote is not ours to undo.
    const now = await readTextFile(path, { code: 'POLICY_INVALID', shown }).catch(() => undefined);
    if (now === known) return;
    throw new JsrVerifyError('OUTPUT_UNWRITABLE', `${shown} was changed by somebody else meanwhile`, {
      hint: 'run the command again: it starts from the file as it is now',
    });
  });
  voice.note(`wrote ${shown}: ${changes.length} ${changes.length === 1 ? 'entry' : 'entries'}`);
  return code;
}

/** A package that only its pin rejects is judged again without it, because a new pin is meant for an intended move. */
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

/** A pinned name in other hands is never an intended move: whoever knows better writes the new id by hand. */
function isTakenOver({ package: about }: Target, report: PackageReport, policy: Policy): boolean {
  const { provenance, registryClaims } = report;
  return (
    provenance !== undefined &&
    expectationFor(about, policy, registryClaims).pins.some(({ expect }) =>
      compareIdentity(expect, provenance).differences.some(({ resurrected }) => resurrected),
    )
  );
}

async function confirmed(question: string, { stdin, stderr, signal }: Environment): Promise<boolean> {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return false;
  const asker = createInterface({ input: process.stdin, output: process.stderr });
  // On a terminal that is asked, Ctrl-C and Ctrl-D are keys: no signal comes, and no answer either.
  const gone = new AbortController();
  asker.once('close', () => gone.abort());
  try {
    const answer = await asker.question(`${question} [y/N] `, {
      signal: AbortSignal.any([signal, gone.signal]),
    });
    return /^y(?:es)?$/i.test(answer.trim());
  } catch (error) {
    if (!gone.signal.aborted && !signal.aborted) throw error;
    throw new JsrVerifyError('INTERRUPTED', 'interrupted, so nothing was written', { cause: error });
  } finally {
    asker.close();
  }
}
