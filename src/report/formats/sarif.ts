import { createHash } from 'node:crypto';
import type { Finding } from '../../model/finding.ts';
import { nameOf } from '../../model/package.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import type { Place } from '../../model/target.ts';
import type { CatalogueEntry, RenderContext, Renderer } from '../renderer.ts';
import { toJson, toPlain } from '../words/escape.ts';
import type { Json } from '../words/facts.ts';
import { runTroubles, turnsAway } from '../words/run.ts';
import { logInWords, runInWords, sorted, tally } from '../words/summary.ts';
import { toUtc } from '../words/time.ts';

type JsonObject = { readonly [key: string]: Json };

/** SARIF 2.1.0: one rule per check and rule, one result per finding and lockfile; verified packages are no results. */
export const sarif: Renderer = {
  render(report, context) {
    const problems = sorted(report.packages).flatMap(problemsOf).concat(runProblems(report, context));
    const rules = rulesOf(problems, context);
    const log = {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: { name: 'jsr-verify', semanticVersion: context.toolVersion, rules: [...rules.values()] },
          },
          invocations: [invocationOf(report, context)],
          results: problems.flatMap((problem) => resultsOf(problem, [...rules.keys()].indexOf(problem.id))),
          columnKind: 'utf16CodeUnits',
          properties: { ...tally(report.packages), depth: report.depth },
        },
      ],
    };
    return `${toJson(log, 2)}\n`;
  },
};

/** Something to say, about a package or about the run. */
interface Problem extends Pick<Finding, 'id' | 'exempted'> {
  readonly level: 'error' | 'warning' | 'note';
  readonly text: string;
  readonly about?: PackageReport;
  readonly places: readonly Place[];
}

function problemsOf(pkg: PackageReport): readonly Problem[] {
  const places = pkg.occurrences.map(({ at }) => at);
  const gaps = pkg.verdict.kind === 'inconclusive' ? pkg.verdict.because : [];
  const name = nameOf(pkg.package);
  return [
    ...pkg.findings.map((finding) => ({
      ...toProblem(finding, `${name}: `),
      about: pkg,
      places: finding.at === undefined ? places : [finding.at],
    })),
    ...gaps.map(({ id, why }) => ({
      id,
      level: 'warning' as const,
      text: `${name}: could not be decided: ${why}`,
      about: pkg,
      places,
    })),
  ];
}

function runProblems(report: Report, context: RenderContext): readonly Problem[] {
  // Code scanning takes results only, and only with a place: what rejects the whole run is shown where its first
  // package stands.
  const [place] = report.packages.flatMap(({ occurrences }) => occurrences.map(({ at }) => at));
  return [
    ...runTroubles(report, context)
      .filter(({ as }) => as === 'rejected')
      .map(({ id, short, text }) => ({
        id,
        level: 'error' as const,
        text: `${short}: ${text}`,
        places: place === undefined ? [] : [place],
      })),
    ...report.findings.map((finding) => ({
      ...toProblem(finding, ''),
      ...(turnsAway(finding, context) && { level: 'error' as const }),
    })),
  ];
}

function toProblem(finding: Finding, prefix: string): Problem {
  const { id, severity, message, hint, at, exempted } = finding;
  return {
    id,
    level: severity,
    text: `${prefix}${message}${hint === undefined ? '' : `. Hint: ${hint}`}`,
    places: at === undefined ? [] : [at],
    ...(exempted === undefined ? {} : { exempted }),
  };
}

