import { claimsOf } from '../../model/claims.ts';
import type { PackageRule } from '../rule.ts';

/** What default branches are called; the certificate does not say which branch is the default one. */
const customary = new Set(['refs/heads/main', 'refs/heads/master', 'refs/heads/trunk']);

/** Rule `default-branch-or-tag`, explained in docs/rules/default-branch-or-tag.md. */
export const defaultBranchOrTag = {
  id: 'default-branch-or-tag',
  about: 'package',
  // The ref of a pull request contains unmerged code: unusual, but not proof of an attack.
  severity: 'warning',
  title: 'the build ran for a tag or the default branch',
  why: 'Code from a side branch or a pull request may never have been reviewed or merged.',
  fix: 'Pin "ref" if this branch is the one the project publishes from.',
  *judge({ provenance, expected }) {
    if (provenance === undefined) return;
    const { ref } = claimsOf(provenance.identity);
    if (ref !== undefined && (ref.startsWith('refs/tags/') || customary.has(ref))) return;
    if (
      ref !== undefined &&
      expected.pins.length > 0 &&
      expected.pins.every(({ expect }) => expect.ref !== undefined)
    )
      return;
    if (ref === undefined)
      yield { severity: 'note', message: 'the certificate does not say which ref was built' };
    else if (ref.startsWith('refs/heads/'))
      yield {
        severity: 'note',
        message: `built from ${ref}, and it is unknown whether that is the default branch`,
        hint: 'pin "ref" if this is the branch the project publishes from',
      };
    else yield { message: `built from ${ref}, which is neither a tag nor a branch` };
  },
} satisfies PackageRule;
