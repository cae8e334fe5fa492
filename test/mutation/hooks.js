// For `node --import`: lets unit tests run again and again in one process, by answering `vitest` with `./vitest.ts`.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  await import('../../scripts/typescript.js');
  register(import.meta.url);
  globalThis.JSR_VERIFY_VERSION = '0.0.0';
}

/** Node's `resolve` hook. */
export function resolve(specifier, context, nextResolve) {
  if (specifier !== 'vitest') return nextResolve(specifier, context);
  return { url: new URL('vitest.ts', import.meta.url).href, shortCircuit: true };
}
