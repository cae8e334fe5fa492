import { rootCertificates } from 'node:tls';
import type { Agent, Dispatcher } from 'undici';
import { isLoopback } from '../../model/loopback.ts';
import { isGarbled } from '../reason.ts';

/** Proxies as the environment names them (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`); empty or missing means no proxy. */
export interface Proxies {
  readonly http?: string | undefined;
  readonly https?: string | undefined;
  /** Hosts asked without a proxy, separated by commas; this machine is always one of them. */
  readonly no?: string | undefined;
}

export interface AgentOptions {
  readonly connections: number;
  /** Milliseconds to get a connection. */
  readonly connectMs: number;
  readonly proxies?: Proxies | undefined;
  /** Certificate authorities in PEM that are trusted beside the system's own. */
  readonly ca?: string | undefined;
}

/** Connections that are kept open and shared by all questions of a run. */
export interface Agents {
  /** Sends a request to the URL; `origin` and `path` are taken from there. */
  readonly request: (url: URL, options: RequestOptions) => Promise<Dispatcher.ResponseData>;
  /** How many connections to the origin have ended in bytes that belong to no answer (not known behind a proxy). */
  readonly garbled: (origin: string) => number;
  readonly destroy: () => Promise<void>;
}

type RequestOptions = Omit<Dispatcher.RequestOptions, 'origin' | 'path'>;

/** Loads the HTTP client; rejects when a proxy is not an address. */
export async function openAgents({ connections, connectMs, proxies, ca }: AgentOptions): Promise<Agents> {
  const { default: DirectAgent } = await import('undici/lib/dispatcher/agent.js');
  const { default: request } = await import('undici/lib/api/api-request.js');
  const connect = { timeout: connectMs, ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }) };
  const options: Agent.Options = {
    connections,
    pipelining: 1,
    // Every exchange has a timer of its own around it, from the first byte sent to the last one read.
    headersTimeout: 0,
    bodyTimeout: 0,
    autoSelectFamily: true,
    connect,
  };
  const direct = new DirectAgent(options);
  const proxied = await openProxied(options, connect, proxies);
  const garbled = new Map<string, number>();
  direct.on('disconnect', ({ origin }, _, error) => {
    if (isGarbled(error)) garbled.set(origin, (garbled.get(origin) ?? 0) + 1);
  });
  return {
    request: (url, rest) => {
      // This machine is asked without a detour, so that plain http: never leaves it.
      const agent = isLoopback(url.hostname) ? direct : (proxied ?? direct);
      return request.call(agent, { ...rest, origin: url.origin, path: url.pathname + url.search });
    },
    garbled: (origin) => garbled.get(origin) ?? 0,
    destroy: async () => {
      await Promise.all([direct.destroy(), proxied?.destroy()]);
    },
  };
}

async function openProxied(
  options: Agent.Options,
  connect: { readonly timeout: number; ca?: string[] },
  proxies?: Proxies,
): Promise<Dispatcher | undefined> {
  if (!proxies?.http && !proxies?.https) return undefined;
  // Tunnels need all of undici; only its default export is there in a bundle, too.
  const { default: undici } = await import('undici');
  return new undici.EnvHttpProxyAgent({
    ...options,
    requestTls: connect,
    // An empty text, not a missing one: the library would look into the environment by itself.
    httpProxy: proxies.http ?? '',
    httpsProxy: proxies.https ?? '',
    noProxy: proxies.no ?? '',
  });
}
