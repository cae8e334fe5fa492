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
  if (texts.length === 0) {
    throw new JsrVerifyError('OPTIONS_INVALID', 'no package was named', {
      hint: 'try jsr-verify @std/path, or jsr-verify audit for a lockfile',
    });
  }
  const specs = texts.map(parseSpec);
  return runAudit(flags, environment, 'files', ({ auditor, progress }) => {
    progress.phase(specs.length === 1 ? `verifying ${specs[0]?.text}` : `verifying ${specs.length} packages`);
    if (specs.length > 1) progress.total(specs.length);
    return verifySpecs(specs, auditor);
  });
}
