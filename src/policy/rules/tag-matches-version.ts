import { claimsOf } from '../../model/claims.ts';
import { tagMatches } from '../identity.ts';
import type { PackageRule } from '../rule.ts';

/** Rule `tag-matches-version`, explained in docs/rules/tag-matches-version.md. */
export const tagMatchesVersion = {
  id: 'tag-matches-version',
  about: 'package',
  // Most honest packages are published from a branch or under a release name: on by default it would cry wolf.
  severity: 'off',
  title: 'the build ran for a tag that names this version',
  why: 'A tag per version ties what is published to one named state of the source, which others can check out and read.',
  fix: 'Ask the owner to publish from tags like v1.2.3 or name@1.2.3, or leave this rule off.',
  *judge({ assessment, provenance }) {
    if (provenance === undefined) return;
    const { ref } = claimsOf(provenance.identity);
    if (tagMatches(ref, assessment.package)) return;
    const { version } = assessment.package;
    if (ref === undefined)
      yield { message: 'the certificate does not name a ref, so no tag can match the version' };
    else if (ref.startsWith('refs/tags/'))
      yield { message: `built for ${ref}, which is not a tag of version ${version}` };
    else yield { message: `built for ${ref}, which is not a tag, so it cannot match version ${version}` };
  },
} satisfies PackageRule;
