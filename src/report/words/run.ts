import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import type { RenderContext } from '../renderer.ts';
import {
  count,
  isWarned,
  logInWords,
  marks,
  sourceOnly,
  tally,
  tallyInWords,
  type Worst,
  worstFirst,
} from './summary.ts';

/** A problem with a whole run, independent of its packages. */
export interface RunTrouble {
  readonly id: 'log' | 'interrupted' | 'nothing';
  /** The verdict that the problem corresponds to. */
  readonly as: Worst;
  /** A summary in two or three words. */
  readonly short: string;
  readonly text: string;
  readonly hint?: string;
}

type Bounds = Pick<RenderContext, 'strict' | 'allowEmpty'>;

/** What makes the run fail in addition to its packages, worst first. Every report format must show it. */
export function runTroubles(report: Report, { strict, allowEmpty }: Bounds): readonly RunTrouble[] {
  const { log, packages, unresolved, interrupted } = report;
  return [
    ...(log.kind === 'forked'
      ? [
          {
            id: 'log',
            as: 'rejected',
            short: 'the log forked',
            text: `${log.fork.origin}: ${log.fork.why}`,
          } as const,
        ]
      : []),
    ...(interrupted
      ? [
          {
            id: 'interrupted',
            as: 'inconclusive',
            short: 'interrupted',
            text: 'the run was stopped, so the results are incomplete',
          } as const,
        ]
      : []),
    ...(strict && log.kind === 'not-checked' && log.gap === true
      ? [
          {
            id: 'log',
            as: 'inconclusive',
            short: 'log consistency was not checked',
            text: logInWords(report),
          } as const,
        ]
      : []),
    ...(packages.length === 0 && unresolved.length === 0 && !interrupted && !allowEmpty
      ? [
          {
            id: 'nothing',
            as: undefined,
            short: 'nothing was checked',
            text: 'no JSR package was found, so nothing was checked',
            hint: 'add --allow-empty if that is expected',
          } as const,
        ]
      : []),
  ];
}

/** Whether a finding about the run rejects it: an error, and with `strict` also a warning. */
export function turnsAway({ severity, exempted }: Finding, { strict }: Pick<Bounds, 'strict'>): boolean {
  return exempted === undefined && (severity === 'error' || (strict && severity === 'warning'));
}

/**
 * The run in one line: its worst mark, the counts, and other problems. `as` is the verdict that selects the colour;
 * `warned` is true if there are warnings.
 */
export function resultOf(
  report: Report,
  bounds: Bounds,
): { readonly as: Worst; readonly warned: boolean; readonly mark: string; readonly text: string } {
  const tallied = tally(report.packages);
  const troubles = runTroubles(report, bounds);
  const { unresolved, findings } = report;
  const wrong = findings.filter((finding) => turnsAway(finding, bounds)).length;
  const kinds = new Set<Worst>([
    ...troubles.map(({ as }) => as),
    ...(unresolved.length + wrong > 0 ? (['rejected'] as const) : []),
    ...worstFirst.filter((kind) => tallied[kind] > 0),
  ]);
  const as = worstFirst.find((kind) => kinds.has(kind));
  const warned = report.packages.filter(isWarned).length;
  const left = sourceOnly(report.packages);
  const also = [
    ...troubles.map(({ short }) => short),
    ...(unresolved.length === 0 ? [] : [`${count(unresolved.length, 'spec')} not found`]),
    ...(wrong === 0 ? [] : [`${count(wrong, 'problem')} with the run`]),
  ];
  return {
    as,
    warned: warned > 0,
    mark: as === undefined ? '–' : marks[as],
    text: [tallyInWords(tallied, warned), ...also, ...(left === undefined ? [] : [left])].join('; '),
  };
}
