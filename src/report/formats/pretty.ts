import { Chalk } from 'chalk';
import { checkIds } from '../../model/check.ts';
import type { Finding } from '../../model/finding.ts';
import { nameOf } from '../../model/package.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import type { RenderContext, Renderer } from '../renderer.ts';
import { toTerminal } from '../words/escape.ts';
import { reasonOf } from '../words/facts.ts';
import { cells, hang, hyperlink, wrap } from '../words/lines.ts';
import { toLinks } from '../words/links.ts';
import { shortRepository, toOrigin } from '../words/origin.ts';
import { type Colour, item, type Paint } from '../words/paint.ts';
import { placeOf } from '../words/place.ts';
import { byRepository, isTheOne, isWarned, marks, worstLast } from '../words/summary.ts';
import { checkLines, originLines } from './pretty-detail.ts';
import { changeLines, noteLines, resultLines, troubleLines } from './pretty-end.ts';

/** Up to this many verified packages are listed one by one; more are grouped by publisher. */
const fewVerified = 10;
/** The number of details of one finding to show without `--verbose`. */
const fewDetails = 10;

/**
 * For people. The most important part is last, because the end stays on the screen: verified packages, what was not
 * checked, changes, packages with findings up to the rejected ones, problems with the run, and a line with all
 * counts.
 */
export const pretty: Renderer = {
  render(report, context) {
    const paint = painter(context);
    const packages = worstLast(report.packages);
    const blockOf = (pkg: PackageReport) => packageLines(pkg, context, paint, report);
    const clean = packages.filter(isUneventful);
    const grouped = !context.verbose && clean.length > fewVerified;
    const verified = grouped ? publisherBlocks(clean, context, paint, blockOf) : clean.map(blockOf);
    const others = packages.filter((pkg) => !isUneventful(pkg) && isShown(pkg, context)).map(blockOf);
    const notes = [noteLines(report, context, paint), changeLines(report.changes ?? [], context, paint)];
    const sections = [
      context.quiet ? [] : spaced(verified),
      // With only one package, everything fits on the screen, so the package comes first.
      ...(packages.length === 1 ? [spaced(others), ...notes] : [...notes, spaced(others)]),
      ...troubleLines(report, context, paint),
      resultLines(report, context, paint),
    ];
    return toText(
      sections
        .filter((section) => section.length > 0)
        .flatMap((section, at) => (at === 0 ? section : ['', ...section])),
    );
  },
};

function painter({ color }: RenderContext): Paint {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  return {
    verdict: {
      verified: chalk.green,
      unattested: chalk.yellow,
      exempt: chalk.yellow,
      rejected: chalk.red,
      inconclusive: chalk.magenta,
    },
    severity: { error: chalk.red, warning: chalk.yellow, note: chalk.cyan },
    strong: chalk.bold,
    faint: chalk.dim,
  };
}

function packageLines(
  pkg: PackageReport,
  context: RenderContext,
  paint: Paint,
  { packages }: Report,
): readonly string[] {
  const detailed = context.verbose || isTheOne(pkg, packages);
  return [
    ...headLines(pkg, context, paint, detailed),
    ...findingLines(pkg, context, paint),
    ...(detailed ? originLines(pkg, context, paint) : []),
    ...(detailed ? checkLines(pkg, context, paint) : []),
  ];
}

/** `✗ @std/path@1.0.7  rejected  (deno.lock:14)`, and the publisher if it is known. */
function headLines(
  pkg: PackageReport,
  context: RenderContext,
  paint: Paint,
  detailed: boolean,
): readonly string[] {
  const { kind } = pkg.verdict;
  const word = isWarned(pkg) ? `${kind}, with warnings` : kind;
  const colour = isWarned(pkg) ? paint.severity.warning : paint.verdict[kind];
  const name = toTerminal(nameOf(pkg.package), 200);
  const repository = toOrigin(pkg)?.repository;
  const after = [
    ...(repository === undefined || detailed ? [] : [toTerminal(shortRepository(repository), 100)]),
    ...(pkg.occurrences.length === 0 ? [] : [`(${placesOf(pkg, context)})`]),
  ].join('  ');
  const room = context.columns - cells(`${marks[kind]} ${name}  ${word}`);
  const page = toLinks(pkg, undefined, context).registry;
  const label = paint.strong(name);
  const [first = '', ...rest] =
    room < 0
      ? hang(`${marks[kind]} `, `${name} ${word}`, context.columns).map((line) => colour(line))
      : [
          `${colour(marks[kind])} ${context.hyperlinks && page !== undefined ? hyperlink(label, page) : label}` +
            `  ${colour(word)}`,
        ];
  if (after === '') return [first, ...rest];
  if (rest.length === 0 && cells(after) + 2 <= room) return [`${first}  ${paint.faint(after)}`];
  return [first, ...rest, ...wrap(after, context.columns - 4).map((line) => `    ${paint.faint(line)}`)];
}

