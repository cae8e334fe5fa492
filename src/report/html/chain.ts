import { type CheckId, checkIds, type Outcome } from '../../model/check.ts';
import type { VerdictKind } from '../../model/finding.ts';
import { nameOf } from '../../model/package.ts';
import type { PackageReport } from '../../model/report.ts';
import type { RenderContext } from '../renderer.ts';
import { reasonOf } from '../words/facts.ts';
import { cells } from '../words/lines.ts';
import { shortRepository, toOrigin } from '../words/origin.ts';
import { placeOf } from '../words/place.ts';
import { type Markup, markup } from './markup.ts';

/**
 * What became of one link of the chain.
 *
 * - `held`: every check of it passed.
 * - `broken`: a check failed, or a rule rejects the package because of it.
 * - `open`: it could not be checked.
 * - `missing`: there is none, and the policy allows that.
 * - `unreached`: nothing was checked, mostly because an earlier link did not hold.
 */
export type LinkState = 'held' | 'broken' | 'open' | 'missing' | 'unreached';

/** One link of the chain from what is installed to who built it. */
export interface ChainLink {
  readonly title: string;
  /** What is known of it, in a few words; a second line where two things are. */
  readonly values: readonly string[];
  readonly state: LinkState;
  /** Why it is not `held`. */
  readonly why?: string;
}

const stateInWords: Readonly<Record<LinkState, string>> = {
  held: 'holds',
  broken: 'breaks here',
  open: 'undecided',
  missing: 'there is none',
  unreached: 'not checked',
};

/** Rules about a link that is not the last one; every other rule is about who built the package. */
const linkOfRule: Readonly<Record<string, LinkName>> = {
  'require-provenance': 'statement',
  'provenance-lost': 'statement',
  yanked: 'registry',
  'foreign-registry': 'registry',
  'underived-declarations': 'registry',
  'digest-changed': 'project',
  'late-attestation': 'log',
  'attested-before-checked': 'log',
};

type LinkName = 'project' | 'registry' | 'manifest' | 'statement' | 'certificate' | 'log' | 'source';

/** The chain of one package: project, registry, manifest, statement, certificate, log, repository and commit. */
export function toChain(pkg: PackageReport, context: Pick<RenderContext, 'links'>): readonly ChainLink[] {
  const { checks } = pkg;
  const link = (name: LinkName, title: string, values: readonly string[], made: Judged): ChainLink => {
    const { state, why } = ruled(pkg, name, made);
    // Of a builder that a rule rejects, the reader wants to know who it is.
    const known = state === 'held' ? values : name === 'source' ? values.slice(0, 1) : [];
    return {
      title,
      values: state === 'held' ? known : [stateInWords[state], ...known],
      state,
      ...(why && { why }),
    };
  };
  const of = (...ids: readonly CheckId[]): Judged => worst(pkg, ids);
  const origin = toOrigin(pkg);
  const { manifest, certificate, inclusion } = checks;
  const place = pkg.occurrences[0]?.at;
  return [
    ...(place === undefined ? [] : [link('project', 'Project', [placeOf(place)], project(pkg, of))]),
    link('registry', 'Registry', [hostOf(context.links.registry)], registry(pkg, of)),
    link(
      'manifest',
      'Manifest',
      manifest.status === 'passed' ? [`sha256 ${manifest.fact.digest.slice(0, 8)}…`] : [],
      manifest.status === 'passed' || manifest.status === 'failed'
        ? of('manifest', ...(checks.lockfile.status === 'failed' ? (['lockfile'] as const) : []))
        : { state: 'unreached' },
    ),
    link(
      'statement',
      'Statement',
      ['SLSA provenance'],
      of('bundle', 'signature', 'statement', 'subject', 'claims'),
    ),
    link(
      'certificate',
      'Certificate',
      certificate.status === 'passed' ? [issuerInWords(certificate.fact.identity.issuer)] : [],
      of('certificate'),
    ),
    link(
      'log',
      'Log',
      inclusion.status === 'passed' ? [`entry ${inclusion.fact.logIndex}`] : [],
      of('inclusion'),
    ),
    link(
      'source',
      'Repository and commit',
      origin === undefined
        ? []
        : [
            origin.repository === undefined ? hostOf(origin.issuer) : shortRepository(origin.repository),
            ...(origin.commit === undefined ? [] : [origin.commit.slice(0, 8)]),
          ],
      { state: origin === undefined ? 'unreached' : 'held' },
    ),
  ];
}

