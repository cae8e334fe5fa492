import { type CheckId, checkIds, type Outcome } from '../../model/check.ts';
import type { Finding, VerdictKind } from '../../model/finding.ts';
import { nameOf } from '../../model/package.ts';
import type { PackageReport } from '../../model/report.ts';
import type { Locked, Occurrence } from '../../model/target.ts';
import type { RenderContext } from '../renderer.ts';
import { toFragment } from '../words/escape.ts';
import { factInWords, reasonOf } from '../words/facts.ts';
import { toLinks } from '../words/links.ts';
import { expectedBy, type Origin, shortRepository, toOrigin } from '../words/origin.ts';
import { placeOf } from '../words/place.ts';
import { isWarned, marks } from '../words/summary.ts';
import { chainInWords, drawChain, toChain } from './chain.ts';
import { description, lines, link, type Markup, markup, type Part, prose } from './markup.ts';

/** How a package stands in its list. */
export interface RowOptions {
  /** Unique in the page: the number of the row. */
  readonly at: number;
  /** Whether everything about it can be opened; else it is one line with links. */
  readonly detailed: boolean;
  /** Whether it is open from the start. */
  readonly open: boolean;
  /** Level of the headings in the details. */
  readonly level: 3 | 4;
}

/** One package of a list. The `data-` attributes are what the script filters and sorts by. */
export function packageRow(pkg: PackageReport, options: RowOptions, context: RenderContext): Markup {
  const name = nameOf(pkg.package);
  const origin = toOrigin(pkg);
  const data = markup`id="${name}" data-verdict="${pkg.verdict.kind}" data-repository="${origin?.repository && shortRepository(origin.repository)}" data-time="${origin?.integratedTime}"`;
  const head = rowHead(pkg, name, said(pkg, origin, options.detailed ? undefined : context));
  if (!options.detailed) return markup`<li ${data}><div class="row">${head}</div></li>\n`;
  return markup`<li ${data}><details${options.open && markup` open`}><summary class="row">${head}</summary>${packageDetail(pkg, options, context)}</details></li>\n`;
}

function rowHead(pkg: PackageReport, name: string, words: Markup): Markup {
  const { kind } = pkg.verdict;
  const cut = name.lastIndexOf('@') > 0 ? name.lastIndexOf('@') : name.length;
  const warned = isWarned(pkg);
  return markup`<span class="mark ${warned ? 'exempt' : kind}" aria-hidden="true">${marks[kind]}</span> <b class="name">${name.slice(0, cut)}<span class="version">${name.slice(cut)}</span></b> ${words} <b class="verdict ${warned ? 'exempt' : kind}">${kind}${warned && ', with warnings'}</b>`;
}

