import { nameOf } from '../../model/package.ts';
import type { PackageRule } from '../rule.ts';

/** Rule `unpinned`, explained in docs/rules/unpinned.md. */
export const unpinned = {
  id: 'unpinned',
  about: 'package',
  // What was verified here may not be what is installed tomorrow; most such lockfiles are made so by the client's design.
  severity: 'warning',
  title: 'the lockfile pins the bytes of the package',
  why: 'Without a digest in the lockfile entry, the registry can serve different bytes next time.',
  fix: 'Use a lockfile format that records a digest (deno.lock does), or turn the rule to "note" for this lockfile.',
  *judge({ assessment: { occurrences, package: target } }) {
    for (const { at, locked } of occurrences)
      if (locked.kind === 'nothing')
        yield { message: `the lockfile does not pin the bytes of ${nameOf(target)}: ${locked.why}`, at };
  },
} satisfies PackageRule;
