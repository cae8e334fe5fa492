import { claimsOf } from '../../model/claims.ts';
import type { PackageRule } from '../rule.ts';

/** Rule `public-source`, explained in docs/rules/public-source.md. */
export const publicSource = {
  id: 'public-source',
  about: 'package',
  // The proof is valid, but its source is not public; some projects accept that.
  severity: 'warning',
  title: 'the source repository was public when it was built',
  why: 'Provenance names a commit. In a private repository outsiders cannot read it.',
  fix: 'Pin "visibility" if you expect a private or internal source.',
  *judge({ provenance, expected }) {
    if (provenance === undefined) return;
    const { visibility } = claimsOf(provenance.identity);
    if (visibility === 'public') return;
    if (
      visibility !== undefined &&
      expected.pins.length > 0 &&
      expected.pins.every(({ expect }) => expect.visibility === visibility)
    )
      return;
    yield visibility === undefined
      ? { severity: 'note', message: 'the certificate does not say whether the source is public' }
      : { message: `built from a source that is ${visibility}: the commit cannot be read by everyone` };
  },
} satisfies PackageRule;
