import { join } from 'node:path';
import { tool } from '../model/tool.ts';
import { openCache } from '../source/cache/cache.ts';
import { readBytesFile } from '../source/disk.ts';
import type { Pack } from '../source/pack/pack.ts';
import type { Source } from '../source/source.ts';
import type { Settings } from './settings.ts';

/** The tool and where to read about it, as the registry's usage policy wants to see it. */
const userAgent = `jsr-verify/${tool.version}; https://github.com/jsr-verify/jsr-verify`;

const maxPackBytes = 1_000_000_000;

/** The source of evidence for one run. */
export interface Opened {
  readonly source: Source;
  /** Requests under way at this moment. */
  inFlight(): number;
  close(): Promise<void>;
  /** The pack, where there is one. */
  readonly pack?: Pack;
}

/**
 * For an audit of so many packages: a pack, the cache alone, or the network with the cache before it: whatever the
 * settings say, and nothing else is opened.
 */
export async function openSource(
  settings: Settings,
  packages: number,
  onTrouble: (text: string) => void,
): Promise<Opened> {
  const cache =
    settings.cacheDir === undefined
      ? undefined
      : openCache({ dir: join(settings.cacheDir, 'evidence'), onTrouble });
  if (settings.packFile !== undefined) {
    const { openPack } = await import('../source/pack/pack.ts');
    const pack = await openPack(
      await readBytesFile(settings.packFile, { code: 'PACK_INVALID', maxBytes: maxPackBytes }),
    );
    return { ...still(pack), pack };
  }
  if (settings.offline) {
    const { offlineSource } = await import('../source/offline.ts');
    return still(offlineSource(cache));
  }
  const { httpSource } = await import('../source/http/http.ts');
  const { batching } = await import('../tlog/batch.ts');
  const network = httpSource({
    userAgent,
    timeoutMs: settings.timeoutMs,
    concurrencyPerHost: settings.concurrency,
    ...(cache !== undefined && { cache }),
    proxies: settings.proxies,
  });
  return {
    // Waiting for company is for those who have some.
    source: packages > 1 ? batching(network, settings.addresses.rekor, cache) : network,
    inFlight: () => network.inFlight,
    close: () => network.close(),
  };
}

function still(source: Source): Opened {
  return { source, inFlight: () => 0, close: async () => undefined };
}
