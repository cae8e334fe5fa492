import { nameOf } from '../../model/package.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import type { Severity } from '../../model/severity.ts';
import type { RenderContext, Renderer } from '../renderer.ts';
import { changeInWords } from '../words/change.ts';
import { toMarkdown, toMarkdownBlock, toMarkdownCode, toMarkdownLink } from '../words/escape.ts';
import { toLinks } from '../words/links.ts';
import { shortRepository, toOrigin } from '../words/origin.ts';
import { placeOf } from '../words/place.ts';
import { resultOf } from '../words/run.ts';
import { logInWords, marks, sorted, type Unmade, unmade } from '../words/summary.ts';

/** The first line, by which a workflow finds the comment to update. */
export const commentMarker = '<!-- jsr-verify report -->';

/** GitHub rejects comments of more than 65,536 characters; counting bytes is safe. */
const roomForComment = 65_000;

/** For job summaries and pull request comments, worst first, within the size limit of a comment. */
export const markdown: Renderer = {
  render: (report, context) => renderMarkdown(report, context, roomForComment),
};

/** The report as GitHub-flavoured Markdown in at most `maxBytes` bytes (at least 2,000); states what it omits. */
export function renderMarkdown(report: Report, context: RenderContext, maxBytes: number): string {
  const { mark, text } = resultOf(report, context);
  const packages = sorted(report.packages);
  const page = new Page(Math.max(maxBytes, 2000));
  page.add([commentMarker, '', `## ${mark} jsr-verify: ${text}`, ''], 0);
  page.add(boundsBlock(report), 0);
  for (const block of runBlocks(report)) page.add(block, 0);
  for (const pkg of packages.filter(isEventful)) page.add(eventBlock(pkg, context), 1);
  const verified = packages.filter((pkg) => !isEventful(pkg));
  if (verified.length > 0) {
    const open = ['', '<details>', `<summary>${verified.length} verified</summary>`, ''];
    page.add([...open, '| package | built by | log | place |', '| --- | --- | --- | --- |'], 0, [
      '',
      '</details>',
    ]);
    for (const pkg of verified) page.add([verifiedRow(pkg, context)], 1);
    page.close();
  }
  for (const block of changeBlocks(report)) page.add(block, 0);
  return page.text();
}

/** Collects lines up to a size limit; each block is added completely or not at all. */
class Page {
  readonly #lines: string[] = [];
  readonly #room: number;
  #used = 0;
  #leftOut = 0;
  #blocksLeftOut = 0;
  #closing: readonly string[] = [];

  constructor(maxBytes: number) {
    // Room for the last line, which states what was omitted.
    this.#room = maxBytes - 300;
  }

  /** Adds a block about `packages` packages; `close` will add the lines in `closing`. */
  add(lines: readonly string[], packages: number, closing: readonly string[] = []): void {
    const bytes = bytesOf([...lines, ...closing]);
    // After the first package that did not fit, no less serious one may be added.
    if (this.#used + bytes > this.#room || (packages > 0 && this.#leftOut > 0)) {
      this.#leftOut += packages;
      if (packages === 0) this.#blocksLeftOut += 1;
      return;
    }
    this.#used += bytes;
    this.#lines.push(...lines);
    if (closing.length > 0) this.#closing = closing;
  }

  /** Closes the block that {@link add} opened. */
  close(): void {
    this.#lines.push(...this.#closing);
    this.#closing = [];
  }

