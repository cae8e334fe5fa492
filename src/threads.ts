import { openPool } from './source/workers/pool.ts';
import type { Workers } from './source/workers/workers.ts';

/** Where `worker.ts` lies, seen from here; put in by the build, which puts this module into a chunk. */
declare const JSR_VERIFY_WORKER: string | undefined;

let pool: Workers | undefined;

/** The worker threads of this process, one pool for all audits. */
export function threads(): Workers {
  const worker = typeof JSR_VERIFY_WORKER === 'string' ? JSR_VERIFY_WORKER : './worker.ts';
  pool ??= openPool({ program: new URL(worker, import.meta.url) });
  return pool;
}
