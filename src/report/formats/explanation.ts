import { Chalk } from 'chalk';
import { checkIds } from '../../model/check.ts';
import type { Finding } from '../../model/finding.ts';
import { nameOf } from '../../model/package.ts';
import type { PackageReport } from '../../model/report.ts';
import type { CatalogueEntry, RenderContext } from '../renderer.ts';
import { toTerminal } from '../words/escape.ts';
import { factInWords, reasonOf } from '../words/facts.ts';
import { hang } from '../words/lines.ts';
import { expectedBy, shortRepository, toOrigin } from '../words/origin.ts';
import { marks } from '../words/summary.ts';

// Who could falsify a rule's input depends on where it comes from.
const byRegistry: ReadonlySet<string> = new Set([
  'yanked',
  'linked-repository',
  'late-attestation',
  'attested-before-checked',
  'recovered-provenance',
  'require-provenance',
]);
const byLockfile: ReadonlySet<string> = new Set(['unpinned', 'foreign-registry']);

/**
 * Every check and rule of one package in order: expected value, actual value, who could forge it, and a policy entry
 * to copy.
 */
export function explainPackage(pkg: PackageReport, context: RenderContext): string {
  const chalk = new Chalk({ level: context.color ? 1 : 0 });
  const entries = [...context.catalogue.values()];
  const lines = [
    `${marks[pkg.verdict.kind]} ${chalk.bold(toTerminal(nameOf(pkg.package)))}  ${pkg.verdict.kind}`,
    ...row('expected by', expectedBy(pkg), context),
    '',
    chalk.bold('checks'),
    ...checkIds.flatMap((id) => {
      const outcome = pkg.checks[id];
      const about = context.catalogue.get(id);
      const seen =
        outcome.status === 'passed'
          ? factInWords(id, outcome) || 'as expected'
          : `${outcome.status}: ${reasonOf(outcome)}`;
      const details = 'details' in outcome ? (outcome.details ?? []) : [];
      return [
        `${markOf(outcome.status)} ${id}: ${about?.title ?? ''}`,
        ...row('expected', about?.expected, context),
        ...row('seen', seen, context),
        ...details.flatMap((detail) => row('', detail, context)),
        ...row('forgeable by', about?.forgeable, context),
        ...(outcome.status === 'failed' || outcome.status === 'unknown'
          ? row('what to do', about?.fix, context)
          : []),
      ];
    }),
    '',
    chalk.bold('rules'),
    ...entries.filter(({ kind }) => kind === 'rule').flatMap((rule) => ruleLines(rule, pkg, context)),
    ...stanza(pkg),
  ];
  return `${lines.join('\n')}\n`;
}

/** Everything that can be explained by its id, with its title, checks before rules. */
export function listTopics(topics: readonly CatalogueEntry[], columns: number): string {
  const widest = Math.max(...topics.map(({ id }) => id.length));
  const group = (title: string, kind: CatalogueEntry['kind']) => [
    title,
    ...topics
      .filter((topic) => topic.kind === kind)
      .flatMap((topic) => hang(`  ${topic.id.padEnd(widest)}  `, topic.title, columns)),
  ];
  const more = 'jsr-verify explain <id>, or a package such as @std/path';
  return `${[...group('checks', 'check'), '', ...group('rules', 'rule'), '', more].join('\n')}\n`;
}

/** A check or a rule alone: its docs page, or a summary if the docs are not part of the program. */
export function explainTopic(
  { id, kind, title, why, fix, expected, forgeable }: CatalogueEntry,
  docs: string | undefined,
): string {
  if (docs !== undefined) return docs.endsWith('\n') ? docs : `${docs}\n`;
  const parts = [
    [`# ${id}: ${title}`],
    [why],
    expected === undefined ? [] : [`**Passes with:** ${expected}.`],
    forgeable === undefined ? [] : [`**Could be forged by:** ${forgeable}.`],
    [`**What to do:** ${fix}`],
    kind === 'check' ? ['Checks cannot be switched off or exempted.'] : [],
  ];
  return `${parts.flat().join('\n\n')}\n`;
}

function ruleLines(
  { id, title }: CatalogueEntry,
  pkg: PackageReport,
  context: RenderContext,
): readonly string[] {
  const findings = pkg.findings.filter((finding) => finding.id === id);
  // A rule without findings may be off or not apply; the report cannot tell which.
  if (findings.length === 0) return [`– ${id}: nothing to report`];
  return findings.flatMap((finding) => [
    `${severityMark(finding)} ${id}: ${title}`,
    ...row('seen', `${finding.severity}: ${finding.message}`, context),
    ...row(
      'exempt',
      finding.exempted && `until ${finding.exempted.until}: ${finding.exempted.reason}`,
      context,
    ),
    ...row('forgeable by', forgers(id), context),
    ...row('what to do', finding.hint, context),
  ]);
}

function forgers(id: string): string {
  if (byRegistry.has(id)) return 'the registry: its claims are compared with the certificate where possible';
  if (byLockfile.has(id)) return 'anyone who can change the lockfile';
  return 'not the workflow itself: the values come from the certificate, as GitHub stated them';
}

/** A flag and a policy entry that expect exactly this publisher. */
function stanza({ package: { scope, name }, provenance, ...pkg }: PackageReport): readonly string[] {
  const origin = toOrigin({ ...(provenance && { provenance }) });
  if (origin?.repository === undefined || pkg.verdict.kind === 'inconclusive') return [];
  const repository = toTerminal(shortRepository(origin.repository));
  const entry = {
    repository,
    ...(origin.repositoryId !== undefined && { repositoryId: origin.repositoryId }),
  };
  return [
    '',
    'to expect this builder from now on:',
    `  jsr-verify @${scope}/${name} --repo ${repository}`,
    ...JSON.stringify({ packages: { [`@${scope}/${name}`]: entry } }, null, 2)
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

function row(label: string, text: string | undefined, { columns }: RenderContext): readonly string[] {
  return text === undefined || text === '' ? [] : hang(`    ${label.padEnd(14)}`, toTerminal(text), columns);
}

function markOf(status: string): string {
  return status === 'passed' ? '✓' : status === 'failed' ? '✗' : status === 'unknown' ? '?' : '–';
}

function severityMark({ severity, exempted }: Finding): string {
  if (exempted !== undefined) return '~';
  return severity === 'error' ? '✗' : severity === 'warning' ? '?' : '–';
}
