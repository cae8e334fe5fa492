import type { RunRule } from '../rule.ts';

/** Rule `uncompared-lockfile`, explained in docs/rules/uncompared-lockfile.md. */
export const uncomparedLockfile = {
  id: 'uncompared-lockfile',
  about: 'run',
  // A pull request could bring packages through a lockfile that the comparison does not read.
  severity: 'error',
  findingId: 'lockfile',
  title: 'a comparison reads every lockfile that was added or changed',
  why: 'The comparison reads the lockfiles that clients use in a folder. Packages of another lockfile were not checked.',
  fix: 'Compare that lockfile by its name: `jsr-verify diff <old> <new>`.',
  *judge({ uncompared }) {
    yield* uncompared;
  },
} satisfies RunRule;
