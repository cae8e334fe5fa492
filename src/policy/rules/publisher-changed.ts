import type { Policy } from '../../model/policy.ts';
import type { PackageReport } from '../../model/report.ts';
import type { Severity } from '../../model/severity.ts';
import { expectationFor } from '../expectation.ts';
import type { ChangeRule } from '../rule.ts';

/** Another repository is another publisher; another owner or way of building may be housekeeping. */
const weight: Readonly<Record<string, Severity>> = {
  repositoryId: 'error',
  repository: 'error',
  ownerId: 'warning',
  workflow: 'warning',
  event: 'warning',
  runner: 'warning',
  ref: 'note',
};

/** Rule `publisher-changed`, explained in docs/rules/publisher-changed.md. */
export const publisherChanged = {
  id: 'publisher-changed',
  about: 'change',
  // A new publisher can be a takeover or an ordinary move.
  severity: 'error',
  title: 'a package is built by the same publisher as before',
  why: 'Both versions can be validly signed by different people; only the comparison shows that someone else took over.',
  fix: 'Find out who the new publisher is; if the move is intended, run `jsr-verify pin` and commit the policy file.',
  *judge(change, policy) {
    if (change.kind === 'removed' || change.kind === 'relocked') return;
    if (change.publisher.kind !== 'changed') return;
    const { from } = change.publisher;
    const severities = from.map(({ claim }) => weight[claim] ?? 'error');
    const severity =
      (['error', 'warning', 'note'] as const).find((one) => severities.includes(one)) ?? 'error';
    yield {
      severity,
      message: `built by a different publisher than before: ${from
        .map(({ claim, before, after }) => `${claim} ${before} → ${after}`)
        .join(', ')}`,
      hint: 'if the move is intended, run `jsr-verify pin` and commit the policy file',
      // A pin that already names the new publisher has answered the question.
      ...(isPinned(change.after, policy) && { standing: 'remark' as const }),
    };
  },
} satisfies ChangeRule;

/** Whether the policy names this builder; keys about how it is built do not count. */
function isPinned({ package: about, verdict, registryClaims }: PackageReport, policy: Policy): boolean {
  const { version } = about;
  if (version === undefined || verdict.kind !== 'verified') return false;
  return expectationFor({ ...about, version }, policy, registryClaims).pinsName;
}
