import type { Agent, Dispatcher } from 'undici';
import { isLoopback } from './address.ts';
import { isGarbled } from './reason.ts';

/** Proxies as the environment names them (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`); empty or missing is none. */
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
  readonly for: (url: URL) => Dispatcher;
  /** How many connections to the origin have ended in bytes that belong to no answer (not known behind a proxy). */
  readonly garbled: (origin: string) => number;
  readonly destroy: () => Promise<void>;
}

/** Loads the HTTP client; rejects when a proxy is not an address. */
export async function openAgents({ connections, connectMs, proxies, ca }: AgentOptions): Promise<Agents> {
  const { Agent, EnvHttpProxyAgent } = await import('undici');
  const { rootCertificates } = await import('node:tls');
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
  const direct = new Agent(options);
  const garbled = new Map<string, number>();
  direct.on('disconnect', ({ origin }, _, error) => {
    if (isGarbled(error)) garbled.set(origin, (garbled.get(origin) ?? 0) + 1);
  });
  const proxied =
    proxies?.http || proxies?.https
      ? new EnvHttpProxyAgent({
          ...options,
          requestTls: connect,
          // An empty text, not a missing one: the library would look into the environment by itself.
          httpProxy: proxies.http ?? '',
          httpsProxy: proxies.https ?? '',
          noProxy: proxies.no ?? '',
        })
      : direct;
  return {
    for: (url) => (isLoopback(url.hostname) ? direct : proxied),
    garbled: (origin) => garbled.get(origin) ?? 0,
    destroy: async () => {
      await Promise.all([direct.destroy(), proxied === direct ? undefined : proxied.destroy()]);
    },
  };
}
