import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { seenFrom } from '../../model/disk-path.ts';
import type { Finding } from '../../model/finding.ts';
import { nameOf } from '../../model/package.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import type { Place } from '../../model/target.ts';
import type { Checkout, RenderContext, Renderer } from '../renderer.ts';
import { toJson, toPlain } from '../words/escape.ts';
import type { Json } from '../words/facts.ts';
import { runTroubles, turnsAway } from '../words/run.ts';
import { count, logInWords, runInWords, sorted, tally } from '../words/summary.ts';
import { toUtc } from '../words/time.ts';
import { isInRepository, toPhysical, uriBases } from './sarif-location.ts';
import { type Level, projectUri, rulesOf } from './sarif-rules.ts';

type JsonObject = { readonly [key: string]: Json };

/** Code scanning rejects a file with more results, or a larger one (in bytes, compressed with gzip). */
const limits = { results: 25_000, bytes: 10_000_000 };
/** The number of locations that code scanning shows for one result. */
const shownLocations = 100;

/**
 * SARIF 2.1.0: one rule for each check and rule, one result for each finding and lockfile; verified packages are not
 * results. Every problem that makes the run fail is a result, because code scanning closes alerts that an upload does
 * not repeat.
 */
export const sarif: Renderer = {
  render: (report, context) => renderSarif(report, context, limits),
};

/**
 * The report within the limits of code scanning. The least severe results are omitted first; their number is stated.
 */
export function renderSarif(report: Report, context: RenderContext, most: typeof limits): string {
  const problems = [...sorted(report.packages).flatMap(problemsOf), ...runProblems(report, context)];
  const rules = rulesOf(problems, context);
  const indexes = new Map([...rules.keys()].map((id, index) => [id, index]));
  const results = numbered(
    problems.flatMap((problem) =>
      resultsOf(problem, indexes.get(problem.id) ?? -1, placesOf(problem, report, context), context),
    ),
  );
  const worstFirst = results.toSorted((a, b) => rankOf(a) - rankOf(b));
  const text = (kept: readonly Result[]): string => {
    const log = logOf(report, context, { rules: [...rules.values()], results: kept, all: results.length });
    return `${toJson(log, 2)}\n`;
  };
  let kept = results.length <= most.results ? results : worstFirst.slice(0, most.results);
  for (;;) {
    const made = text(kept);
    const fits = Buffer.byteLength(made) <= most.bytes || gzipSync(made).length <= most.bytes;
    if (fits || kept.length === 0) return made;
    kept = worstFirst.slice(0, Math.floor(kept.length / 2));
  }
}

interface Contents {
  readonly rules: readonly JsonObject[];
  readonly results: readonly Result[];
  /** The number of results, including the omitted ones. */
  readonly all: number;
}

function logOf(report: Report, context: RenderContext, { rules, results, all }: Contents): JsonObject {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'jsr-verify',
            semanticVersion: context.toolVersion,
            informationUri: projectUri,
            rules,
          },
        },
        automationDetails: { id: automationId(context.checkout) },
        originalUriBaseIds: uriBases,
        invocations: [invocationOf(report, context, all - results.length)],
        results,
        columnKind: 'utf16CodeUnits',
        properties: { ...tally(report.packages), depth: report.depth, resultsLeftOut: all - results.length },
      },
    ],
  };
}

/** The category of the run: runs in different folders of a repository must not replace each other's results. */
function automationId(checkout: Checkout | undefined): string {
  const folder = checkout === undefined ? '.' : seenFrom(checkout.root, checkout.folder);
  return folder === '.' ? 'jsr-verify/' : `jsr-verify/${toPlain(folder, 200)}/`;
}

