import { JsrVerifyError } from '../model/error.ts';
import { publicTufMirror } from '../sigstore/public-mirror.ts';
import { loadTrust, type Trust, type TrustOptions } from '../sigstore/trust.ts';
import type { Proxies } from '../source/http/agent.ts';

/** Milliseconds for all of TUF together. */
const patience = 10_000;

/** Where trust comes from. What is left out is the usual: the public Sigstore, asked now, with nothing kept between runs. */
export interface OpenTrustOptions extends Partial<Omit<TrustOptions, 'send'>> {
  readonly proxies?: Proxies | undefined;
}

/**
 * Loads the trusted root, through a proxy where one is named: from the file that is named, else from TUF (asked at most once a
 * day where there is a `cacheDir`), else from the TUF cache while it has not expired, else, for the public Sigstore, the one
 * built into the program. Each step down is a warning in `status`, and an error with `strict`.
 *
 * @throws {JsrVerifyError} `TRUST_INVALID` where something was seen that does not verify, `TRUST_UNAVAILABLE` where nothing is
 * left to step down to, `OPTIONS_INVALID` where files or mirror cannot be used, `INTERRUPTED` where `signal` is why there is none
 */
export async function openTrust({ proxies = {}, ...options }: OpenTrustOptions = {}): Promise<Trust> {
  const { mirror = publicTufMirror, cacheDir, offline = false, timeoutMs = patience } = options;
  const proxied = !offline && (proxies.http !== undefined || proxies.https !== undefined);
  const line = proxied
    ? await (await import('../source/http/agent.ts')).openAgents({
        connections: 2,
        connectMs: timeoutMs,
        proxies,
      })
    : undefined;
  try {
    return await loadTrust({
      ...options,
      ...{ mirror, cacheDir, offline, timeoutMs, now: options.now ?? new Date() },
      ...(line && { send: line.request }),
    });
  } catch (error) {
    if (options.signal?.aborted === true)
      throw new JsrVerifyError('INTERRUPTED', 'interrupted before there was a trusted root');
    throw options.trustedRootFile === undefined ? error : aboutFile(error);
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