  text(): string {
    const parts = [
      ...(this.#leftOut === 0 ? [] : [`${this.#leftOut} packages`]),
      ...(this.#blocksLeftOut === 0 ? [] : [`${this.#blocksLeftOut} sections`]),
    ];
    const note =
      parts.length === 0
        ? []
        : ['', `**Truncated:** ${parts.join(' and ')} did not fit; the counts above hold for all.`];
    return `${[...this.#lines, ...note].join('\n').trimEnd()}\n`;
  }
}

function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}

function isEventful({ verdict, findings }: PackageReport): boolean {
  return verdict.kind !== 'verified' || findings.length > 0;
}

/** A package with findings or without a verified verdict, as a list item with a nested list. */
function eventBlock(pkg: PackageReport, context: RenderContext): readonly string[] {
  const { verdict, findings } = pkg;
  const place = placesOf(pkg);
  const gaps = verdict.kind === 'inconclusive' ? verdict.because : [];
  const exemptions = verdict.kind === 'exempt' ? verdict.exemptions : [];
  const told = new Set(findings.map(({ id }) => id));
  return [
    `- ${marks[verdict.kind]} ${nameLink(pkg, context)} **${verdict.kind}**${place === '' ? '' : ` (${place})`}`,
    ...findings.flatMap(({ id, severity, message, hint, exempted }) => [
      `  - **${toMarkdown(id, 100)}**${kindOf(severity, exempted)}: ${toMarkdown(message)}`,
      ...(exempted === undefined
        ? []
        : [`    <br>exempt until ${toMarkdown(exempted.until, 20)}: ${toMarkdown(exempted.reason)}`]),
      ...(hint === undefined ? [] : [`    <br>hint: ${toMarkdown(hint)}`]),
    ]),
    ...gaps.map(({ id, why }) => `  - **${toMarkdown(id, 100)}**: ${toMarkdown(why)}`),
    ...exemptions
      .filter(({ rule }) => !told.has(rule))
      .map(
        ({ rule, until, reason }) =>
          `  - **${toMarkdown(rule, 100)}** (exempt until ${toMarkdown(until, 20)}): ${toMarkdown(reason)}`,
      ),
  ];
}

function kindOf(severity: Severity, exempted: unknown): string {
  if (exempted !== undefined) return ' (exempt)';
  return severity === 'error' ? '' : ` (${severity})`;
}

function verifiedRow(pkg: PackageReport, context: RenderContext): string {
  const origin = toOrigin(pkg);
  const links = toLinks(pkg, origin, context);
  const cells = [
    nameLink(pkg, context),
    origin?.repository === undefined
      ? ''
      : toMarkdownLink(shortRepository(origin.repository), links.run ?? links.repository),
    origin === undefined ? '' : toMarkdownLink(origin.logIndex, links.log),
    placesOf(pkg),
  ];
  return `| ${cells.join(' | ')} |`;
}

function nameLink(pkg: PackageReport, context: RenderContext): string {
  return toMarkdownLink(nameOf(pkg.package), toLinks(pkg, undefined, context).registry);
}

function placesOf({ occurrences }: PackageReport): string {
  const [first, ...others] = occurrences;
  if (first === undefined) return '';
  return `${toMarkdownCode(placeOf(first.at), 200)}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}

/** Problems with the run come before the packages. */
function runBlocks(report: Report): readonly (readonly string[])[] {
  const { log, unresolved, findings, trust, interrupted } = report;
  const troubles = [
    ...(log.kind === 'forked'
      ? [
          [
            `**The log ${toMarkdownCode(log.fork.origin, 200)} forked:** ${toMarkdown(log.fork.why)}`,
            '',
            toMarkdownBlock(
              [
                'older checkpoint',
                log.fork.older,
                'newer checkpoint',
                log.fork.newer,
                'consistency proof',
                ...log.fork.proof,
              ].join('\n'),
            ),
            '',
          ],
        ]
      : []),
    ...(interrupted ? [['**Interrupted:** the run was stopped, so the results are incomplete', '']] : []),
    ...unresolved.map(({ spec, reason, hint }) => [
      `- ✗ ${toMarkdownCode(spec, 200)}: ${toMarkdown(reason)}${hint === undefined ? '' : `, hint: ${toMarkdown(hint)}`}`,
    ]),
    ...findings.map(({ id, severity, message, at }) => [
      `- **${toMarkdown(id, 100)}** (${severity}): ${toMarkdown(message)}${at === undefined ? '' : ` (${toMarkdownCode(placeOf(at))})`}`,
    ]),
    ...trust.warnings.map((warning) => [`- **trust** (warning): ${toMarkdown(warning)}`]),
  ];
  return troubles.length === 0 ? [] : [['### This run', ''], ...troubles, ['', '### Packages', '']];
}

function changeBlocks({ changes = [] }: Report): readonly (readonly string[])[] {
  if (changes.length === 0) return [];
  return [
    ['', '### Changes', ''],
    ...changes.map((change) => {
      const [name, text] = changeInWords(change);
      return [`- ${toMarkdownCode(name, 200)}: ${toMarkdown(text)}`];
    }),
  ];
}

/** What was not checked, and the state of the log; both limit what the heading means. */
function boundsBlock(report: Report): readonly string[] {
  const groups = unmade(report.packages).filter(({ status }) => status === 'skipped');
  const ids = (checks: Unmade['checks']) => checks.map(({ id }) => toMarkdownCode(id)).join(', ');
  return [
    ...groups
      .slice(0, 5)
      .map(({ why, checks }) => `Not checked: ${ids(checks)} (${toMarkdown(why, 300)})<br>`),
    `Log: ${toMarkdown(logInWords(report))}`,
    '',
  ];
}
