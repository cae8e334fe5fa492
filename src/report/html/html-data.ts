import { checkIds } from '../../model/check.ts';
import type { Finding } from '../../model/finding.ts';
import { byCodeUnit } from '../../model/order.ts';
import { nameOf } from '../../model/package.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import type { Locked, Occurrence } from '../../model/target.ts';
import type { RenderContext } from '../renderer.ts';
import { toPlain } from '../words/escape.ts';
import { factInWords, type Json, reasonOf } from '../words/facts.ts';
import { toLinks } from '../words/links.ts';
import { expectedBy, shortRepository, toOrigin } from '../words/origin.ts';
import { placeOf } from '../words/place.ts';
import { runTroubles, turnsAway } from '../words/run.ts';
import {
  byRepository,
  changeInWords,
  checksInWords,
  logInWords,
  marks,
  sorted,
  tally,
  unmade,
  worstFirst,
} from '../words/summary.ts';
import { toUtc } from '../words/time.ts';

type JsonObject = { readonly [key: string]: Json };
/** Label, text and, where there is one, an address that is safe to link. */
type Row = readonly string[];

/** What the page draws: visible text and safe addresses, nothing else. */
export function toPageData(report: Report, context: RenderContext): JsonObject {
  const data = {
    marks: Object.fromEntries(worstFirst.map((kind) => [kind, marks[kind]])),
    titles: Object.fromEntries(checkIds.map((id) => [id, context.catalogue.get(id)?.title ?? id])),
    tally: { ...tally(report.packages) },
    packages: sorted(report.packages).map((pkg) => toPackage(pkg, context)),
    builders: toBuilders(report.packages, context),
    changes: (report.changes ?? []).map(changeInWords),
    run: { facts: runFacts(report), notes: runNotes(report), troubles: troubleRows(report, context) },
  };
  return visible(data) as JsonObject;
}

/** Every string of a value as visible text; several lines stay several lines. */
function visible(value: Json): Json {
  if (typeof value === 'string')
    return value
      .split('\n')
      .map((line) => toPlain(line, 4000))
      .join('\n');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(visible);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visible(inner)]));
}

function toPackage(pkg: PackageReport, context: RenderContext): JsonObject {
  const origin = toOrigin(pkg);
  const links = toLinks(pkg, origin, context);
  const name = nameOf(pkg.package);
  const repository = origin?.repository === undefined ? '' : shortRepository(origin.repository);
  const findings = toFindings(pkg);
  const places = pkg.occurrences.slice(0, 200).map(toPlace);
  const pages = [
    ['JSR', links.registry],
    ['transparency log', links.log],
    ['run', links.run],
    ['commit', links.commit],
    ['workflow', links.workflow],
  ] as const;
  return {
    name,
    scope: `@${pkg.package.scope}`,
    verdict: pkg.verdict.kind,
    repository,
    proven: origin !== undefined,
    time: origin?.integratedTime ?? '',
    said: saidOf(findings, repository),
    search: [
      ...[name, pkg.verdict.kind, repository, origin?.commit ?? '', origin?.logIndex ?? ''],
      ...findings.flatMap(({ id, message }) => [id, message]),
      ...pkg.occurrences.slice(0, 200).map(({ at }) => placeOf(at)),
    ].join(' '),
    findings,
    checks: checkIds.map((id) => {
      const outcome = pkg.checks[id];
      const details = 'details' in outcome ? (outcome.details ?? []).slice(0, 50) : [];
      const why = outcome.status === 'passed' ? factInWords(id, outcome) : reasonOf(outcome);
      return details.length === 0 ? [id, outcome.status, why] : [id, outcome.status, why, details];
    }),
    origin: toOriginRows(pkg, context),
    links: pages.flatMap(([label, address]) => (address === undefined ? [] : [[label, address]])),
    places,
  };
}

/** The one thing to say in a line: what is wrong, else who built it. */
function saidOf(findings: readonly PageFinding[], repository: string): string {
  return findings[0]?.message ?? repository;
}

