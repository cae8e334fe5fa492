import { expect } from 'vitest';
import type { Ended } from '../cli/program.ts';
import { expectReport } from '../report/schema.ts';
import type { Fate } from './services.ts';

/** The report of a run, as far as faults can touch it. */
export interface FaultReport {
  readonly packages: readonly {
    readonly purl: string;
    readonly verdict: Fate;
    readonly checks: Readonly<Record<string, { readonly status: string }>>;
    readonly gaps?: readonly { readonly id: string; readonly why: string }[];
    readonly provenance?: object;
  }[];
  readonly unresolved: readonly { readonly spec: string; readonly reason: string }[];
  readonly log: { readonly kind: string; readonly why?: string };
  readonly trust: { readonly source: string; readonly warnings: readonly string[] };
  readonly interrupted: boolean;
}

/** What a run said, and its report where it wrote one. */
export interface Told extends Ended {
  readonly report: FaultReport | undefined;
}

/** Reads the report on standard output; throws where there is something else. */
export function toldBy(ended: Ended): Told {
  return { ...ended, report: ended.stdout === '' ? undefined : (JSON.parse(ended.stdout) as FaultReport) };
}

/** What a run made of a package. */
export function fateOf({ report, stderr }: Told, spec: string): Fate {
  if (report === undefined) throw new Error(`there is no report: ${stderr}`);
  if (report.unresolved.some((one) => one.spec === spec)) return 'unresolved';
  const name = spec.replace(/@[^@/]+$/, '');
  const found = report.packages.find(({ purl }) => purl.replace(/@[^@/]+$/, '') === `pkg:jsr/${name}`);
  if (found === undefined) throw new Error(`${spec} is not in the report`);
  return found.verdict;
}

/** What no run ever says. */
export const crash = /^ {4}at |\[object|\bundefined\b|this is a bug|Unhandled|Warning:/m;

/** Fails at any sign of a crash, and at a report that says less than it must. */
export function expectCalm(
  told: Told,
  { unresolved = false, offline = false }: { readonly unresolved?: boolean; readonly offline?: boolean } = {},
): void {
  expect(told.stderr).not.toMatch(crash);
  if (offline) expect(told.stderr).toMatch(/^(hint: run once without --offline [^\n]+\n?)?$/);
  else if (!unresolved) expect(told.stderr).toBe('');
  expectReport(told.stdout);
  for (const { verdict, gaps } of told.report?.packages ?? [])
    if (verdict === 'inconclusive') expect(gaps?.[0]?.why).toMatch(/^[^\n]{10,500}$/);
}
