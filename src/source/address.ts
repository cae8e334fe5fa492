import { isLoopback } from '../model/loopback.ts';

/**
 * Why an address may not be asked, in words for people; `undefined` when it may be: `https:` anywhere, `http:` on this
 * machine only, nothing that carries a password.
 */
export function refusal(text: string): string | undefined {
  const url = parseUrl(text);
  if (url === undefined) return 'not an address';
  if (url.username !== '' || url.password !== '') return 'an address with a user name or password is refused';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return `${url.protocol} addresses are refused, only https: is allowed`;
  return isLoopback(url.hostname) ? undefined : 'plain http: is allowed on this machine only; use https:';
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
