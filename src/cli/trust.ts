import { loadTrust, type Trust, type TrustOptions } from '../sigstore/trust.ts';
import type { Environment } from './environment.ts';
import type { Settings } from './settings.ts';

/** Milliseconds for all of TUF together. */
const patience = 10_000;

/** Loads the trusted root as the settings say, through the proxy where the environment names one. */
export async function openTrust(
  settings: Settings,
  environment: Pick<Environment, 'now'>,
  how: Pick<TrustOptions, 'strict' | 'forceRefresh' | 'onProgress'>,
): Promise<Trust> {
  const { proxies, offline, tufMirror, cacheDir, trustedRootFile, tufRootFile } = settings;
  const proxied = !offline && (proxies.http !== undefined || proxies.https !== undefined);
  const line = proxied
    ? await (await import('../source/agent.ts')).openAgents({ connections: 2, connectMs: patience, proxies })
    : undefined;
  try {
    return await loadTrust({
      mirror: tufMirror,
      ...(trustedRootFile !== undefined && { trustedRootFile }),
      ...(tufRootFile !== undefined && { tufRootFile }),
      cacheDir,
      offline,
      timeoutMs: patience,
      now: environment.now(),
      ...(line && { send: line.request }),
      ...how,
    });
  } finally {
    await line?.destroy();
  }
}
