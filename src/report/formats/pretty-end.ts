import type { Change, Report } from '../../model/report.ts';
import type { RenderContext } from '../renderer.ts';
import { changeInWords, isGrave } from '../words/change.ts';
import { toTerminal } from '../words/escape.ts';
import { hang, wrap } from '../words/lines.ts';
import { item, type Paint } from '../words/paint.ts';
import { placeOf } from '../words/place.ts';
import { resultOf, runTroubles } from '../words/run.ts';
import { checksInWords, count, isTheOne, logInWords, type Unmade, unmade } from '../words/summary.ts';
import { toUtc } from '../words/time.ts';

const label = 13;
/** The number of reasons for checks that were not performed to show without `--verbose`. */
const fewReasons = 6;

/** What was not checked, the policy in use, and the state of the log; all limit what the verdicts mean. */
export function noteLines(report: Report, context: RenderContext, paint: Paint): readonly string[] {
  if (context.quiet) return [];
  const row = (name: string, text: string) => rowLines(name, toTerminal(text), context, paint);
  return [
    ...unmadeRows(report, context).flatMap(([name, text]) => row(name, text)),
    ...(report.oldestAnswer === undefined ? [] : row('offline', oldestInWords(report.oldestAnswer))),
    ...policyRows(report, context).flatMap((text) => row('policy', text)),
    ...row('log', logInWords(report)),
    ...(context.verbose ? row('requests', requestsInWords(report)) : []),
  ];
}

/** Problems with the run, not with a package, in blocks. */
export function troubleLines(
  report: Report,
  context: RenderContext,
  paint: Paint,
): readonly (readonly string[])[] {
  const row = (name: string, text: string) => rowLines(name, toTerminal(text), context, paint);
  return [
    runLines(report, context, paint),
    [
      ...trustRows(report).flatMap((text) => row('trust', text)),
      ...emptyRows(report, context).flatMap((text) => row('empty', text)),
      ...(report.interrupted ? row('interrupted', 'the run was stopped, so the results are incomplete') : []),
    ],
    forkLines(report, context, paint),
  ];
}

/** The last line: the worst mark and all counts. */
export function resultLines(report: Report, context: RenderContext, paint: Paint): readonly string[] {
  const { as, warned, mark, text } = resultOf(report, context);
  const colour =
    as === undefined
      ? paint.strong
      : as === 'verified' && warned
        ? paint.severity.warning
        : paint.verdict[as];
  return wrap(text, context.columns - 2).map((line, at) =>
    colour(at === 0 ? `${mark} ${line}` : `  ${line}`),
  );
}

/** What was not checked, grouped by reason; failures to fetch come first. */
function unmadeRows(
  { packages }: Report,
  { verbose }: RenderContext,
): readonly (readonly [string, string])[] {
  // The package's own block has already listed these checks.
  if (packages.some((pkg) => isTheOne(pkg, packages))) return [];
  const names: Readonly<Record<Unmade['status'], string>> = {
    unknown: 'incomplete',
    blocked: 'not reached',
    skipped: 'not checked',
  };
  const groups = (['unknown', 'blocked', 'skipped'] as const).flatMap((status) =>
    unmade(packages).filter((group) => group.status === status),
  );
  const shown = groups.slice(0, verbose ? 50 : fewReasons);
  const rows = shown.map(({ status, why, checks }) => {
    const text = `${checksInWords(checks, packages.length)}: ${toTerminal(why, 300)}`;
    return [names[status], text] as const;
  });
  const more = groups.length - shown.length;
  return more === 0 ? rows : [...rows, ['', `and ${more} other reasons (--verbose)`] as const];
}

/** Proofs stay valid, but since then a version may have been yanked or a package linked to another repository. */
function oldestInWords(kept: Date): string {
  return `yank and link data from the registry, cached ${toUtc(kept) ?? 'at an unknown time'}, or later`;
}

/** The policy file; its absence is shown only with `--verbose`. */
function policyRows({ policyFile }: Report, { verbose }: RenderContext): readonly string[] {
  if (policyFile !== undefined) return [policyFile];
  return verbose ? ['no policy file'] : [];
}

function trustRows({ trust }: Report): readonly string[] {
  return trust.warnings.slice(0, 10);
}

