import { claimsOf, parseRepository, sameAscii } from '../model/claims.ts';
import type { LinkedRepository, RegistryClaims } from '../model/evidence.ts';
import type { Identity } from '../model/provenance.ts';

/** How a certificate's source repository compares with the one the registry links. */
export type LinkComparison =
  | { readonly kind: 'same' }
  /** The same repository under another name: the ids agree. */
  | { readonly kind: 'renamed'; readonly seen: string }
  /** `resurrected`: the same name, but the ids say it is another repository. */
  | { readonly kind: 'differs'; readonly seen: string | undefined; readonly resurrected: boolean };

/** Whether two documents of the registry link the same repository; only one of them has an id, so the name has to do. */
export function isSameLink(one: LinkedRepository, other: LinkedRepository | null): boolean {
  return other !== null && sameAscii(one.owner, other.owner) && sameAscii(one.name, other.name);
}

/** Whether a certificate's source repository is the linked one, by each document of the registry that names one. */
export function fitsLinks({ linked, contradicted }: RegistryClaims, identity: Identity): boolean {
  if (linked === undefined) return false;
  return [linked, ...(contradicted === undefined ? [] : [contradicted])].every(
    (one) => compareLink(one, identity).kind !== 'differs',
  );
}

/** Compares by id if both sides have one, otherwise by name. */
export function compareLink(linked: LinkedRepository, identity: Identity): LinkComparison {
  const { repositoryId } = claimsOf(identity);
  const seen = parseRepository(identity.sourceRepositoryURI);
  if (seen === undefined) return { kind: 'differs', seen: undefined, resurrected: false };
  const text = `${seen.owner}/${seen.name}`;
  const sameName = sameAscii(linked.owner, seen.owner) && sameAscii(linked.name, seen.name);
  // Numeric ids decide; `meta.json` links by name only, so there the name has to do.
  if (linked.id !== undefined && repositoryId !== undefined) {
    if (linked.id !== repositoryId) return { kind: 'differs', seen: text, resurrected: sameName };
    return sameName ? { kind: 'same' } : { kind: 'renamed', seen: text };
  }
  return sameName ? { kind: 'same' } : { kind: 'differs', seen: text, resurrected: false };
}