function placesOf({ occurrences }: PackageReport, { verbose }: RenderContext): string {
  const places = [...new Set(occurrences.map(({ at }) => toTerminal(placeOf(at))))];
  const shown = places.slice(0, verbose ? 50 : 1);
  const more = places.length - shown.length;
  return `${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}

/** All findings and open questions of the package, with actual and expected values. */
function findingLines(pkg: PackageReport, context: RenderContext, paint: Paint): readonly string[] {
  const { verdict, checks, findings } = pkg;
  const told = new Set(findings.map(({ id }) => id));
  const lines = findings.flatMap((finding) => oneFinding(finding, pkg, context, paint));
  const say = (id: string, text: string, colour: Colour) => {
    told.add(id);
    lines.push(
      ...item(id, toTerminal(text), colour, context.columns),
      ...detailLines(pkg, { id, message: text }, context, paint),
    );
  };
  const gaps = verdict.kind === 'inconclusive' ? verdict.because : [];
  for (const { id, why } of gaps) say(id, why, paint.verdict.inconclusive);
  // Every failed or unknown check is shown, even if no finding mentions it.
  for (const id of checkIds) {
    const outcome = checks[id];
    if (told.has(id) || (outcome.status !== 'failed' && outcome.status !== 'unknown')) continue;
    const why = reasonOf(outcome);
    if (outcome.status === 'failed') say(id, why, paint.severity.error);
    else if (!gaps.some((gap) => gap.why === why)) say(id, why, paint.verdict.inconclusive);
  }
  const exemptions = verdict.kind === 'exempt' ? verdict.exemptions : [];
  for (const { rule, until, reason } of exemptions) {
    if (!told.has(rule))
      say(`${toTerminal(rule, 100)} (exempt)`, `until ${until}: ${reason}`, paint.verdict.exempt);
  }
  return lines;
}

function oneFinding(
  finding: Finding,
  pkg: PackageReport,
  context: RenderContext,
  paint: Paint,
): readonly string[] {
  const { id, severity, message, hint, at, exempted } = finding;
  const known = at === undefined || pkg.occurrences.some((mention) => placeOf(mention.at) === placeOf(at));
  const kind = exempted !== undefined ? ' (exempt)' : severity === 'error' ? '' : ` (${severity})`;
  const text = `${toTerminal(message)}${known ? '' : ` (${toTerminal(placeOf(at))})`}`;
  const colour = exempted === undefined ? paint.severity[severity] : paint.verdict.exempt;
  const { columns } = context;
  return [
    ...item(`${toTerminal(id, 100)}${kind}`, text, colour, columns),
    ...detailLines(pkg, finding, context, paint),
    ...(exempted === undefined
      ? []
      : hang('      ', toTerminal(`until ${exempted.until}: ${exempted.reason}`), columns)),
    ...(hint === undefined ? [] : hang('      hint: ', toTerminal(hint), columns)),
  ];
}

/** Details of a check that the message of its finding does not contain. */
function detailLines(
  pkg: PackageReport,
  { id, message }: Pick<Finding, 'id' | 'message'>,
  context: RenderContext,
  paint: Paint,
): readonly string[] {
  const checkId = checkIds.find((known) => known === id);
  const outcome = checkId === undefined ? undefined : pkg.checks[checkId];
  const details = outcome !== undefined && 'details' in outcome ? (outcome.details ?? []) : [];
  const untold = details.filter((detail) => !message.includes(detail));
  const shown = untold.slice(0, context.verbose ? 100 : fewDetails);
  const more = untold.length - shown.length;
  return [
    ...shown.flatMap((detail) => hang('      ', toTerminal(detail), context.columns)),
    ...(more === 0 ? [] : [`      and ${more} more`]),
  ].map((line) => paint.faint(line));
}

/** Many verified packages: one line for each publisher, the one with the most packages first. */
function publisherBlocks(
  packages: readonly PackageReport[],
  { columns }: RenderContext,
  paint: Paint,
  blockOf: (pkg: PackageReport) => readonly string[],
): readonly (readonly string[])[] {
  const mark = `${marks.verified} `;
  return byRepository(packages).map(({ repository, packages: [only, ...others] }) => {
    if (only !== undefined && others.length === 0) return blockOf(only);
    const text = `${others.length + 1} packages verified, built by ${toTerminal(shortRepository(repository), 200)}`;
    return hang(mark, text, columns).map((line, at) =>
      at === 0 ? `${paint.verdict.verified(mark)}${line.slice(mark.length)}` : line,
    );
  });
}

/** Verified, and without findings. */
function isUneventful({ verdict, findings, provenance }: PackageReport): boolean {
  return (
    verdict.kind === 'verified' &&
    findings.length === 0 &&
    provenance?.identity.sourceRepositoryURI !== undefined
  );
}

function isShown({ verdict }: PackageReport, { quiet }: RenderContext): boolean {
  return !quiet || verdict.kind === 'rejected' || verdict.kind === 'inconclusive';
}

/** Separates blocks of several lines with a blank line; single lines stay together. */
function spaced(blocks: readonly (readonly string[])[]): readonly string[] {
  return blocks.flatMap((block, at) => {
    const previous = blocks[at - 1];
    return previous !== undefined && (block.length > 1 || previous.length > 1) ? ['', ...block] : block;
  });
}

function toText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
