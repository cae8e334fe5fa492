import type { Finding } from '../../model/finding.ts';
import { nameOf } from '../../model/package.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import type { RenderContext, Renderer } from '../renderer.ts';
import { toXml } from '../words/escape.ts';
import { toLinks } from '../words/links.ts';
import { expectedBy, toOrigin } from '../words/origin.ts';
import { placeOf } from '../words/place.ts';
import { runTroubles, turnsAway } from '../words/run.ts';
import { logInWords, runInWords, sorted } from '../words/summary.ts';
import { toUtc } from '../words/time.ts';

/**
 * JUnit XML that Jenkins and GitLab accept: one test case for each package. Rejected is a failure, inconclusive an
 * error; unattested and exempt are skipped, with the reason.
 */
export const junit: Renderer = {
  render(report, context) {
    const suites = [
      suiteOf(
        'packages',
        sorted(report.packages).map((pkg) => caseOf(pkg, context)),
        report,
      ),
    ];
    const run = runCases(report, context);
    if (run.length > 0) suites.push(suiteOf('run', run, report));
    const all = suites.flatMap(({ cases }) => cases);
    return [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites name="jsr-verify" ${counts(all, ['failures', 'errors'])}>`,
      ...suites.flatMap(({ lines }) => lines),
      '</testsuites>',
      '',
    ].join('\n');
  },
};

interface Case {
  readonly classname: string;
  readonly name: string;
  readonly failures: readonly Trouble[];
  readonly errors: readonly Trouble[];
  readonly skipped?: string;
  readonly output: readonly string[];
}

interface Trouble {
  readonly type: string;
  readonly message: string;
  readonly text: readonly string[];
}

function caseOf(pkg: PackageReport, context: RenderContext): Case {
  const { verdict, findings } = pkg;
  const because: readonly Finding[] = verdict.kind === 'rejected' ? verdict.because : [];
  const rejecting = new Set(because);
  const others = findings.filter((finding) => !rejecting.has(finding));
  const places = pkg.occurrences.map(({ at }) => placeOf(at)).slice(0, 50);
  return {
    classname: `jsr.${pkg.package.scope}`,
    name: nameOf(pkg.package),
    failures: because.map(({ id, message, hint }) => ({
      type: id,
      message: `${id}: ${message}`,
      text: [message, ...(hint === undefined ? [] : [`hint: ${hint}`]), ...detailsOf(pkg, id), ...places],
    })),
    errors:
      verdict.kind === 'inconclusive'
        ? verdict.because.map(({ id, why }) => ({
            type: id,
            message: `${id}: ${why}`,
            text: [why, ...detailsOf(pkg, id), ...places],
          }))
        : [],
    ...(verdict.kind === 'unattested' ? { skipped: 'no provenance, which the policy allows' } : {}),
    ...(verdict.kind === 'exempt'
      ? {
          skipped: verdict.exemptions
            .map(({ rule, until, reason }) => `${rule} until ${until}: ${reason}`)
            .join('; '),
        }
      : {}),
    output: [
      ...others.map(({ id, severity, message, exempted }) =>
        [exempted === undefined ? severity : 'exempt', id, message].join(': '),
      ),
      ...originOf(pkg, context),
    ],
  };
}

function detailsOf({ checks }: PackageReport, id: string): readonly string[] {
  const outcome = Object.entries(checks).find(([check]) => check === id)?.[1];
  return outcome !== undefined && 'details' in outcome ? (outcome.details ?? []).slice(0, 50) : [];
}

function originOf(pkg: PackageReport, context: RenderContext): readonly string[] {
  const origin = toOrigin(pkg);
  if (origin === undefined) return [];
  const { log } = toLinks(pkg, origin, context);
  return [
    `built by ${origin.repository ?? origin.issuer}, commit ${origin.commit ?? 'unknown'}`,
    `log index ${origin.logIndex}${log === undefined ? '' : `, ${log}`}`,
    `expected by ${expectedBy(pkg)}`,
  ];
}

const promises = {
  log: 'the log is consistent',
  interrupted: 'the run was completed',
  nothing: 'there was something to check',
} as const;

/** Problems with the run: anything that changes the exit code must not look like a pass. */
function runCases(report: Report, context: RenderContext): readonly Case[] {
  const one = (name: string, trouble: Partial<Pick<Case, 'failures' | 'errors'>>): Case => ({
    classname: 'jsr-verify.run',
    name,
    failures: [],
    errors: [],
    output: [],
    ...trouble,
  });
  const trouble = (type: string, message: string, text: readonly string[] = []) => [{ type, message, text }];
  return [
    ...(report.log.kind === 'forked'
      ? [
          one(promises.log, {
            failures: trouble('log', logInWords(report), [
              ...report.log.fork.older.split('\n'),
              ...report.log.fork.newer.split('\n'),
              ...report.log.fork.proof,
            ]),
          }),
        ]
      : []),
    ...report.unresolved.map(({ spec, reason, hint }) =>
      one(spec, { errors: trouble('spec', reason, hint === undefined ? [] : [hint]) }),
    ),
    ...report.findings.map((finding) => {
      const { id, message, at } = finding;
      return one(
        `${id}${at === undefined ? '' : ` ${placeOf(at)}`}`,
        turnsAway(finding, context) ? { errors: trouble(id, message) } : {},
      );
    }),
    ...runTroubles(report, context)
      .filter(({ as }) => as !== 'rejected')
      .map(({ id, text, hint }) =>
        one(promises[id], { errors: trouble(id, text, hint === undefined ? [] : [hint]) }),
      ),
  ];
}

function suiteOf(
  name: string,
  cases: readonly Case[],
  report: Report,
): { cases: readonly Case[]; lines: readonly string[] } {
  const timestamp = toUtc(report.checkedAt)?.replace('Z', '');
  const lines = [
    `  <testsuite name="${name}" ${counts(cases, ['failures', 'errors', 'skipped'])}` +
      `${timestamp === undefined ? '' : ` timestamp="${timestamp}"`}>`,
    ...cases.flatMap(caseLines),
    ...(name === 'packages'
      ? [
          `    <system-out>${toXml([`${runInWords(report.packages)}; depth ${report.depth}; log ${logInWords(report)}`, ...report.trust.warnings.map((warning) => `trust: ${warning}`)].join('\n'))}</system-out>`,
        ]
      : []),
    '  </testsuite>',
  ];
  return { cases, lines };
}

function caseLines({ classname, name, failures, errors, skipped, output }: Case): readonly string[] {
  const inner = [
    ...(skipped === undefined ? [] : [`      <skipped>${toXml(skipped)}</skipped>`]),
    ...errors.flatMap((error) => troubleLines('error', error)),
    ...failures.flatMap((failure) => troubleLines('failure', failure)),
    ...(output.length === 0
      ? []
      : [`      <system-out>${output.map((line) => toXml(line)).join('\n')}</system-out>`]),
  ];
  const head = `    <testcase classname="${toXml(classname)}" name="${toXml(name)}"`;
  return inner.length === 0 ? [`${head}/>`] : [`${head}>`, ...inner, '    </testcase>'];
}

function troubleLines(element: 'error' | 'failure', { type, message, text }: Trouble): readonly string[] {
  const body = text.map((line) => toXml(line)).join('\n');
  return [`      <${element} type="${toXml(type)}" message="${toXml(message)}">${body}</${element}>`];
}

function counts(cases: readonly Case[], which: readonly ('failures' | 'errors' | 'skipped')[]): string {
  const numbers = {
    failures: cases.filter(({ failures }) => failures.length > 0).length,
    errors: cases.filter(({ errors }) => errors.length > 0).length,
    skipped: cases.filter(({ skipped }) => skipped !== undefined).length,
  };
  return [`tests="${cases.length}"`, ...which.map((name) => `${name}="${numbers[name]}"`)].join(' ');
}
