// Lets `node --import` run the TypeScript of this repository without a build. Node 22.18 and later strip types
// themselves; for Node 20 this hook does it. Every file keeps its own URL, so `import.meta` and stack traces are right.
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && !process.features.typescript) register(import.meta.url);

/** Node's `load` hook: turns a `.ts` file into JavaScript, leaves everything else alone. */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const { transform } = await import('esbuild');
  const { code } = await transform(await readFile(new URL(url), 'utf8'), {
    loader: 'ts',
    format: 'esm',
    target: `node${process.versions.node}`,
    sourcemap: 'inline',
    sourcefile: url,
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  return { format: 'module', source: code, shortCircuit: true };
}
