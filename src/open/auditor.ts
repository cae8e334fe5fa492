import { join } from 'node:path';
import type { Auditor } from '../auditor.ts';
import { defaultPolicy, type Policy } from '../model/policy.ts';
import { type Addresses, publicAddresses } from '../registry/addresses.ts';
import type { Trust } from '../sigstore/trust.ts';
import type { Pack } from '../source/pack/pack.ts';
import { checkpointMemory } from '../tlog/follow-memory.ts';
import { openSource, type SourceOptions } from './source.ts';
import { type OpenTrustOptions, openTrust } from './trust.ts';

/**
 * What an audit works with. What is left out is what the command does by default, but for the environment and the cache folder: the
 * library reads no environment and keeps nothing between runs.
 */
export interface AuditorOptions
  extends Omit<SourceOptions, 'rekor'>,
    Pick<Auditor, 'depth' | 'leastDepth' | 'discover' | 'bundles' | 'workers' | 'onPackage'> {
  /** The services to ask; the public ones when missing. */
  readonly addresses?: Addresses | undefined;
  /** Provenance required, expectations from the registry's link, when missing. */
  readonly policy?: Policy | undefined;
  /** A trusted root that is loaded already; when missing, it is loaded as `trustOptions` say. */
  readonly trust?: Trust | undefined;
  /**
   * Where the trusted root comes from, beside `cacheDir`, `offline`, `proxies`, `now` and `signal`, which are those of the audit.
   * `strict` is that of the policy when missing.
   */
  readonly trustOptions?:
    | Pick<
        OpenTrustOptions,
        'mirror' | 'tufRootFile' | 'trustedRootFile' | 'strict' | 'timeoutMs' | 'onProgress'
      >
    | undefined;
  /** The time by which certificates, exemptions and ages are judged; the present when missing. */
  readonly now?: Date | undefined;
}

/** An auditor with its source open, to be closed at the end: with `await using`, or by `close`. */
export interface OpenAuditor extends Auditor {
  /** The pack, where evidence comes from one. */
  readonly pack?: Pack | undefined;
  /** Requests under way at this moment. */
  inFlight(): number;
  /** Closes the source, as `OpenSource.close` does. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens everything that an audit works with.
 *
 * @throws {JsrVerifyError} as `openSource` and `openTrust`
 */
export async function openAuditor(options: AuditorOptions = {}): Promise<OpenAuditor> {
  const {
    addresses = publicAddresses,
    cacheDir,
    packFile,
    concurrency,
    proxies,
    signal,
    onWarning,
  } = options;
  const offline = options.offline === true || packFile !== undefined;
  const now = options.now ?? new Date();
  const policy = options.policy ?? defaultPolicy;
  const source = await openSource({ ...options, rekor: addresses.rekor });
  try {
    const trust =
      options.trust ??
      (await openTrust({
        strict: policy.strict,
        ...options.trustOptions,
        ...{ cacheDir, offline, now, proxies },
        ...(signal && { signal }),
      }));
    const { depth, leastDepth, discover, bundles, workers, onPackage } = options;
    return {
      ...{ source, trust, addresses, now, depth, pack: source.pack, live: !offline },
      policy,
      ...(leastDepth && { leastDepth }),
      // Of each package, some questions wait for an answer while others are asked.
      ...(concurrency !== undefined && { concurrency: 3 * concurrency }),
      ...(discover !== undefined && { discover }),
      ...(bundles && { bundles }),
      ...(workers && { workers }),
      ...(cacheDir !== undefined && { memory: checkpointMemory(join(cacheDir, 'logs'), onWarning) }),
      ...(signal && { signal }),
      ...(onPackage && { onPackage }),
      inFlight: () => source.inFlight,
      close: () => source.close(),
      [Symbol.asyncDispose]: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}