/** A problem with a package or with the run. */
interface Problem extends Pick<Finding, 'id' | 'exempted'> {
  readonly level: Level;
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
  return [
    ...runTroubles(report, context).map(({ id, as, short, text }) => ({
      id,
      level: as === 'inconclusive' ? ('warning' as const) : ('error' as const),
      text: `${short}: ${text}`,
      places: [],
    })),
    ...report.unresolved.map(({ spec, reason, hint }) => ({
      id: 'resolve',
      level: 'error' as const,
      text: `${spec}: ${withHint(reason, hint)}`,
      places: [],
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
    text: `${prefix}${withHint(message, hint)}`,
    places: at === undefined ? [] : [at],
    ...(exempted === undefined ? {} : { exempted }),
  };
}

function withHint(text: string, hint: string | undefined): string {
  return hint === undefined ? text : `${text}. Hint: ${hint}`;
}

/** The places of a problem; `said` is an explanation if the place does not mention the subject of the problem. */
interface Shown {
  readonly places: readonly [Place, ...Place[]];
  readonly said?: string;
}

/** The place of a policy file that does not exist; SARIF allows that. */
const noFile: Place = { file: 'jsr-verify.json', line: 1 };

/**
 * Code scanning rejects a result without a place. A problem that no file mentions (a package from the command line, a
 * problem with the run) is shown where the policy expects the publisher, otherwise at the top of the policy file.
 */
function placesOf(problem: Problem, report: Report, { checkout }: RenderContext): Shown {
  const [first, ...others] = problem.places;
  if (first !== undefined) return { places: [first, ...others] };
  const policy = [
    ...(problem.about?.expectedAt === undefined ? [] : [problem.about.expectedAt]),
    ...(report.policyFile === undefined ? [] : [{ file: report.policyFile, line: 1 }]),
  ].find(({ file }) => isInRepository(file, checkout));
  const subject = problem.about === undefined ? 'this problem' : 'this package';
  return {
    places: [policy ?? noFile],
    said: `No file of the repository mentions ${subject}; the result is shown at the policy file, which code scanning needs.`,
  };
}

interface Result extends JsonObject {
  readonly level: Level;
  readonly partialFingerprints: { readonly 'jsrVerify/v1': string };
}

/** One result for each lockfile, because code scanning shows only the first location. */
function resultsOf(
  problem: Problem,
  ruleIndex: number,
  { places, said }: Shown,
  { checkout }: RenderContext,
): readonly Result[] {
  const { id, level, text, about, exempted } = problem;
  const files = [...new Set(places.map(({ file }) => file))];
  return files.map((file) => {
    const [first = places[0], ...others] = places.filter((place) => place.file === file);
    const unsaid = Math.max(0, others.length - shownLocations);
    return {
      ruleId: id,
      ruleIndex,
      level,
      message: { text: toMessage(unsaid === 0 ? text : `${text} (and ${count(unsaid, 'more place')})`) },
      locations: [
        {
          ...toPhysical(first, checkout),
          ...(about && { logicalLocations: [{ fullyQualifiedName: about.purl, kind: 'package' }] }),
          ...(said !== undefined && { message: { text: said } }),
        },
      ],
      ...(others.length > 0 && {
        relatedLocations: others
          .slice(0, shownLocations)
          .map((place, at) => ({ id: at + 1, ...toPhysical(place, checkout) })),
      }),
      partialFingerprints: { 'jsrVerify/v1': fingerprint(problem, file) },
      ...(exempted !== undefined && { suppressions: [toSuppression(exempted)] }),
    };
  });
}

/**
 * Adds the fingerprint that code scanning compares. Two results with one fingerprint would become one alert, so equal
 * results are numbered.
 */
function numbered(results: readonly Result[]): readonly Result[] {
  const seen = new Map<string, number>();
  return results.map((result) => {
    const print = result.partialFingerprints['jsrVerify/v1'];
    const nth = (seen.get(print) ?? 0) + 1;
    seen.set(print, nth);
    const primaryLocationLineHash = `${print.slice(0, 16)}:${nth}`;
    return { ...result, partialFingerprints: { ...result.partialFingerprints, primaryLocationLineHash } };
  });
}

/** A smaller rank is worse; exempt results are last. */
function rankOf(result: Result): number {
  return 'suppressions' in result ? 3 : ['error', 'warning', 'note'].indexOf(result.level);
}

/** The fingerprint has no line number, so it stays the same when lines are added above. */
function fingerprint({ id, about, text }: Problem, file: string | undefined): string {
  const parts = [id, about?.purl ?? text, file ?? ''];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function toSuppression({ reason, until }: NonNullable<Finding['exempted']>): JsonObject {
  return { kind: 'external', status: 'accepted', justification: toPlain(`until ${until}: ${reason}`) };
}

/** Plain text with escaped square brackets, which would start a link (SARIF 3.11.6). */
function toMessage(text: string): string {
  return toPlain(text).replace(/[\\[\]]/g, (char) => `\\${char}`);
}

function invocationOf(report: Report, context: RenderContext, leftOut: number): JsonObject {
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
      ...(leftOut > 0
        ? [
            note(
              'error',
              `${count(leftOut, 'result')} left out, the least severe ones: the limit of code scanning`,
            ),
          ]
        : []),
      ...report.trust.warnings.map((text) => note('warning', `trust: ${text}`)),
      ...report.unresolved.map(({ spec, reason }) => note('error', `${spec}: ${reason}`)),
      ...troubles.map(({ short, text }) => note('error', `${short}: ${text}`)),
    ],
  };
}
