import { type CheckId, checkIds, type Outcome } from '../../model/check.ts';
import type { PackageReport } from '../../model/report.ts';
import type { RenderContext } from '../renderer.ts';
import { toTerminal } from '../words/escape.ts';
import { factInWords, reasonOf } from '../words/facts.ts';
import { cells, hang, hyperlink } from '../words/lines.ts';
import { toLinks } from '../words/links.ts';
import { expectedBy, shortRepository, toOrigin } from '../words/origin.ts';
import type { Paint } from '../words/paint.ts';

const label = 13;

/** Who built the package, where the evidence is, and where the expectation came from. */
export function originLines(pkg: PackageReport, context: RenderContext, paint: Paint): readonly string[] {
  const origin = toOrigin(pkg);
  if (origin === undefined) return [];
  const links = toLinks(pkg, origin, context);
  const row = (name: string, text: string | undefined, address?: string) =>
    text === undefined ? [] : rowLines(name, toTerminal(text, 400), address, context, paint);
  const ids = [
    ...(origin.repositoryId === undefined ? [] : [`id ${origin.repositoryId}`]),
    ...(origin.ownerId === undefined ? [] : [`owner id ${origin.ownerId}`]),
  ].join(', ');
  return [
    '',
    ...row('repository', origin.repository && shortRepository(origin.repository), links.repository),
    ...row('', ids === '' ? undefined : ids),
    ...row('workflow', origin.workflow, links.workflow),
    ...row('signed by', origin.signer),
    ...row('ref', origin.ref),
    ...row('commit', origin.commit, links.commit),
    ...row('started by', origin.event),
    ...row('runner', origin.runner),
    ...row('run', origin.run, links.run),
    ...row('log index', `${origin.logIndex}, ${origin.integratedTime ?? 'at an unknown time'}`),
    ...row('', links.log, links.log),
    ...row('manifest', origin.manifestDigest),
    ...row('expected by', expectedBy(pkg)),
  ];
}

/** Every check of the package with its outcome or the reason why it was not performed. */
export function checkLines(pkg: PackageReport, context: RenderContext, paint: Paint): readonly string[] {
  const line = (id: CheckId) => {
    const outcome = pkg.checks[id];
    const title = context.catalogue.get(id)?.title;
    const facts =
      outcome.status === 'passed' ? factInWords(id, outcome) : `${outcome.status}: ${reasonOf(outcome)}`;
    const text = [title ?? '', facts === '' ? '' : title === undefined ? facts : `(${facts})`]
      .filter((part) => part !== '')
      .join(' ');
    return hang(`    ${mark(outcome)} ${id.padEnd(label)}`, toTerminal(text), context.columns).map(
      (row, at) => (at === 0 ? `    ${colour(outcome, paint)(mark(outcome))}${row.slice(5)}` : row),
    );
  };
  const made = checkIds.filter(
    (id) => pkg.checks[id].status === 'passed' || pkg.checks[id].status === 'failed',
  );
  const others = checkIds.filter((id) => !made.includes(id));
  return [
    ...(made.length === 0 ? [] : ['', `  ${paint.strong('checks performed')}`, ...made.flatMap(line)]),
    ...(others.length === 0 ? [] : ['', `  ${paint.strong('not performed')}`, ...others.flatMap(line)]),
  ];
}

function rowLines(
  name: string,
  text: string,
  address: string | undefined,
  { columns, hyperlinks }: RenderContext,
  paint: Paint,
): readonly string[] {
  const head = `  ${name.padEnd(label)}`;
  const isAddress = /^https?:\/\//.test(text);
  const linked = hyperlinks && address !== undefined ? hyperlink(text, address) : text;
  // An address is never broken; if it does not fit, it gets its own line with a smaller indent.
  if (isAddress && cells(head) + cells(text) > columns) {
    return [...(name === '' ? [] : [paint.faint(head.trimEnd())]), `    ${linked}`];
  }
  if (cells(head) + cells(text) <= columns) return [`${paint.faint(head)}${linked}`];
  return hang(head, text, columns).map((line, at) =>
    at === 0 ? `${paint.faint(head)}${line.slice(head.length)}` : line,
  );
}

function mark({ status }: Outcome<unknown>): string {
  return { passed: '✓', failed: '✗', unknown: '?', blocked: '–', absent: '–', skipped: '–' }[status];
}

function colour({ status }: Outcome<unknown>, paint: Paint): (text: string) => string {
  if (status === 'passed') return paint.verdict.verified;
  if (status === 'failed') return paint.verdict.rejected;
  return status === 'unknown' ? paint.verdict.inconclusive : paint.faint;
}