/** The chain in one sentence: where it breaks and why, or that it holds. */
export function chainInWords(chain: readonly ChainLink[]): string {
  const broken =
    chain.find(({ state }) => state === 'broken') ??
    chain.find(({ state }) => state === 'missing') ??
    chain.find(({ state }) => state === 'open');
  if (broken === undefined) {
    const last = chain.at(-1);
    return last?.state === 'held'
      ? `Every link holds, from the registry to ${last.values.join(' at ')}`
      : 'No link was followed to its end';
  }
  const { state, why } = broken;
  const title = broken.title.toLowerCase();
  const because = why === undefined ? '' : `: ${why}`;
  if (state === 'broken') return `The chain breaks at the ${title}${because}`;
  if (state === 'missing') return `The chain ends at the ${title}${because}`;
  return `The chain could not be followed at the ${title}${because}`;
}

const step = 140;

/** The chain as a picture; `id` is unique in the page. Without a style sheet it is drawn in one row. */
export function drawChain(pkg: PackageReport, chain: readonly ChainLink[], id: string): Markup {
  const about = chain.map(
    ({ title, values, state }) =>
      `${title}: ${(state === 'held' ? ['holds', ...values] : values).join(', ')}`,
  );
  return markup`<svg class="chain of${chain.length}" role="img" aria-labelledby="${id}t ${id}d" width="${chain.length * step + 40}" height="88" font-size="13" fill="currentColor"><title id="${id}t">Chain of evidence of ${nameOf(pkg.package)}</title><desc id="${id}d">${about.join('. ')}.</desc>${chain.map(drawLink)}</svg>`;
}

function drawLink({ title, values, state }: ChainLink, at: number): Markup {
  const broken = state === 'broken';
  const line =
    at > 0 &&
    markup`<g class="line ${state}" color="${colours[state]}" stroke="currentColor" stroke-width="2"${broken && markup` stroke-dasharray="5 5"`}><path class="wide" d="M${27 - step} 14H-5"/><path class="narrow" d="M11-24V-2" display="none"/></g>`;
  return markup`<g class="link l${at}" transform="translate(${at * step})">${line}<use href="#${state}" class="${state}" color="${colours[state]}"/><g class="label" transform="translate(1 46)"><text class="strong">${shorten(title, 21)}</text>${values.map(
    (value, row) =>
      markup`<text class="${broken ? 'value broken' : 'value'}" y="${18 * (row + 1)}">${shorten(value, 19)}</text>`,
  )}</g></g>`;
}

/** Colours for a page whose style sheet is not allowed; with it, those of the colour scheme count. */
const colours: Readonly<Record<LinkState, string>> = {
  held: '#2a8f5c',
  broken: '#d33f38',
  open: '#8a5ab5',
  missing: '#8a8982',
  unreached: '#8a8982',
};

/** The shapes that every chain uses, drawn once. */
export const chainShapes: Markup = markup`<div hidden><svg><symbol id="held" overflow="visible"><circle cx="11" cy="14" r="11" fill="currentColor"/><path class="cut" d="M6 14.5l3.4 3.4L16 11" fill="none" stroke="#fff" stroke-width="2.2"/></symbol><symbol id="broken" overflow="visible"><circle cx="11" cy="14" r="11" fill="currentColor"/><path class="cut" d="M7 10l8 8m0-8l-8 8" fill="none" stroke="#fff" stroke-width="2.2"/></symbol><symbol id="open" overflow="visible"><circle cx="11" cy="14" r="10" fill="none" stroke="currentColor" stroke-width="2"/><path d="M8 12c0-4 6.2-4 6.2-.4 0 2.4-3.1 2.3-3.1 4.6m0 2.4v1.2" fill="none" stroke="currentColor" stroke-width="2"/></symbol><symbol id="missing" overflow="visible"><circle cx="11" cy="14" r="10" fill="none" stroke="currentColor" stroke-width="2"/><path d="M7 14h8" stroke="currentColor" stroke-width="2"/></symbol><symbol id="unreached" overflow="visible"><circle cx="11" cy="14" r="10" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3 3"/></symbol></svg></div>`;

