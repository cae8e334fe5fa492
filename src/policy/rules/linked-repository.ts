import { claimsOf } from '../../model/claims.ts';
import type { LinkedRepository, RegistryClaims } from '../../model/evidence.ts';
import type { Provenance } from '../../model/provenance.ts';
import type { Expected } from '../expectation.ts';
import { compareLink, fitsLinks } from '../link.ts';
import type { PackageRule } from '../rule.ts';

/** Rule `linked-repository`, explained in docs/rules/linked-repository.md. */
export const linkedRepository = {
  id: 'linked-repository',
  about: 'package',
  // Without a pin, only the link distinguishes the owner's build from a stranger's.
  severity: 'error',
  title: 'the source repository is the one JSR links to the package',
  why: "The registry takes provenance from any repository. The link is its owner's public statement of where the source is.",
  fix: 'Pin the repository you trust (`jsr-verify pin`, or --repo), or ask the owner to link the repository on JSR.',
  *judge({ assessment: { registryClaims }, provenance, expected }) {
    if (provenance === undefined) return;
    const { repository } = claimsOf(provenance.identity);
    const seen = repository ?? 'a repository the certificate does not name';
    const contradicts =
      registryClaims.contradicted !== undefined && !fitsLinks(registryClaims, provenance.identity);
    if (contradicts)
      yield {
        message: `built from ${seen}; JSR contradicts itself: ${contradiction(registryClaims)}`,
        hint: 'find out which repository the package belongs to, and pin it with --repo-id or `jsr-verify pin`',
        ...(expected.pinsName && { standing: 'remark' }),
      };
    if (registryClaims.linked !== undefined) {
      const linked = `${registryClaims.linked.owner}/${registryClaims.linked.name}`;
      const comparison = compareLink(registryClaims.linked, provenance.identity);
      if (comparison.kind === 'same') return;
      if (comparison.kind === 'renamed')
        yield {
          message: `built from ${seen}, which JSR links as ${linked} today: the id is the same, so it was renamed`,
          standing: 'remark',
        };
      else if (comparison.resurrected && !pinsId(expected, provenance))
        // The pin has only a name, and the name may have had another owner when it was pinned.
        yield {
          message: `built from ${seen}, and JSR links a repository of that name with another id: the name now belongs to someone else`,
          hint: 'find out which of the two is right, and pin its id with --repo-id',
          standing: 'absolute',
        };
      else if (contradicts) return;
      else if (expected.pinsName)
        // The project's pin has priority over the registry's link; the changed link is only noted.
        yield {
          message: `built from ${seen}, while JSR links ${linked} today${comparison.resurrected ? ' by another id' : ''}; the ${expected.source} decides`,
          standing: 'remark',
        };
      else
        yield {
          message: `built from ${seen}, but JSR links ${linked}`,
          hint: 'if the repository moved and you trust both, pin it with --repo or `jsr-verify pin`',
        };
      return;
    }
    if (contradicts || expected.pinsName) return;
    // Both are common in honest packages, so they are warnings: the attestation is valid, but may be a stranger's.
    yield registryClaims.unlinked
      ? {
          severity: 'warning',
          message: `built from ${seen}; no expected publisher is known: JSR links no repository to the package`,
          hint: `pin it with --repo ${repository ?? '<owner/name>'}, or \`jsr-verify pin\`, after you have checked it`,
        }
      : {
          severity: 'warning',
          message: `built from ${seen}; it could not be compared: the registry did not say which repository it links`,
          hint: `pin it with --repo ${repository ?? '<owner/name>'}, or try again later`,
        };
  },
} satisfies PackageRule;

function contradiction({ linked, contradicted }: RegistryClaims): string {
  const named = (link: LinkedRepository | undefined) =>
    link === undefined ? 'no repository' : `${link.owner}/${link.name}`;
  return `meta.json links ${named(contradicted)}, the API ${named(linked)}`;
}

/** Whether a pin contains the id of the repository or of its owner. */
function pinsId({ pins }: Expected, { identity }: Provenance): boolean {
  const { repositoryId, ownerId } = claimsOf(identity);
  const knows = (pinned: string | undefined, seen: string | undefined) =>
    pinned !== undefined && pinned === seen;
  return pins.some(
    ({ expect }) => knows(expect.repositoryId, repositoryId) || knows(expect.ownerId, ownerId),
  );
}
