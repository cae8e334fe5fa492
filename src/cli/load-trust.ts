import { JsrVerifyError } from '../model/error.ts';
import { loadTrust, type Trust, type TrustOptions } from '../sigstore/trust.ts';
import type { Environment } from './environment.ts';
import type { Settings } from './settings.ts';

/** Milliseconds for all of TUF together. */
const patience = 10_000;

/**
 * Loads the trusted root as the settings say, through the proxy where the environment names one.
 *
 * @throws {JsrVerifyError} as `loadTrust`, and `INTERRUPTED` where that is why there is none
 */
export async function openTrust(
  settings: Settings,
  environment: Pick<Environment, 'now' | 'signal'>,
  how: Pick<TrustOptions, 'strict' | 'forceRefresh' | 'onProgress'>,
): Promise<Trust> {
  const { proxies, offline, tufMirror, cacheDir, trustedRootFile, tufRootFile } = settings;
  const proxied = !offline && (proxies.http !== undefined || proxies.https !== undefined);
  const line = proxied
    ? await (await import('../source/http/agent.ts')).openAgents({
        connections: 2,
        connectMs: patience,
        proxies,
      })
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
      signal: environment.signal,
      ...(line && { send: line.request }),
      ...how,
    });
  } catch (error) {
    if (environment.signal.aborted)
      throw new JsrVerifyError('INTERRUPTED', 'interrupted before there was a trusted root');
    throw trustedRootFile === undefined ? error : aboutFile(error);
  } finally {
    await line?.destroy();
  }
}

// A file that the user named stays what it is: trying again, as with a mirror, would not help.
function aboutFile(error: unknown): unknown {
  if (!(error instanceof JsrVerifyError) || error.code !== 'TRUST_INVALID') return error;
  const { message, hint, cause } = error;
  return new JsrVerifyError('OPTIONS_INVALID', message, { ...(hint !== undefined && { hint }), cause });
}