interface PageFinding {
  readonly [key: string]: string;
  readonly id: string;
  readonly kind: string;
  readonly mark: string;
  readonly colour: string;
  readonly message: string;
}

function toFindings(pkg: PackageReport): readonly PageFinding[] {
  const { verdict, findings } = pkg;
  const gaps = verdict.kind === 'inconclusive' ? verdict.because : [];
  const because: readonly Finding[] = verdict.kind === 'rejected' ? verdict.because : [];
  const exemptions = verdict.kind === 'exempt' ? verdict.exemptions : [];
  const told = new Set(findings.map(({ id }) => id));
  return [
    ...gaps.map(({ id, why }) => ({ id, kind: 'open', mark: '?', colour: 'inconclusive', message: why })),
    ...findings.map((finding) => ({
      id: finding.id,
      ...looks(finding, because.includes(finding)),
      message: finding.message,
      ...(finding.hint === undefined ? {} : { hint: finding.hint }),
      ...(finding.at === undefined ? {} : { place: placeOf(finding.at) }),
      ...(finding.exempted === undefined
        ? {}
        : { exempted: `until ${finding.exempted.until}: ${finding.exempted.reason}` }),
    })),
    ...exemptions
      .filter(({ rule }) => !told.has(rule))
      .map(({ rule, until, reason }) => ({
        ...{ id: rule, kind: 'exempt', mark: marks.exempt, colour: 'exempt' },
        message: `exempt until ${until}: ${reason}`,
      })),
  ];
}

function looks(
  { severity, exempted }: Finding,
  rejects: boolean,
): Pick<PageFinding, 'kind' | 'mark' | 'colour'> {
  if (exempted !== undefined) return { kind: 'exempt', mark: marks.exempt, colour: 'exempt' };
  if (rejects || severity === 'error') return { kind: 'error', mark: marks.rejected, colour: 'rejected' };
  return severity === 'warning'
    ? { kind: 'warning', mark: '?', colour: 'exempt' }
    : { kind: 'note', mark: '–', colour: 'unattested' };
}

function toOriginRows(pkg: PackageReport, context: RenderContext): readonly Row[] {
  const origin = toOrigin(pkg);
  const expected: Row = ['expected by', expectedBy(pkg)];
  if (origin === undefined) return [expected];
  const links = toLinks(pkg, origin, context);
  const row = (label: string, text: string | undefined, address?: string): readonly Row[] =>
    text === undefined ? [] : [address === undefined ? [label, text] : [label, text, address]];
  return [
    ...row('repository', origin.repository && shortRepository(origin.repository), links.repository),
    ...row('repository id', origin.repositoryId),
    ...row('owner id', origin.ownerId),
    ...row('workflow', origin.workflow, links.workflow),
    ...row('signed by', origin.signer),
    ...row('ref', origin.ref),
    ...row('commit', origin.commit, links.commit),
    ...row('started by', origin.event),
    ...row('runner', origin.runner),
    ...row('issuer', origin.issuer),
    ...row('log index', origin.logIndex, links.log),
    ...row('logged at', origin.integratedTime),
    ...row('manifest', origin.manifestDigest),
    expected,
  ];
}

function toPlace({ at, locked, alias, direct, dependents, dev }: Occurrence): JsonObject {
  const notes = [
    ...(alias === undefined ? [] : [`as ${alias}`]),
    ...(direct === true ? ['asked for by the project'] : []),
    ...(dependents.length === 0 ? [] : [`through ${dependents.slice(0, 10).join(', ')}`]),
    ...(dev === true ? ['for development'] : []),
    lockNote(locked),
  ];
  return { at: placeOf(at), note: notes.join('; ') };
}

function lockNote(locked: Locked): string {
  if (locked.kind === 'nothing') return `not locked: ${locked.why}`;
  return locked.kind === 'replaced' ? `replaced: ${locked.why}` : `locked by its ${locked.kind}`;
}

