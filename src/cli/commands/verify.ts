import { JsrVerifyError } from '../../model/error.ts';
import { nearest } from '../../policy/parse/suggest.ts';
import { commandNames } from '../command-table.ts';
import type { Environment } from '../environment.ts';
import type { AuditFlags } from '../options.ts';
import { readSpecs } from '../specs.ts';

/** `jsr-verify <spec…>`: resolve, collect, verify, judge, report. */
export async function verifyCommand(
  texts: readonly string[],
  flags: AuditFlags,
  environment: Environment,
): Promise<number> {
  for (const text of texts) refuseCommand(text);
  const specs = readSpecs(texts, flags, environment);
  if (specs.length === 0) {
    throw new JsrVerifyError('OPTIONS_INVALID', 'no package was named', {
      hint: 'try jsr-verify @std/path, or jsr-verify audit for a lockfile',
    });
  }
  // A slip of the pen is answered before anything that verifies is loaded.
  const [{ verifySpecs }, { runAudit }] = await Promise.all([
    import('../../audit.ts'),
    import('../session.ts'),
  ]);
  return runAudit(flags, environment, async () => ({
    packages: specs.length,
    run: (auditor) => verifySpecs(specs, auditor),
  }));
}

// A bare word is never a spec; it may well be a command with a slip of the pen.
function refuseCommand(text: string): void {
  const meant = /^[a-z]+$/.test(text) ? nearest(text, [...commandNames, 'help']) : undefined;
  if (meant === undefined) return;
  throw new JsrVerifyError(
    'OPTIONS_INVALID',
    `${JSON.stringify(text)} is neither a command nor @scope/name`,
    {
      hint: `did you mean jsr-verify ${meant}`,
    },
  );
}
