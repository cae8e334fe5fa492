import { defaultPolicy } from '../../model/policy.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import { type PolicyOrigin, parsePolicy } from '../parse/parse.ts';
import { type PinChange, type PinRefusal, Plan, type Step } from './pin-plan.ts';
import { PolicyDraft } from './pin-text.ts';

export type { PinChange, PinRefusal } from './pin-plan.ts';

/** A policy file with pins for what a report verified. */
export interface Pinning {
  /** The new text; identical to the input when nothing had to change. */
  readonly text: string;
  readonly changes: readonly PinChange[];
  /** What was not pinned, and why. */
  readonly refused: readonly PinRefusal[];
}

/**
 * Pins the builders that the report verified, and nothing else: the same report audited with the new file is
 * as green as before, and a second run changes nothing.
 *
 * The report should come from an audit without the pins that are to be replaced. Packages of a scope share
 * one entry when all of them agree.
 *
 * @throws JsrVerifyError `POLICY_INVALID` when `policyText` is not a policy.
 */
export function pin(report: Report, policyText: string | undefined, origin: PolicyOrigin): Pinning {
  const policy = policyText === undefined ? defaultPolicy : parsePolicy(policyText, origin);
  const plan = new Plan(policy, origin.file, report.packages);
  for (const scope of scopesOf(report.packages)) plan.scope(scope);
  const draft = new PolicyDraft(policyText ?? '{}\n');
  write(draft, plan.steps);
  return {
    text: draft.text,
    changes: plan.steps.map(told),
    refused: plan.refused,
  };
}

/** New entries go in with one edit, since every edit reads the whole file. */
function write(draft: PolicyDraft, steps: readonly Step[]): void {
  const fresh = steps.filter(({ pattern }) => draft.typeAt(['packages', pattern]) === 'nothing');
  if (fresh.length > 0)
    draft.add(
      ['packages'],
      Object.fromEntries(fresh.map(({ pattern, after }) => [pattern, after.length === 1 ? after[0] : after])),
    );
  for (const step of steps) if (!fresh.includes(step)) amend(draft, step);
}

function amend(draft: PolicyDraft, { kind, pattern, before, after, index }: Step): void {
  const path = ['packages', pattern];
  if (kind !== 'updated') {
    draft.append(path, after);
    return;
  }
  const [value = {}] = after;
  const place = draft.typeAt(path) === 'list' ? [...path, index ?? 0] : path;
  const old: Readonly<Record<string, unknown>> = { ...before };
  for (const [claim, wanted] of Object.entries(value))
    if (JSON.stringify(old[claim]) !== JSON.stringify(wanted)) draft.set([...place, claim], wanted);
  for (const claim of Object.keys(old)) if (!Object.hasOwn(value, claim)) draft.remove([...place, claim]);
}

function told({ index: _, ...change }: Step): PinChange {
  return change;
}

function scopesOf(reports: readonly PackageReport[]): readonly string[] {
  return [...new Set(reports.map((report) => report.package.scope))].sort();
}
