import { parseRepository, sameRepository, signerOf } from '../../model/claims.ts';
import type { PackageRule } from '../rule.ts';

/** Rule `reusable-workflow`, explained in docs/rules/reusable-workflow.md. */
export const reusableWorkflow = {
  id: 'reusable-workflow',
  about: 'package',
  // Good practice in many organisations; it is named because a second repository then has a hand in the build.
  severity: 'note',
  title: "the build ran in the source repository's own workflow",
  why: 'With a reusable workflow the build steps come from a different repository than the source: you must trust both.',
  fix: 'Nothing to do if you trust both; the report names them apart.',
  *judge({ provenance }) {
    if (provenance === undefined) return;
    const source = parseRepository(provenance.identity.sourceRepositoryURI);
    const signer = signerOf(provenance.identity);
    if (source === undefined || signer === undefined)
      yield { message: 'the certificate does not state clearly which workflow ran for which source' };
    else if (!sameRepository(source, signer))
      yield {
        message: `the source is ${source.owner}/${source.name}, the build ran in ${signer.owner}/${signer.name} (${signer.path}@${signer.ref})`,
      };
  },
} satisfies PackageRule;
