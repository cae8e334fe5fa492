import { denoBuildType } from '../../model/provenance.ts';
import type { PackageRule } from '../rule.ts';

/** Rule `foreign-signer`, explained in docs/rules/foreign-signer.md. */
export const foreignSigner = {
  id: 'foreign-signer',
  about: 'package',
  // Owners repair lost provenance this way in good faith; the repository is the right one, the witness is another.
  severity: 'warning',
  title: 'the attestation was made by the job that published',
  why: 'Tools other than `deno publish`, and repair jobs, attest what another job has published: weaker evidence of the build.',
  fix: 'Read the workflow that signed; pin it if you accept it, or pin the publishing workflow to refuse it.',
  *judge({ provenance }) {
    if (provenance === undefined) return;
    const { statement, subjectOf, differs } = provenance;
    if (subjectOf === 'upload')
      yield {
        message: 'attests the uploaded tarball, not the version manifest: it was not made by `deno publish`',
      };
    const { buildType } = statement.predicate;
    if (buildType !== denoBuildType)
      yield { message: `made with build type ${buildType}, which is not that of \`deno publish\`` };
    if (differs.length > 0)
      yield {
        message: `the statement names a different build than the one that signed it: ${differs
          .map(({ claim, claimed, proven }) => `${claim} ${claimed} (claimed), ${proven} (proven)`)
          .join(', ')}`,
      };
  },
} satisfies PackageRule;
