import type { Finding } from '../../model/finding.ts';
import { nameOf } from '../../model/package.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import type { Severity } from '../../model/severity.ts';
import type { Place } from '../../model/target.ts';
import type { Checkout, RenderContext, Renderer } from '../renderer.ts';
import { changeInWords, isGrave } from '../words/change.ts';
import { toWorkflowData, toWorkflowProperty } from '../words/escape.ts';
import { fileFromRoot } from '../words/place.ts';
import { resultOf, runTroubles, turnsAway } from '../words/run.ts';
import { sorted } from '../words/summary.ts';

/** GitHub shows this many annotations of each kind for one step, and silently drops the others. */
const shownPerKind = 10;

/** GitHub workflow commands: at most what GitHub shows, worst first, then a line that counts everything. */
export const github: Renderer = {
  render(report, context) {
    const all = [
      ...runAnnotations(report, context),
      ...sorted(report.packages).flatMap(annotationsOf),
      ...changeAnnotations(report),
    ];
    const lines = (['error', 'warning', 'notice'] as const).flatMap((kind) => {
      const some = all.filter((annotation) => annotation.kind === kind);
      const more = some.length - shownPerKind;
      return [
        ...some.slice(0, shownPerKind).map((annotation) => toCommand(annotation, context.checkout)),
        ...(more > 0 ? [`and ${more} more of kind ${kind}, which GitHub does not show`] : []),
      ];
    });
    const { mark, text } = resultOf(report, context);
    return [...lines, `${mark} ${text}`, ''].join('\n');
  },
};

interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  readonly at: Place | undefined;
}

const kinds: Readonly<Record<Severity, Annotation['kind']>> = {
  error: 'error',
  warning: 'warning',
  note: 'notice',
};

/** The annotations of a package, each at its own place or at the first place that mentions the package. */
function annotationsOf(pkg: PackageReport): readonly Annotation[] {
  const { verdict, findings } = pkg;
  const name = nameOf(pkg.package);
  const place = pkg.occurrences[0]?.at;
  const more = pkg.occurrences.length - 1;
  const also = more > 0 ? ` (and ${more} more places)` : '';
  const gaps = verdict.kind === 'inconclusive' ? verdict.because : [];
  // A finding that rejected the package is an error whatever its severity: `--strict` rejects for warnings.
  const because = new Set<Finding>(verdict.kind === 'rejected' ? verdict.because : []);
  const told = findings.map((finding) => ({
    kind:
      finding.exempted !== undefined ? 'notice' : because.has(finding) ? 'error' : kinds[finding.severity],
    title: `${finding.id}: ${name}`,
    message:
      finding.message +
      (finding.exempted === undefined
        ? ''
        : ` (exempt until ${finding.exempted.until}: ${finding.exempted.reason})`) +
      (finding.hint === undefined ? '' : `. Hint: ${finding.hint}`) +
      (finding.at === undefined ? also : ''),
    at: finding.at ?? place,
  })) satisfies readonly Annotation[];
  const open = gaps.map(({ id, why }) => ({
    kind: 'warning',
    title: `${id}: ${name}`,
    message: `could not be decided: ${why}${also}`,
    at: place,
  })) satisfies readonly Annotation[];
  const rank = { error: 0, warning: 1, notice: 2 };
  return [...told, ...open].toSorted((a, b) => rank[a.kind] - rank[b.kind]);
}

function runAnnotations(report: Report, context: RenderContext): readonly Annotation[] {
  return [
    ...runTroubles(report, context).map(({ as, short, text, hint }) => ({
      kind: as === 'inconclusive' ? ('warning' as const) : ('error' as const),
      title: short,
      message: `${text}${hint === undefined ? '' : `. Hint: ${hint}`}`,
      at: undefined,
    })),
    ...report.unresolved.map(({ spec, reason, hint }) => ({
      kind: 'error' as const,
      title: spec,
      message: `${reason}${hint === undefined ? '' : `. Hint: ${hint}`}`,
      at: undefined,
    })),
    ...report.findings.map((finding) => ({
      kind: turnsAway(finding, context) ? ('error' as const) : kinds[finding.severity],
      title: finding.id,
      message: finding.message,
      at: finding.at,
    })),
    ...report.trust.warnings.map((message) => ({
      kind: 'warning' as const,
      title: 'trust',
      message,
      at: undefined,
    })),
  ];
}

/** The changes, most serious first, as notices; findings about them are errors or warnings of their package. */
function changeAnnotations({ changes = [] }: Report): readonly Annotation[] {
  return [...changes.filter(isGrave), ...changes.filter((change) => !isGrave(change))].map((change) => {
    const [name, message] = changeInWords(change);
    const place = change.kind === 'removed' ? undefined : change.after.occurrences[0]?.at;
    return { kind: 'notice', title: name, message, at: place };
  });
}

function toCommand({ kind, title, message, at }: Annotation, checkout: Checkout | undefined): string {
  const properties = [
    ...(at === undefined
      ? []
      : [
          // GitHub looks for it from the root of the repository.
          `file=${toWorkflowProperty((checkout && fileFromRoot(at.file, checkout)) ?? at.file)}`,
          `line=${at.line}`,
          ...(at.column === undefined ? [] : [`col=${at.column}`]),
        ]),
    `title=${toWorkflowProperty(title, 200)}`,
  ];
  return `::${kind} ${properties.join(',')}::${toWorkflowData(message)}`;
}
