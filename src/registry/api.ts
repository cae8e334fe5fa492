import type { LinkedRepository } from '../model/evidence.ts';
import { field, type Parsed, parseJson } from '../wire/json.ts';
import { toLink } from './meta.ts';

/** The log index in the API's answer about a version, decimal; `undefined` where the registry says that there is none. */
export function parseBadge(bytes: Uint8Array): Parsed<string | undefined> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return { ok: false, why: `the registry's answer is ${parsed.why}` };
  const badge = field(parsed.value, 'rekorLogId');
  if (badge === null) return { ok: true, value: undefined };
  if (typeof badge === 'string' && /^(?:0|[1-9][0-9]{0,18})$/.test(badge)) return { ok: true, value: badge };
  return { ok: false, why: 'the registry does not say whether there is provenance' };
}

/** The linked repository in the API's answer about a package; `null` where the registry says that there is none. */
export function parseLink(bytes: Uint8Array): Parsed<LinkedRepository | null> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return { ok: false, why: `the registry's answer is ${parsed.why}` };
  const linked = field(parsed.value, 'githubRepository');
  if (linked === null) return { ok: true, value: null };
  const link = toLink(linked);
  return link === undefined
    ? { ok: false, why: 'the registry does not say whether a repository is linked' }
    : { ok: true, value: link };
}
