import type { LinkedRepository, RegistryClaims } from '../model/evidence.ts';
import type { PackageVersion } from '../model/package.ts';
import { type Depth, reaches } from '../model/report.ts';
import { compareLink, isSameLink } from '../policy/link.ts';
import type { Registry } from '../registry/registry.ts';
import type { Attempt } from './attempt.ts';

/**
 * Asks the API for the linked repository when `meta.json` is not enough: old documents do not name it, and no
 * document has the id that distinguishes a renamed repository from a different one.
 */
export async function withLink(
  claims: RegistryClaims,
  about: PackageVersion,
  { holding, depth }: { readonly holding: readonly Attempt[]; readonly depth: Depth },
  registry: Registry,
): Promise<RegistryClaims> {
  const { linked } = claims;
  // Anyone may log an attestation, also from a repository that took over an abandoned name; only the id shows that.
  const searched = holding.some(
    ({ attestation }) => attestation.state === 'present' && attestation.value.finder === 'log-index',
  );
  // A greater depth also asks for the id.
  const settled =
    !searched &&
    !reaches(depth, 'files') &&
    linked !== undefined &&
    holding.every(
      ({ provenance }) =>
        provenance !== undefined && compareLink(linked, provenance.identity).kind === 'same',
    );
  if (holding.length === 0 || settled) return claims;
  const link = await registry.link(about);
  if (link.state === 'present') return withAnswer(claims, link.value, about, registry);
  if (link.state === 'absent' && linked === undefined) return { ...claims, unlinked: true };
  if (!searched) return claims;
  const { linked: _, ...rest } = claims;
  return rest;
}

/**
 * Uses the API's link instead of that in `meta.json`. Both come from one record of the registry. If they differ, both
 * are fetched again without caches: either one was out of date, or one is false.
 */
async function withAnswer(
  { linked: listed, ...rest }: RegistryClaims,
  link: LinkedRepository | null,
  about: PackageVersion,
  registry: Registry,
): Promise<RegistryClaims> {
  const says = (api: LinkedRepository | null): RegistryClaims =>
    api === null ? { ...rest, unlinked: true } : { ...rest, linked: api };
  if (listed === undefined || isSameLink(listed, link)) return says(link);
  const [meta, again] = await Promise.all([registry.meta(about, 'anew'), registry.link(about, 'anew')]);
  const listedNow = meta.state === 'present' ? meta.value.linked : listed;
  const linkNow = again.state === 'present' ? again.value : link;
  return listedNow === undefined || isSameLink(listedNow, linkNow)
    ? says(linkNow)
    : { ...says(linkNow), contradicted: listedNow };
}