/** Where a run with nothing to check looked, and what to do. */
function emptyRows(report: Report, context: RenderContext): readonly string[] {
  const files = context.run?.lockfiles?.map(({ file }) => file) ?? [];
  const searched = files.length === 0 ? '' : ` in ${files.slice(0, 5).join(', ')}`;
  const others = files.length > 5 ? ` and ${count(files.length - 5, 'other')}` : '';
  return runTroubles(report, context).flatMap(({ id, hint = '' }) =>
    id === 'nothing' ? [`no JSR package was found${searched}${others}; ${hint}`] : [],
  );
}

function requestsInWords({ requests }: Report): string {
  const hosts = Object.entries(requests);
  const total = hosts.reduce((sum, [, number]) => sum + number, 0);
  return [`${total}`, ...hosts.map(([host, number]) => `${toTerminal(host, 100)} ${number}`)].join(', ');
}

function runLines(report: Report, context: RenderContext, paint: Paint): readonly string[] {
  const lines = [
    ...report.unresolved.flatMap(({ spec, reason, hint }) => [
      ...item(toTerminal(spec, 100), toTerminal(reason), paint.severity.error, context.columns),
      ...hintLines(hint, context),
    ]),
    ...report.findings.flatMap(({ id, severity, message, hint, at }) => {
      const kind = severity === 'error' ? '' : ` (${severity})`;
      const place = at === undefined ? '' : ` (${toTerminal(placeOf(at))})`;
      return [
        ...item(
          `${toTerminal(id, 100)}${kind}`,
          `${toTerminal(message)}${place}`,
          paint.severity[severity],
          context.columns,
        ),
        ...hintLines(hint, context),
      ];
    }),
    ...report.unusedExemptions.flatMap(({ package: name, rule, until, at }) => {
      const place = at === undefined ? '' : ` (${toTerminal(placeOf(at))})`;
      const text = `${toTerminal(`${rule} for ${name} until ${until}`)}${place} was not needed`;
      return item('unused exemption', text, paint.severity.note, context.columns);
    }),
  ];
  return lines.length === 0 ? [] : [`  ${paint.strong('about this run')}`, ...lines];
}

function hintLines(hint: string | undefined, { columns }: RenderContext): readonly string[] {
  return hint === undefined ? [] : hang('      hint: ', toTerminal(hint), columns);
}

/** Both checkpoints and the proof, complete, so that the user can send them to the log's operator. */
function forkLines({ log }: Report, context: RenderContext, paint: Paint): readonly string[] {
  if (log.kind !== 'forked') return [];
  const { origin, why, older, newer, proof } = log.fork;
  const note = (title: string, text: string) => [
    `    ${title}:`,
    ...text
      .trimEnd()
      .split('\n', 50)
      .map((line) => `      ${toTerminal(line)}`.trimEnd()),
  ];
  return [
    paint.severity.error(`✗ the log ${toTerminal(origin, 200)} forked`),
    ...hang('    ', toTerminal(why), context.columns),
    ...note('older checkpoint', older),
    ...note('newer checkpoint', newer),
    ...note('consistency proof', proof.length === 0 ? 'empty' : proof.join('\n')),
    ...hang(
      '      hint: ',
      'keep this output: together with the log key it is evidence against the log',
      context.columns,
    ),
  ];
}

/** What changed between two audits. */
export function changeLines(
  changes: readonly Change[],
  context: RenderContext,
  paint: Paint,
): readonly string[] {
  if (changes.length === 0) return [];
  return [
    `  ${paint.strong(count(changes.length, 'change'))}`,
    ...[...changes.filter((change) => !isGrave(change)), ...changes.filter(isGrave)].flatMap((change) => {
      const [name, text] = changeInWords(change);
      return item(
        toTerminal(name, 200),
        toTerminal(text),
        isGrave(change) ? paint.severity.warning : paint.strong,
        context.columns,
      );
    }),
  ];
}

function rowLines(name: string, text: string, { columns }: RenderContext, paint: Paint): readonly string[] {
  const head = `  ${name.padEnd(label)}`;
  return hang(head, text, columns).map((line, at) =>
    at === 0 ? `${paint.faint(head)}${line.slice(head.length)}` : line,
  );
}
