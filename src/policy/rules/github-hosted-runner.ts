import { claimsOf } from '../../model/claims.ts';
import type { PackageRule } from '../rule.ts';

/** Rule `github-hosted-runner`, explained in docs/rules/github-hosted-runner.md. */
export const githubHostedRunner = {
  id: 'github-hosted-runner',
  about: 'package',
  // Legitimate, and rare: the owner of the machine can change the build, but it is the owner's own machine.
  severity: 'warning',
  title: 'the build ran on a GitHub-hosted machine',
  why: 'A self-hosted runner keeps state between jobs and is controlled by anyone with access to the machine; the certificate proves nothing about it.',
  fix: 'Ask the owner to publish from a GitHub-hosted runner, or pin "runner": "self-hosted" if you know the machine.',
  *judge({ provenance, expected }) {
    if (provenance === undefined) return;
    const { runner } = claimsOf(provenance.identity);
    if (runner === 'github-hosted') return;
    // A pin with a runner has decided this; `pinned-identity` reports it when it does not match.
    if (
      runner !== undefined &&
      expected.pins.length > 0 &&
      expected.pins.every(({ expect }) => expect.runner === runner)
    )
      return;
    yield runner === undefined
      ? { severity: 'note', message: 'the certificate does not say what kind of runner the build ran on' }
      : {
          message: `built on a ${runner} runner`,
          hint: 'the machine could change the build; pin "runner" if you know it',
        };
  },
} satisfies PackageRule;
