import { Timer } from './timer.ts';

/** A question is put to a host at most so many times. */
export const attempts = 3;
/** The longest `Retry-After` that is waited for, in milliseconds. */
export const longestWaitMs = 20_000;

/** Milliseconds before the try after number `attempt` (from 1): exponential, a random half of it jitter. */
export function backoffMs(attempt: number, firstMs = 250, random: number = Math.random()): number {
  const pause = firstMs * 4 ** (attempt - 1);
  return pause / 2 + (pause / 2) * random;
}

/** `Retry-After` in milliseconds from now (RFC 9110 §10.2.3: seconds or a date); `undefined` when it is neither. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  // Only the date form of RFC 9110: `Date.parse` alone would take "2" or "12 May" for a date, too.
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** A time for people. */
export function inWords(ms: number): string {
  return ms >= 1000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms)} ms`;
}

/** Waits; a signal that is aborted ends the wait early, which is no error. */
export async function sleep(ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  const timer = new Timer(ms, ...signals);
  if (!timer.signal.aborted)
    await new Promise<void>((resolve) => timer.signal.addEventListener('abort', () => resolve()));
  timer.stop();
}
