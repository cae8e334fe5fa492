import { verifySpecs } from '../../audit.ts';
import { exportBundle } from '../../export.ts';
import { inFolder, shownPath } from '../../model/disk-path.ts';
import { JsrVerifyError } from '../../model/error.ts';
import { nameOf } from '../../model/package.ts';
import type { Environment } from '../environment.ts';
import { exit, exitCodeOf } from '../exit.ts';
import type { AuditFlags } from '../options.ts';
import { checkWritable, writeOutput } from '../output.ts';
import { voiceOn } from '../say.ts';
import { auditQuietly } from '../session.ts';
import { readSpecs } from '../specs.ts';

/** `jsr-verify export <spec> -o <file>`: the attestation as a Sigstore bundle that other verifiers read. */
export async function exportCommand(
  text: string,
  file: string | undefined,
  flags: AuditFlags,
  environment: Environment,
): Promise<number> {
  const specs = readSpecs([text], flags, environment);
  const path = file === undefined || file === '-' ? undefined : inFolder(environment.cwd, file);
  await checkWritable([{ format: 'json', ...(path !== undefined && { file: path }) }]);
  const { report } = await auditQuietly(
    { ...flags, depth: flags.depth ?? 'attestation' },
    environment,
    async () => ({
      packages: 1,
      run: (auditor) => verifySpecs(specs, auditor),
    }),
  );
  if (report.interrupted) return exit.interrupted;
  const [unresolved] = report.unresolved;
  if (unresolved !== undefined)
    throw new JsrVerifyError(
      'PACKAGE_UNKNOWN',
      `${unresolved.spec}: ${unresolved.reason}`,
      unresolved.hint === undefined ? {} : { hint: unresolved.hint },
    );
  const [pkg] = report.packages;
  if (pkg === undefined) return exit.nothing;
  if (pkg.verdict.kind === 'inconclusive' && pkg.provenance === undefined) {
    voiceOn(environment.stderr, flags.quiet).error(pkg.verdict.because[0].why, 'try again later');
    return exit.inconclusive;
  }
  const bundle = exportBundle(pkg);
  const voice = voiceOn(environment.stderr, flags.quiet);
  if (path === undefined) environment.stdout.write(bundle.text);
  else {
    await writeOutput(path, bundle.text);
    voice.note(
      `wrote ${shownPath(path, environment.cwd)}: the attestation of ${nameOf(pkg.package)} as a Sigstore bundle`,
    );
  }
  for (const remark of bundle.remarks) voice.warning(remark);
  return exitCodeOf(report, { allowEmpty: false, exitZero: flags['exit-zero'], strict: flags.strict });
}
