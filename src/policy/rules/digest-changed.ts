import type { Relock } from '../../model/report.ts';
import type { Severity } from '../../model/severity.ts';
import { lockInWords } from '../../model/target.ts';
import type { ChangeRule } from '../rule.ts';

const weight: Readonly<Record<Relock['how'], Severity>> = {
  digest: 'error',
  revision: 'warning',
  unlocked: 'warning',
};

const words: Readonly<Record<Relock['how'], string>> = {
  digest: 'the same version is locked to different bytes than before',
  revision: 'the tarball is locked in another revision of its format than before',
  unlocked: 'the same version was locked to its bytes before and no longer is',
};

/** Rule `digest-changed`, explained in docs/rules/digest-changed.md. */
export const digestChanged = {
  id: 'digest-changed',
  about: 'change',
  // A published version never changes, so one of the two lockfiles was not written by the package manager.
  severity: 'error',
  title: 'a version stays locked to the same bytes',
  why: 'A published version never changes; a lockfile in which only its digest does was edited by hand, or someone served different bytes.',
  fix: 'Restore the entry, remove it, and let the package manager write it again; compare what it writes.',
  *judge(change) {
    if (change.kind !== 'relocked') return;
    for (const how of ['digest', 'revision', 'unlocked'] as const) {
      const relock = change.locks.find((one) => one.how === how);
      if (relock === undefined) continue;
      yield {
        severity: weight[how],
        message: `${words[how]}: ${lockInWords(relock.before)} → ${lockInWords(relock.after)}`,
        hint: 'restore the entry, then let the package manager write it again',
      };
    }
  },
} satisfies ChangeRule;
