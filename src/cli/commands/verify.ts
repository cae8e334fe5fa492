import { verifySpecs } from '../../audit.ts';
import { JsrVerifyError } from '../../model/error.ts';
import { parseSpec } from '../../registry/spec.ts';
import type { Environment } from '../environment.ts';
import type { AuditFlags } from '../options.ts';
import { runAudit } from '../session.ts';

/** `jsr-verify <spec…>`: resolve, collect, verify, judge, report. */
export async function verifyCommand(
  texts: readonly string[],
  flags: AuditFlags,
  environment: Environment,
): Promise<number> {
  return runAudit(flags, environment, 'files', async () => {
    const specs = texts.map(parseSpec);
    if (specs.length === 0) {
      throw new JsrVerifyError('OPTIONS_INVALID', 'no package was named', {
        hint: 'try jsr-verify @std/path, or jsr-verify audit for a lockfile',
      });
    }
    return { packages: specs.length, run: (auditor) => verifySpecs(specs, auditor) };
  });
}
