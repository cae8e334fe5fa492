import { field, isRecord, parseJson } from '../../wire/json.ts';

/**
 * Whether two answers to one question that never changes say the same, though their bytes differ.
 *
 * A log signs its promise, its checkpoint and the proof that leads there anew whenever an entry is read (contract 7.1), and gives its
 * present root beside a proof of consistency (trap 24). All of those are verified where they are used, so either answer may stay.
 */
export function sayTheSame(url: string, one: Uint8Array, other: Uint8Array): boolean {
  const lasting = lastingPartOf(url);
  if (lasting === undefined) return false;
  const [a, b] = [lasting(one), lasting(other)];
  return a !== undefined && a === b;
}

type Lasting = (answer: Uint8Array) => string | undefined;

function lastingPartOf(url: string): Lasting | undefined {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  if (/\/api\/v1\/log\/entries(?:\/[0-9a-f]{64,80})?$/.test(path)) return entryIn;
  return path.endsWith('/api/v1/log/proof') ? hashesIn : undefined;
}

/** The one entry of an answer without `verification`; its id may be written with or without the tree before the leaf. */
function entryIn(answer: Uint8Array): string | undefined {
  const parsed = parseJson(answer);
  if (!parsed.ok || !isRecord(parsed.value)) return undefined;
  const [found, ...more] = Object.entries(parsed.value);
  if (found === undefined || more.length > 0) return undefined;
  const [id, entry] = found;
  if (!isRecord(entry)) return undefined;
  const lasting = Object.entries(entry).filter(([key]) => key !== 'verification');
  return JSON.stringify([id.slice(-64), lasting.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

function hashesIn(answer: Uint8Array): string | undefined {
  const parsed = parseJson(answer);
  return parsed.ok && isRecord(parsed.value)
    ? JSON.stringify(field(parsed.value, 'hashes') ?? [])
    : undefined;
}
