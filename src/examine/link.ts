import type { LinkedRepository, RegistryClaims } from '../model/evidence.ts';
import type { PackageVersion } from '../model/package.ts';
import { type Depth, reaches } from '../model/report.ts';
import { compareLink, isSameLink } from '../policy/link.ts';
import type { Registry } from '../registry/registry.ts';
import type { Attempt } from './attempt.ts';

/**
 * Asks for the linked repository where it matters and `meta.json` cannot settle it: old documents do not name it, and
 * none gives the id that tells a renamed repository from another one.
 */
export async function withLink(
  claims: RegistryClaims,
  about: PackageVersion,
  { holding, depth }: { readonly holding: readonly Attempt[]; readonly depth: Depth },
  registry: Registry,
): Promise<RegistryClaims> {
  const { linked } = claims;
  // Anyone may log an attestation, also from a repository that took over an abandoned name: only the id tells.
  const searched = holding.some(
    ({ attestation }) => attestation.state === 'present' && attestation.value.finder === 'log-index',
  );
  // A closer look asks for the id as well.
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
 * The API's link in the place of that of `meta.json`. Both come from one record of the registry, so where they differ, one is
 * either out of date, which asking once more past every cache settles, or false.
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