/** The one thing to say in the row: what was found first, else what it was built from, with links where details are missing. */
function said(pkg: PackageReport, origin: Origin | undefined, linked: RenderContext | undefined): Markup {
  const [first, ...others] = toFindings(pkg);
  if (first !== undefined) {
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    return markup`<span class="said found">${prose(abbreviated(first.message))}${more}</span>`;
  }
  if (origin === undefined) return markup`<span class="said"></span>`;
  const commit = origin.commit?.slice(0, 8);
  const ref = origin.ref?.replace(/^refs\/(?:heads|tags)\//, '');
  if (linked === undefined) return markup`<span class="said">${joined([ref, commit], ' · ')}</span>`;
  const links = toLinks(pkg, origin, linked);
  const pages = [commit && link(commit, links.commit), link('JSR', links.registry), link('log', links.log)];
  return markup`<span class="said">${joined([ref, ...pages], ' · ')}</span>`;
}

/** Digests by how they begin: a row has no room for more, and the details have all of it. */
function abbreviated(text: string): string {
  return text.replace(/\b([0-9a-f]{12})[0-9a-f]{28,}\b/g, '$1…');
}

function packageDetail(pkg: PackageReport, { at, level }: RowOptions, context: RenderContext): Markup {
  const chain = toChain(pkg, context);
  const part = (title: string, content: Markup) =>
    markup`<section>${level === 3 ? markup`<h3>${title}</h3>` : markup`<h4>${title}</h4>`}${content}</section>`;
  const findings = toFindings(pkg);
  const places = pkg.occurrences.slice(0, 200);
  const proven = toOrigin(pkg) !== undefined;
  return markup`<div class="detail">
<figure>${drawChain(pkg, chain, `c${at}`)}<figcaption${chain.some(({ state }) => state === 'broken') && markup` class="broken"`}>${prose(chainInWords(chain))}.</figcaption></figure>
<div>
${findings.length > 0 && part('What was found', markup`<ul data-search>${findings.map(findingItem)}</ul>`)}
${part('Checks', markup`<ul>${checkIds.map((id) => checkItem(id, pkg.checks[id], context))}</ul>`)}
</div>
<div>
${part(proven ? 'Built by' : 'Who built it is not proven', originPart(pkg, context))}
${places.length > 0 && part('Found in', markup`<ul data-search>${places.map(placeItem)}</ul>`)}
</div>
</div>`;
}

interface PackageFinding {
  readonly id: string;
  readonly kind: string;
  readonly mark: string;
  readonly colour: VerdictKind;
  readonly message: string;
  /** The files or values that differ, as the check with this id tells them. */
  readonly details: readonly string[];
  readonly place?: string;
  readonly hint?: string;
  readonly exempted?: string;
}

function toFindings(pkg: PackageReport): readonly PackageFinding[] {
  const { verdict, findings } = pkg;
  const gaps = verdict.kind === 'inconclusive' ? verdict.because : [];
  const because = new Set<Finding>(verdict.kind === 'rejected' ? verdict.because : []);
  const exemptions = verdict.kind === 'exempt' ? verdict.exemptions : [];
  const told = new Set(findings.map(({ id }) => id));
  return [
    ...gaps.map(({ id, why }) => ({
      ...{ id, kind: 'could not be checked', mark: marks.inconclusive, colour: 'inconclusive' as const },
      message: why,
      details: detailsOf(pkg, id),
    })),
    ...findings.map((finding) => ({
      id: finding.id,
      ...looks(finding, because.has(finding)),
      message: finding.message,
      details: detailsOf(pkg, finding.id),
      ...(finding.hint !== undefined && { hint: finding.hint }),
      ...(finding.at !== undefined && { place: placeOf(finding.at) }),
      ...(finding.exempted !== undefined && {
        exempted: `until ${finding.exempted.until}: ${finding.exempted.reason}`,
      }),
    })),
    ...exemptions
      .filter(({ rule }) => !told.has(rule))
      .map(({ rule, until, reason }) => ({
        ...{ id: rule, kind: 'exempt', mark: marks.exempt, colour: 'exempt' as const, details: [] },
        message: `exempt until ${until}: ${reason}`,
      })),
  ];
}

function detailsOf({ checks }: PackageReport, id: string): readonly string[] {
  const outcome = (checks as Readonly<Record<string, Outcome<unknown> | undefined>>)[id];
  return outcome !== undefined && 'details' in outcome ? (outcome.details ?? []).slice(0, 50) : [];
}

function looks(
  { severity, exempted }: Finding,
  rejects: boolean,
): Pick<PackageFinding, 'kind' | 'mark' | 'colour'> {
  if (exempted !== undefined) return { kind: 'exempt', mark: marks.exempt, colour: 'exempt' };
  if (rejects || severity === 'error') return { kind: 'error', mark: marks.rejected, colour: 'rejected' };
  return severity === 'warning'
    ? { kind: 'warning', mark: '!', colour: 'exempt' }
    : { kind: 'note', mark: '–', colour: 'unattested' };
}

function findingItem({
  id,
  kind,
  mark,
  colour,
  message,
  details,
  place,
  hint,
  exempted,
}: PackageFinding): Markup {
  return item(
    mark,
    colour,
    markup`<span class="hidden">${kind}: </span>${prose(message)} <code class="tag">${id}</code>${[
      details.length > 0 && markup`<span class="more">${lines(details)}</span>`,
      place && markup` <span class="hint">at ${place}</span>`,
      exempted && markup` <span class="hint">exempt ${exempted}</span>`,
      hint && markup` <span class="hint">${prose(hint)}</span>`,
    ]}`,
  );
}

const statusMarks = {
  passed: '✓',
  failed: '✗',
  unknown: '?',
  blocked: '–',
  absent: '–',
  skipped: '–',
} as const;

/** What did not pass is never told in the words of what it would have proved. */
const statusInWords = {
  failed: 'failed',
  unknown: 'could not be checked',
  blocked: 'not reached',
  absent: 'there is none',
  skipped: 'not checked',
} as const;

function checkItem(id: CheckId, outcome: Outcome<unknown>, { catalogue }: RenderContext): Markup {
  const { status } = outcome;
  const sign = statusMarks[status];
  if (status === 'passed') {
    // The outcome is that of this very check; the compiler cannot follow the index.
    const fact = factInWords(id, outcome as Parameters<typeof factInWords<typeof id>>[1]);
    const words = [catalogue.get(id)?.title ?? 'passed', ...(fact === '' ? [] : [`(${fact})`])].join(' ');
    return item(
      sign,
      'verified',
      markup`<code class="tag">${id}</code> <span class="hidden">passed: </span>${prose(words)}`,
    );
  }
  const colour = status === 'failed' ? 'rejected' : status === 'unknown' ? 'inconclusive' : 'unattested';
  return item(
    sign,
    colour,
    markup`<code class="tag">${id}</code> ${statusInWords[status]}: ${prose(reasonOf(outcome))}`,
  );
}

function originPart(pkg: PackageReport, context: RenderContext): Markup {
  const origin = toOrigin(pkg);
  const links = toLinks(pkg, origin, context);
  const row = (
    label: string,
    text: string | undefined,
    address?: string,
  ): readonly (readonly [string, Part])[] =>
    text === undefined ? [] : [[label, link(prose(text), address)]];
  const pages = [link('JSR', links.registry), origin?.run !== undefined && link('run', links.run)];
  const rows = [
    ...row('repository', origin?.repository && shortRepository(origin.repository), links.repository),
    ...row('repository id', origin?.repositoryId),
    ...row('owner id', origin?.ownerId),
    ...row('workflow', origin?.workflow, links.workflow),
    ...row('signed by', origin?.signer),
    ...row('ref', origin?.ref),
    ...row('commit', origin?.commit, links.commit),
    ...row('started by', origin?.event),
    ...row('runner', origin?.runner),
    ...row('issuer', origin?.issuer),
    ...row('log index', origin?.logIndex, links.log),
    ...row('logged at', origin?.integratedTime),
    ...row('manifest', origin?.manifestDigest),
    ...row('expected by', expectedBy(pkg)),
  ];
  return markup`${description(rows)}<p class="links">${joined([...pages, markup`<a href="#${toFragment(nameOf(pkg.package))}">link to this package</a>`], ' ')}</p>`;
}

function placeItem({ at, locked, alias, direct, dependents, dev }: Occurrence): Markup {
  const notes = [
    ...(alias === undefined ? [] : [`as ${alias}`]),
    ...(direct === true ? ['asked for by the project'] : []),
    ...(dependents.length === 0 ? [] : [`through ${dependents.slice(0, 10).join(', ')}`]),
    ...(dev === true ? ['for development'] : []),
    lockNote(locked),
  ];
  return item('·', 'unattested', markup`${placeOf(at)} <span class="hint">${notes.join('; ')}</span>`);
}

function lockNote(locked: Locked): string {
  if (locked.kind === 'nothing') return `not locked: ${locked.why}`;
  return locked.kind === 'replaced' ? `replaced: ${locked.why}` : `locked by its ${locked.kind}`;
}

/** An item of a list with a mark in front, whose meaning is also told in words. */
export function item(mark: string, colour: VerdictKind, content: Markup): Markup {
  return markup`<li><span class="mark ${colour}" aria-hidden="true">${mark}</span> <span>${content}</span></li>`;
}

/** What is there, with something between. */
export function joined(parts: readonly Part[], between: string): Markup {
  const there = parts.filter((part) => part !== undefined && part !== false && part !== '');
  return markup`${there.map((part, at) => [at > 0 && between, part])}`;
}
