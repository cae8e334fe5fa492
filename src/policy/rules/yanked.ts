import type { PackageRule } from '../rule.ts';

/** Rule `yanked`, explained in docs/rules/yanked.md. */
export const yanked = {
  id: 'yanked',
  about: 'package',
  // The bytes are as genuine as before; the owner asks not to use them, and lockfiles go on installing them.
  severity: 'warning',
  title: 'the version is not yanked',
  why: 'Owners yank versions that are broken or dangerous. The registry hides them but still serves them.',
  fix: 'Move to a version that is not yanked.',
  *judge({ assessment: { registryClaims, package: target } }) {
    if (!registryClaims.yanked) return;
    yield {
      message: `version ${target.version} was yanked by its owner`,
      hint: 'move to a version that is not yanked',
    };
  },
} satisfies PackageRule;
