// Writes src/sigstore/root.json, the root built into the program, from the seed that comes with the Sigstore library.
// Usage: node --import ./scripts/typescript.js scripts/make-root.ts <day the library's version was published>
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const mirror = 'https://tuf-repo-cdn.sigstore.dev';

/** The content of root.json for the seed of `@sigstore/tuf` that is installed under `folder`. */
export async function makeRoot(folder: URL, date: string): Promise<string> {
  const library: { name: string; version: string } = await json(
    new URL('@sigstore/tuf/package.json', folder),
  );
  const seeds: Record<string, { 'root.json': string; targets: Record<string, string> }> = await json(
    new URL('@sigstore/tuf/seeds.json', folder),
  );
  const seed = seeds[mirror];
  const target = seed?.targets['trusted_root.json'];
  if (seed === undefined || target === undefined) throw new Error(`no seed for ${mirror}`);
  const tufRoot = text(seed['root.json']);
  const { signed }: { signed: { version: number; expires: string } } = JSON.parse(tufRoot);
  const root = {
    mirror,
    from: `${library.name} ${library.version}`,
    date,
    tufRootVersion: signed.version,
    tufRootExpires: signed.expires,
    tufRoot,
    trustedRoot: text(target),
  };
  return `${JSON.stringify(root, null, 2)}\n`;
}

async function json<T>(file: URL): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8'));
}

/** The seed holds base64; the bytes must survive being kept as text. */
function text(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  const decoded = bytes.toString('utf8');
  if (!Buffer.from(decoded, 'utf8').equals(bytes)) throw new Error('the seed is not UTF-8');
  return decoded;
}

if (import.meta.filename === process.argv[1]) {
  const [date = ''] = parseArgs({ allowPositionals: true }).positionals;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new Error('usage: make-root.ts <yyyy-mm-dd>');
  const made = await makeRoot(new URL('../node_modules/', import.meta.url), date);
  await writeFile(new URL('../src/sigstore/root.json', import.meta.url), made);
  console.log('wrote src/sigstore/root.json');
}