/** One result per lockfile: code scanning shows the first location only. */
function resultsOf(problem: Problem, ruleIndex: number): readonly JsonObject[] {
  const files = [...new Set(problem.places.map(({ file }) => file))];
  const result = (file: string | undefined): JsonObject => {
    const [first, ...others] = problem.places.filter((place) => place.file === file);
    const logical =
      problem.about === undefined
        ? {}
        : { logicalLocations: [{ fullyQualifiedName: problem.about.purl, kind: 'package' }] };
    return {
      ruleId: problem.id,
      ruleIndex,
      level: problem.level,
      message: { text: toMessage(problem.text) },
      locations: [{ ...(first === undefined ? {} : toLocation(first)), ...logical }],
      ...(others.length === 0
        ? {}
        : {
            relatedLocations: others.slice(0, 100).map((place, at) => ({ id: at + 1, ...toLocation(place) })),
          }),
      partialFingerprints: { 'jsrVerify/v1': fingerprint(problem, file) },
      ...(problem.exempted === undefined ? {} : { suppressions: [toSuppression(problem.exempted)] }),
    };
  };
  return files.length === 0 ? [result(undefined)] : files.map(result);
}

/** The same finding keeps its fingerprint when the lockfile grows above it: no line goes in. */
function fingerprint({ id, about, text }: Problem, file: string | undefined): string {
  const parts = [id, about?.purl ?? text, file ?? ''];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function toSuppression({ reason, until }: NonNullable<Finding['exempted']>): JsonObject {
  return { kind: 'external', status: 'accepted', justification: toPlain(`until ${until}: ${reason}`) };
}

function toLocation({ file, line, column }: Place): JsonObject {
  const region = {
    startLine: Math.max(1, line),
    ...(column === undefined ? {} : { startColumn: Math.max(1, column) }),
  };
  return { physicalLocation: { artifactLocation: { uri: toUri(file) }, region } };
}

/** A path as a URI reference: relative ones stay relative to the root of the sources. */
function toUri(file: string): string {
  const path = toPlain(file).replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  if (/^[A-Za-z]%3A\//.test(path)) return `file:///${path.replace('%3A', ':')}`;
  return path.startsWith('/') ? `file://${path.replace(/^\/+/, '/')}` : path;
}

/** Plain text in which square brackets would begin a link (SARIF 3.11.6). */
function toMessage(text: string): string {
  return toPlain(text).replace(/[\\[\]]/g, (char) => `\\${char}`);
}

/** Every check and rule there is, in the order of the catalogue, and whatever else was found by name only. */
function rulesOf(
  problems: readonly Problem[],
  { catalogue }: RenderContext,
): ReadonlyMap<string, JsonObject> {
  const rules = new Map([...catalogue].map(([id, entry]) => [id, toRule(entry)]));
  for (const { id } of problems) if (!rules.has(id)) rules.set(id, { id });
  return rules;
}

function toRule({ id, kind, title, why, fix }: CatalogueEntry): JsonObject {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: {
      text: `${title}\n\n${why}\n\n${fix}`,
      markdown: `**${title}**\n\n${why}\n\n**What to do**\n\n${fix}`,
    },
    ...(kind === 'check' ? { defaultConfiguration: { level: 'error' } } : {}),
    properties: {
      tags: ['security', 'supply-chain', kind],
      // A failed check means bytes or signatures that do not hold; how bad a broken rule is, its project decides.
      ...(kind === 'check' ? { 'security-severity': '9.0' } : {}),
    },
  };
}

function invocationOf(report: Report, context: RenderContext): JsonObject {
  const troubles = runTroubles(report, context);
  const note = (level: 'error' | 'warning' | 'note', text: string) => ({
    level,
    message: { text: toMessage(text) },
  });
  const endTimeUtc = toUtc(report.checkedAt);
  return {
    executionSuccessful: troubles.length === 0 && report.unresolved.length === 0,
    ...(endTimeUtc === undefined ? {} : { endTimeUtc }),
    toolExecutionNotifications: [
      note('note', runInWords(report.packages)),
      note('note', `log: ${logInWords(report)}`),
      ...report.trust.warnings.map((text) => note('warning', `trust: ${text}`)),
      ...report.unresolved.map(({ spec, reason }) => note('error', `${spec}: ${reason}`)),
      ...troubles.map(({ short, text }) => note('error', `${short}: ${text}`)),
    ],
  };
}
