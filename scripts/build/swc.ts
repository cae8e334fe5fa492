import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Metafile, Plugin } from 'esbuild';

/** The compiler's WebAssembly below `dist/`, unchanged but compressed: 4 MB instead of 18. */
const file = 'swc.wasm.br';
const asPublished = `const path = require('path').join(__dirname, 'wasm_bg.wasm');
const bytes = require('fs').readFileSync(path);`;
// Chunks are one folder below the file; the program's banner says where a chunk is.
const asShipped = `const bytes = require('node:zlib').brotliDecompressSync(
  require('node:fs').readFileSync(new URL('../${file}', __chunkUrl)),
);`;

/** Lets the bundled `@swc/wasm` find its WebAssembly; fails the build if the package loads it in a new way. */
export const swcPlugin: Plugin = {
  name: 'swc',
  setup({ onLoad }) {
    onLoad({ filter: /@swc[/\\]wasm[/\\]wasm\.js$/ }, async ({ path }) => {
      const published = await readFile(path, 'utf8');
      if (!published.includes(asPublished)) throw new Error(`${path} does not load its wasm as it used to`);
      return { contents: published.replace(asPublished, asShipped), loader: 'js' };
    });
  },
};

/** The compiler's WebAssembly by its path below `dist/`; empty if the program does not contain the compiler. */
export async function swcFiles(root: string, metafile: Metafile): Promise<Map<string, Uint8Array>> {
  const home = Object.keys(metafile.inputs).find((input) => input.endsWith('@swc/wasm/wasm.js'));
  if (home === undefined) return new Map();
  const wasm = await readFile(join(root, home, '../wasm_bg.wasm'));
  // The highest quality would take a minute to save another 0.8 MB.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return new Map([[file, await promisify(brotliCompress)(wasm, { params })]]);
}