function toBuilders(packages: readonly PackageReport[], context: RenderContext): readonly Json[] {
  return byRepository(packages).map((group) => {
    const origins = group.packages.flatMap((pkg) => toOrigin(pkg) ?? []);
    const each = (values: readonly (string | undefined)[]) =>
      [...new Set(values.filter((value) => value !== undefined))].toSorted(byCodeUnit).slice(0, 20);
    const [first] = group.packages;
    const link = first === undefined ? undefined : toLinks(first, toOrigin(first), context).repository;
    return {
      repository: shortRepository(group.repository),
      ...(link === undefined ? {} : { link }),
      packages: group.packages.length,
      workflows: each(origins.map(({ workflow }) => workflow)),
      runners: each(origins.map(({ runner }) => runner)),
      owners: each(origins.map(({ ownerId }) => ownerId)),
    };
  });
}

function runFacts(report: Report): readonly Row[] {
  const { trust, log, requests } = report;
  const total = Object.values(requests).reduce((sum, number) => sum + number, 0);
  const hosts = Object.entries(requests).map(([host, number]) => `${host} ${number}`);
  const heads =
    log.kind === 'not-checked' ? [] : log.logs.map(({ origin, size }) => `${origin}: ${size} entries`);
  return [
    ['trusted root', `${trust.source}, ${trust.from}`],
    ['root digest', trust.digest],
    ...(trust.refreshedAt === undefined ? [] : [['refreshed', toUtc(trust.refreshedAt) ?? 'unknown']]),
    ...(trust.expiresAt === undefined ? [] : [['expires', toUtc(trust.expiresAt) ?? 'unknown']]),
    ...(report.oldestAnswer === undefined
      ? []
      : [['registry asked', toUtc(report.oldestAnswer) ?? 'unknown']]),
    ['policy', report.policyFile ?? 'no policy file'],
    ['log', logInWords(report)],
    ...(heads.length === 0 ? [] : [['log heads', heads.join('; ')]]),
    ...unmade(report.packages)
      .slice(0, 30)
      .map(({ status, why, checks }) => [
        { skipped: 'not checked', unknown: 'incomplete', blocked: 'not reached' }[status],
        `${checksInWords(checks, report.packages.length)}: ${why}`,
      ]),
    ['requests', [`${total}`, ...hosts].join(', ')],
  ];
}

/** Evidence that must be shown as it is, line for line. */
function runNotes({ log }: Report): readonly Row[] {
  if (log.kind !== 'forked') return [];
  return [
    ['Older checkpoint', log.fork.older],
    ['Newer checkpoint', log.fork.newer],
    ['Consistency proof', log.fork.proof.join('\n')],
  ];
}

function troubleRows(report: Report, context: RenderContext): readonly Row[] {
  const { unresolved, findings, trust, unusedExemptions } = report;
  return [
    ...runTroubles(report, context).map(({ as, short, text, hint }) => [
      ...(as === 'rejected' ? ['✗', 'rejected'] : ['?', 'inconclusive']),
      `${short}: ${text}`,
      hint ?? '',
    ]),
    ...unresolved.map(({ spec, reason, hint }) => ['✗', 'rejected', `${spec}: ${reason}`, hint ?? '']),
    ...findings.map((finding) => [
      ...(turnsAway(finding, context) ? ['✗', 'rejected'] : ['?', 'exempt']),
      `${finding.id}: ${finding.message}${finding.at === undefined ? '' : ` (${placeOf(finding.at)})`}`,
      finding.hint ?? '',
    ]),
    ...trust.warnings.map((warning) => ['?', 'exempt', `trust: ${warning}`]),
    ...unusedExemptions.map(({ rule, package: name, until }) => [
      '–',
      'unattested',
      `the exemption from ${rule} for ${name} until ${until} was not needed`,
    ]),
  ];
}
