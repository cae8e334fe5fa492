import { createHash } from 'node:crypto';
import type { Finding } from '../../model/finding.ts';
import { nameOf } from '../../model/package.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import type { Place } from '../../model/target.ts';
import type { RenderContext, Renderer } from '../renderer.ts';
import { toJson, toPlain } from '../words/escape.ts';
import type { Json } from '../words/facts.ts';
import { runTroubles, turnsAway } from '../words/run.ts';
import { sorted } from '../words/summary.ts';

/** The Code Quality report that GitLab shows in merge requests: one issue per finding and lockfile, worst first. */
export const codequality: Renderer = {
  render(report, context) {
    const problems = [...runProblems(report, context), ...sorted(report.packages).flatMap(problemsOf)];
    const issues = problems
      .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
      .flatMap(issuesOf);
    return `${toJson(issues, 2)}\n`;
  },
};

/** GitLab's severities, worst first. */
const severities = ['blocker', 'critical', 'major', 'minor', 'info'] as const;

interface Problem {
  readonly id: string;
  readonly severity: (typeof severities)[number];
  readonly text: string;
  readonly about: string;
  readonly places: readonly Place[];
}

function problemsOf(pkg: PackageReport): readonly Problem[] {
  const { verdict, findings, occurrences, purl, checks } = pkg;
  const name = nameOf(pkg.package);
  const places = occurrences.map(({ at }) => at);
  const because = new Set<Finding>(verdict.kind === 'rejected' ? verdict.because : []);
  const gaps = verdict.kind === 'inconclusive' ? verdict.because : [];
  return [
    ...findings.map((finding) => ({
      id: finding.id,
      // A failed check is worse than a violation of the project's own rules.
      severity: because.has(finding) ? (finding.id in checks ? 'blocker' : 'critical') : mild(finding),
      text: `${name}: ${finding.message}${hintOf(finding)}`,
      about: purl,
      places: finding.at === undefined ? places : [finding.at],
    })),
    ...gaps.map(({ id, why }) => ({
      id,
      severity: 'major' as const,
      text: `${name}: could not be decided: ${why}`,
      about: purl,
      places,
    })),
  ];
}

/** Problems with the run have no package, and often no place. */
function runProblems(report: Report, context: RenderContext): readonly Problem[] {
  const { unresolved, findings, trust } = report;
  return [
    ...runTroubles(report, context).map(({ id, as, short, text, hint }) =>
      problem(
        id,
        as === 'rejected' ? 'blocker' : 'major',
        `${short}: ${text}${hintOf(hint === undefined ? {} : { hint })}`,
      ),
    ),
    ...unresolved.map((spec) => problem('spec', 'critical', `${spec.spec}: ${spec.reason}${hintOf(spec)}`)),
    ...findings.map((finding) => ({
      ...problem(finding.id, turnsAway(finding, context) ? 'critical' : mild(finding), finding.message),
      places: finding.at === undefined ? [] : [finding.at],
    })),
    ...trust.warnings.map((text) => problem('trust', 'minor', text)),
  ];
}

const problem = (id: string, severity: Problem['severity'], text: string): Problem => ({
  id,
  severity,
  text,
  about: '',
  places: [],
});

const mild = ({ severity, exempted }: Finding): Problem['severity'] =>
  severity === 'note' || exempted !== undefined ? 'info' : 'minor';

const hintOf = ({ hint }: { readonly hint?: string }): string =>
  hint === undefined ? '' : `. Hint: ${hint}`;

/** One issue for each lockfile. GitLab requires a place, so an issue without one is shown at the root. */
function issuesOf({
  id,
  severity,
  text,
  about,
  places,
}: Problem): readonly { readonly [key: string]: Json }[] {
  const first = new Map(places.toReversed().map((place) => [place.file, place]));
  return (first.size === 0 ? [{ file: '.', line: 1 }] : [...first.values()]).map(({ file, line }) => ({
    description: toPlain(text),
    check_name: toPlain(id, 100),
    // Without the line number, so that the fingerprint stays the same when lines are added above.
    fingerprint: createHash('sha256')
      .update(JSON.stringify([id, about, file, text]))
      .digest('hex'),
    severity,
    location: { path: toPlain(file), lines: { begin: Math.max(1, line) } },
  }));
}
