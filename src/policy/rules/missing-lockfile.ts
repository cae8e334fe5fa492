import type { RunRule } from '../rule.ts';

/** Rule `missing-lockfile`, explained in docs/rules/missing-lockfile.md. */
export const missingLockfile = {
  id: 'missing-lockfile',
  about: 'run',
  // A lockfile that came or went is a change like others; the note explains why every package counts as one.
  severity: 'note',
  findingId: 'lockfile',
  title: 'both sides of a comparison have a lockfile',
  why: 'Where one side has no lockfile, every package of the other side counts as added or removed.',
  fix: 'Compare with a revision that has a lockfile, or restore the lockfile.',
  *judge({ withoutLockfile }) {
    for (const { side, why } of withoutLockfile)
      yield {
        message: `the ${side} has no lockfile, so every package counts as ${side === 'base' ? 'added' : 'removed'}: ${why}`,
      };
  },
} satisfies RunRule;
