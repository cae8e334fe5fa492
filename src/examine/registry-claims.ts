import type { Gathered, RegistryClaims } from '../model/evidence.ts';
import type { PackageMeta } from '../registry/meta.ts';

/** The claims of the version list and the badge about a version; the link comes from the version list. */
export function claimsOf(
  version: string,
  meta: Gathered<PackageMeta>,
  badge: Gathered<string>,
): RegistryClaims {
  const about = meta.state === 'present' ? meta.value : undefined;
  const listed = about?.versions.get(version);
  return {
    yanked: listed?.yanked ?? false,
    unlinked: false,
    ...(listed === undefined && { unlisted: true }),
    ...(listed?.publishedAt && { publishedAt: listed.publishedAt }),
    ...(about?.linked && { linked: about.linked }),
    ...(badge.state === 'unavailable' ? {} : { rekorLogId: badge.state === 'present' ? badge.value : null }),
  };
}
