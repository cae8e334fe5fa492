import { nameOf } from '../../model/package.ts';
import type { RunRule } from '../rule.ts';

/** Rule `unlocked-copy`, explained in docs/rules/unlocked-copy.md. */
export const unlockedCopy = {
  id: 'unlocked-copy',
  about: 'run',
  // Programs load it, and it was not checked, so the rest must not be taken for all there is.
  severity: 'error',
  findingId: 'installed',
  title: 'an audited lockfile names every JSR package on this disk',
  why: 'A program loads what is installed. A package that no lockfile names was not checked.',
  fix: 'Remove it, or install again from the lockfile.',
  *judge({ strays }) {
    for (const { place, package: about, version, standing } of strays) {
      const found = version === undefined ? about : { ...about, version };
      yield {
        message: `${place} holds ${nameOf(found)}, which no audited lockfile names`,
        hint: 'remove it, or install again from the lockfile',
        severity: severities[standing],
        package: found,
      };
    }
  },
} satisfies RunRule;

// What belongs to a lockfile further down may be in order; it was not asked. What lies above a project is loaded only
// where the project has nothing of that name.
const severities = { project: 'error', aside: 'warning', governed: 'warning', above: 'note' } as const;
