import { aboutEverything } from '../../catalogue.ts';
import { JsrVerifyError } from '../../model/error.ts';
import { nearest } from '../../policy/parse/suggest.ts';
import { explainPackage, explainTopic, listTopics } from '../../report/formats/explanation.ts';
import { reflow } from '../../report/words/page.ts';
import { docsPage } from '../docs.ts';
import { type Environment, widthOf } from '../environment.ts';
import { exit, exitCodeOf } from '../exit.ts';
import type { AuditFlags } from '../options.ts';
import { readSpecs } from '../specs.ts';

/** `jsr-verify explain [spec | check id | rule id]`; alone, it lists the checks and rules. */
export async function explainCommand(
  what: string | undefined,
  flags: AuditFlags,
  environment: Environment,
): Promise<number> {
  if (what === undefined) {
    const columns = Math.min(120, widthOf(environment.stdout) ?? 80);
    environment.stdout.write(listTopics([...aboutEverything.values()], columns));
    return exit.ok;
  }
  const topic = aboutEverything.get(what);
  if (topic !== undefined) {
    const page = explainTopic(topic, await docsPage(topic));
    const columns = widthOf(environment.stdout);
    environment.stdout.write(columns === undefined ? page : reflow(page, Math.min(120, columns)));
    return exit.ok;
  }
  if (/^[a-z-]+$/.test(what)) {
    const close = nearest(what, [...aboutEverything.keys()]);
    throw new JsrVerifyError(
      'OPTIONS_INVALID',
      `${JSON.stringify(what)} is neither a package nor a check nor a rule`,
      {
        hint:
          close === undefined
            ? `the checks and rules are ${[...aboutEverything.keys()].join(', ')}`
            : `did you mean ${close}`,
      },
    );
  }
  const specs = readSpecs([what], flags, environment);
  const [{ verifySpecs }, { renderContext }, { auditQuietly, renderOptions }] = await Promise.all([
    import('../../audit.ts'),
    import('../../render.ts'),
    import('../session.ts'),
  ]);
  const { report, request } = await auditQuietly(flags, environment, async () => ({
    packages: 1,
    run: (auditor) => verifySpecs(specs, auditor),
  }));
  const context = renderContext(report, renderOptions(flags, environment, request.settings));
  const [unresolved] = report.unresolved;
  if (unresolved !== undefined)
    throw new JsrVerifyError(
      'PACKAGE_UNKNOWN',
      `${unresolved.spec}: ${unresolved.reason}`,
      unresolved.hint === undefined ? {} : { hint: unresolved.hint },
    );
  for (const pkg of report.packages) environment.stdout.write(explainPackage(pkg, context));
  return exitCodeOf(report, { allowEmpty: false, exitZero: flags['exit-zero'], strict: flags.strict });
}