const sealOf = {
  rejected: 'broken',
  inconclusive: 'open',
  exempt: 'missing',
  unattested: 'missing',
  verified: 'held',
} as const satisfies Readonly<Record<VerdictKind, LinkState>>;

/** The mark of a verdict as a picture; the words beside it say the same. */
export function drawSeal(verdict: VerdictKind): Markup {
  const shape = sealOf[verdict];
  return markup`<svg class="seal ${verdict}" aria-hidden="true" width="34" height="34" viewBox="0 3 22 22" color="${colours[shape]}"><use href="#${shape}"/></svg> `;
}

interface Judged {
  readonly state: LinkState;
  readonly why?: string;
}

/**
 * The project holds what it installed, and the lockfile; that the manifest is another one than it locks is said of the
 * manifest.
 */
function project({ checks }: PackageReport, of: (...ids: readonly CheckId[]) => Judged): Judged {
  const installed = of('installed');
  if (installed.state === 'broken' || installed.state === 'open') return installed;
  const isLocked = checks.lockfile.status === 'passed' || checks.lockfile.status === 'failed';
  return { state: isLocked ? 'held' : 'unreached' };
}

/** The registry answers for the manifest and for the files; that it did not answer is said of it alone. */
function registry(pkg: PackageReport, of: (...ids: readonly CheckId[]) => Judged): Judged {
  const { manifest } = pkg.checks;
  if (manifest.status === 'passed' && manifest.fact.source === 'locked')
    return { state: 'open', why: 'it did not answer; the digest is the one in the lockfile' };
  if (manifest.status === 'unknown' || manifest.status === 'absent') return of('manifest');
  const made = of('files', 'tarball');
  // It served the manifest; that its files were not asked for takes nothing from that.
  return made.state === 'unreached' && manifest.status === 'passed' ? { state: 'held' } : made;
}

/** A rule that rejects the package breaks the link that it is about. */
function ruled({ verdict }: PackageReport, name: LinkName, made: Judged): Judged {
  if (verdict.kind !== 'rejected' || made.state === 'broken') return made;
  if (name === 'source' && made.state !== 'held') return made;
  const rule = verdict.because.find(
    ({ id }) => !(checkIds as readonly string[]).includes(id) && (linkOfRule[id] ?? 'source') === name,
  );
  return rule === undefined ? made : { state: 'broken', why: rule.message };
}

/** The worst outcome of some checks; those that were skipped say nothing. */
function worst({ checks }: PackageReport, ids: readonly CheckId[]): Judged {
  const outcomes = ids.map((id): Outcome<unknown> => checks[id]);
  for (const [status, state] of [
    ['failed', 'broken'],
    ['absent', 'missing'],
    ['unknown', 'open'],
    ['blocked', 'unreached'],
  ] as const) {
    const found = outcomes.find((outcome) => outcome.status === status);
    if (found !== undefined) return { state, why: reasonOf(found) };
  }
  return { state: outcomes.some(({ status }) => status === 'passed') ? 'held' : 'unreached' };
}

function issuerInWords(issuer: string): string {
  return issuer === 'https://token.actions.githubusercontent.com' ? 'GitHub Actions' : hostOf(issuer);
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : address;
}

/** The text in at most so many cells, cut with `…`: text in a picture does not wrap. */
export function shorten(text: string, width: number): string {
  if (cells(text) <= width) return text;
  let short = '';
  for (const char of text.slice(0, width * 4)) {
    if (cells(short + char) >= width) break;
    short += char;
  }
  return `${short}…`;
}
