import { type Claims, claimsOf } from '../model/claims.ts';
import type { Provenance } from '../model/provenance.ts';
import type { ClaimChange, PublisherChange } from '../model/report.ts';

/**
 * Compares the publishers of two versions by their certificates. Ids decide: a new name with the same id is no
 * change.
 */
export function comparePublishers(before: Provenance, after: Provenance): PublisherChange {
  const [old, now] = [claimsOf(before.identity), claimsOf(after.identity)];
  const from = [
    ...idChange('repository', 'repositoryId', old, now),
    ...idChange('owner', 'ownerId', old, now),
    ...(['workflow', 'event', 'runner'] as const).flatMap((claim) => change(claim, old[claim], now[claim])),
    ...change('ref', refClass(old.ref), refClass(now.ref)),
    ...change('issuer', old.issuer, now.issuer),
  ];
  return { kind: from.length === 0 ? 'same' : 'changed', from };
}

/** The kind of ref of a build; the tag or branch itself changes with every release. */
function refClass(ref: string | undefined): string | undefined {
  if (ref === undefined) return undefined;
  if (ref.startsWith('refs/tags/')) return 'tag';
  if (ref.startsWith('refs/heads/')) return 'branch';
  return ref.startsWith('refs/pull/') ? 'pull request' : 'other';
}

function idChange(
  name: 'repository' | 'owner',
  id: 'repositoryId' | 'ownerId',
  old: Claims,
  now: Claims,
): readonly ClaimChange[] {
  const [oldId, newId] = [old[id], now[id]];
  if (oldId !== undefined && newId !== undefined) {
    if (oldId === newId) return [];
    // The same name with another id is another publisher, so the message has both names and ids.
    return [{ claim: id, before: `${old[name] ?? '?'} (${oldId})`, after: `${now[name] ?? '?'} (${newId})` }];
  }
  return change(name, old[name]?.toLowerCase(), now[name]?.toLowerCase());
}

function change(
  claim: string,
  before: string | undefined,
  after: string | undefined,
): readonly ClaimChange[] {
  return before === after ? [] : [{ claim, before: before ?? 'not stated', after: after ?? 'not stated' }];
}
