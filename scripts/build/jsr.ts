import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { parseSync } from 'oxc-parser';
import { readPackage } from './package.ts';

/** The name on JSR: a scope and the program. */
const name = '@jsr-verify/jsr-verify';
const papers = ['LICENSE', 'README.md', 'THIRD_PARTY_LICENSES.md', 'sbom.cdx.json'];
const program = 'bin/jsr-verify.js';

/**
 * Writes the files that `deno publish` puts on JSR: the built program and library of `root`, adapted to modules that are loaded by
 * address and not as files. Throws if the built program does not have the expected form.
 */
export async function stageForJsr(root: string, into: string): Promise<void> {
  const write = async (file: string, text: string | Uint8Array) => {
    await mkdir(dirname(join(into, file)), { recursive: true });
    await writeFile(join(into, file), text);
  };
  const entries = await readdir(join(root, 'dist'), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
  for (const file of files) {
    const bytes = await readFile(join(root, file));
    if (file.endsWith('.wasm.br'))
      await write(`${file}.js`, `export default '${bytes.toString('base64')}';\n`);
    else if (file.endsWith('.d.ts'))
      await write(
        file,
        bytes.toString().replace(/(?<=from '|import\(["'])(\.[^"']*)\.js(?=["'])/g, '$1.d.ts'),
      );
    else if (file.endsWith('.js')) await write(file, served(file, bytes.toString()));
  }
  for (const file of papers) {
    await mkdir(dirname(join(into, file)), { recursive: true });
    await cp(join(root, file), join(into, file));
  }
  // The program exports nothing. This file says so, so that JSR need not analyse the program.
  await write('bin/jsr-verify.d.ts', 'export {};\n');
  await write(
    program,
    (await readFile(join(root, program), 'utf8')).replace('\n', '\n// @ts-self-types="./jsr-verify.d.ts"\n'),
  );
  const { version, license } = await readPackage(join(root, 'package.json'));
  const exports = { '.': './dist/index.js', './cli': `./${program}` };
  await write('jsr.json', `${JSON.stringify({ name, version, license, exports }, null, 2)}\n`);
}

/** A module of the program, adapted to being loaded by address. */
function served(file: string, text: string): string {
  const types = file === 'dist/index.js' ? '// @ts-self-types="./types/index.d.ts"\n' : '';
  return types + withoutForeignTypes(file, withWorker(withWasm(withRequire(file, text))));
}

// Only modules of Node are required, so any path works; one with a drive is also a valid path on Windows.
function withRequire(file: string, text: string): string {
  const place = /(?<=\b_*(?:createRequire\d*|fileURLToPath\d*)\()(?:__chunkUrl|import\.meta\.url)(?=\))/g;
  if (!place.test(text)) throw new Error(`${file} does not make its require as it used to`);
  return text.replace(place, "'file:///C:/jsr-verify.js'");
}

function withWasm(text: string): string {
  const read =
    /\b_*require\(["']node:fs["']\)\.readFileSync\(new URL\(["'](\.\.\/.*?\.wasm\.br)["'], __chunkUrl\)\)/;
  const [call, path] = read.exec(text) ?? [];
  if (call === undefined) {
    if (text.includes('.wasm.br')) throw new Error('the wasm is not read as it used to be');
    return text;
  }
  return `import __wasm from '${path}.js';\n${text.replace(call, "Buffer.from(__wasm, 'base64')")}`;
}

// A thread starts from a file or from text, so this uses a text that imports the module by its address. The function is never
// called; it makes Deno load the module before it is needed.
function withWorker(text: string): string {
  const place = 'new URL(worker, import.meta.url)';
  if (text.includes('"../worker.js"') !== text.includes(place))
    throw new Error('worker threads are not started as they used to be');
  const code = 'encodeURIComponent(`import ${JSON.stringify(' + place + '.href)};`)';
  return text.includes(place)
    ? `${text.replace(place, 'new URL(`data:text/javascript,${' + code + '}`)')}\n() => import('../worker.js');\n`
    : text;
}

// Comments of bundled packages name types in files that are missing here, and JSR would look for them.
function withoutForeignTypes(file: string, text: string): string {
  let kept = text;
  for (const { start, end, value } of parseSync(file, text).comments.toReversed())
    if (/@import|import\(/.test(value))
      kept = kept.slice(0, start) + kept.slice(start, end).replace(/[^\n]/g, ' ') + kept.slice(end);
  return kept;
}
