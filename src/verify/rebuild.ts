import { type PackageVersion, purlOf, type Sha256 } from '../model/package.ts';
import type { Identity } from '../model/provenance.ts';
import { denoWorkflow } from './workflow.ts';

/**
 * The statements Deno would have written for this build, byte for byte, newest shape first (contract 4.2, 4.5, 4.6).
 * Empty where the certificate lacks a value that goes into them.
 */
export function rebuildStatements(
  identity: Identity,
  about: PackageVersion,
  digest: Sha256,
): readonly Uint8Array[] {
  const workflow = denoWorkflow(identity);
  const values = {
    repository: identity.sourceRepositoryURI,
    commit: identity.sourceRepositoryDigest,
    ref: identity.sourceRepositoryRef,
    runner: identity.runnerEnvironment,
    run: identity.runInvocationURI,
    event: identity.buildTrigger,
    repositoryId: identity.sourceRepositoryIdentifier,
    ownerId: identity.sourceRepositoryOwnerIdentifier,
  };
  if (workflow === undefined || Object.values(values).includes(undefined)) return [];

  const subject = { name: purlOf(about), digest: { sha256: digest } };
  const predicate = {
    buildDefinition: {
      buildType: 'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1',
      resolvedDependencies: [
        { uri: `git+${values.repository}@${values.ref}`, digest: { gitCommit: values.commit } },
      ],
      internalParameters: {
        github: {
          eventName: values.event,
          repositoryId: values.repositoryId,
          repositoryOwnerId: values.ownerId,
        },
      },
      externalParameters: {
        workflow: { ref: workflow.ref, repository: values.repository, path: workflow.path },
      },
    },
    runDetails: {
      builder: { id: `https://github.com/actions/runner/${values.runner}` },
      metadata: { invocationId: values.run },
    },
  };
  return [[subject], subject].map((shape) =>
    Buffer.from(
      JSON.stringify({
        type: 'https://in-toto.io/Statement/v1',
        subject: shape,
        predicateType: 'https://slsa.dev/provenance/v1',
        predicate,
      }),
    ),
  );
}
