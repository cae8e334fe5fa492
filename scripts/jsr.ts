// Writes the files for JSR into a folder, from which `deno publish` publishes them. Needs `npm run build` first.
import { resolve } from 'node:path';
import { stageForJsr } from './build/jsr.ts';

await stageForJsr(resolve(import.meta.dirname, '..'), resolve(process.argv[2] ?? 'dist.jsr'));
