import type { TrustStatus } from '../model/report.ts';
import type { Pack } from '../source/pack/pack.ts';
import { field, parseJson } from '../wire/json.ts';

/** The name under which a pack says what was trusted when it was recorded. */
export const trustNote = 'trust.json';

/** What was trusted, for people: it is shown on replay and never used. */
export function toTrustNote({ source, digest, refreshedAt, expiresAt, versions }: TrustStatus): Uint8Array {
  return Buffer.from(`${JSON.stringify({ source, digest, refreshedAt, expiresAt, versions })}\n`);
}

/** How the trusted root of a pack's day compares with the one in use, in a sentence; `undefined` where it does not say. */
export function comparedTrust(
  { attachments, tool }: Pick<Pack, 'attachments' | 'tool'>,
  { digest }: TrustStatus,
): string | undefined {
  const bytes = attachments.get(trustNote);
  const parsed = bytes === undefined ? undefined : parseJson(bytes);
  if (parsed?.ok !== true) return undefined;
  const [recorded, refreshedAt] = ['digest', 'refreshedAt'].map((key) => field(parsed.value, key));
  if (typeof recorded !== 'string' || !/^[0-9a-f]{64}$/.test(recorded)) return undefined;
  const day = typeof refreshedAt === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(refreshedAt);
  const when = day ? `, which TUF had confirmed on ${refreshedAt.slice(0, 10)}` : '';
  return recorded === digest
    ? `the pack was recorded by ${tool} under the trusted root in use here${when}`
    : `the pack was recorded by ${tool} under a different trusted root than the one in use here${when}`;
}
