// Builds everything in the package except bin/ and the documents: dist/, the third-party licences and the SBOM.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build/build.ts';

const { values } = parseArgs({ options: { into: { type: 'string' } } });
const root = resolve(import.meta.dirname, '..');
const { bytes, packages } = await build(root, values.into ?? root);
console.log(`built dist/: ${(bytes / 1024).toFixed(0)} KiB with ${packages} packages inside`);
