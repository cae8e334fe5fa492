import type { TrustStatus } from '../model/report.ts';
import type { Pack } from '../source/pack/pack.ts';
import { field, parseJson } from '../wire/json.ts';

/** The file in a pack that describes the trusted root of its recording. */
export const trustNote = 'trust.json';

/** A description of the trusted root, for people: it is shown on replay and never used. */
export function toTrustNote({ source, digest, refreshedAt, expiresAt, versions }: TrustStatus): Uint8Array {
  return Buffer.from(`${JSON.stringify({ source, digest, refreshedAt, expiresAt, versions })}\n`);
}

/**
 * Compares the trusted root of a pack's recording with the current one, in a sentence; `undefined` if the pack does
 * not say.
 */
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
