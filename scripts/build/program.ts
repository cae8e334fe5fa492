import { relative, sep } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { swcFiles, swcPlugin } from './swc.ts';

/** CommonJS packages inside an ES module still call `require` for modules of Node. */
const banner = `import { createRequire as __createRequire } from 'node:module';
const __chunkUrl = import.meta.url;
const require = __createRequire(__chunkUrl);`;

/**
 * The library, the command line and the program of worker threads as ES modules that share chunks, by their path below
 * `dist/`.
 *
 * Nothing is minified: whoever audits this program can read the bytes that run, and a stack trace names a
 * function and a line. Minified, all of it at once loads no faster. Source maps would only double the size.
 */
export async function program(
  root: string,
  version: string,
): Promise<{ files: Map<string, Uint8Array>; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { index: 'src/index.ts', 'cli/main': 'src/cli/main.ts', worker: 'src/worker.ts' },
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // UMD builds hide their requires from a bundler, so a package's ES module comes first.
    mainFields: ['module', 'main'],
    banner: { js: banner },
    plugins: [swcPlugin],
    define: {
      JSR_VERIFY_VERSION: JSON.stringify(version),
      // Relative to a chunk, which is one folder below.
      JSR_VERIFY_WORKER: JSON.stringify('../worker.js'),
    },
    legalComments: 'eof',
    // A linked node_modules must not change the output, nor the paths of packages in the lockfile.
    preserveSymlinks: true,
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const files = outputFiles
    .map(({ path, contents }) => [relative(`${root}/dist`, path).replaceAll(sep, '/'), contents] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { files: new Map([...files, ...(await swcFiles(root, metafile))]), metafile };
}
