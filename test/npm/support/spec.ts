import type { MintedPackage } from './package.ts';

/** One of JSR's own test files for the npm tarball: attested files in, files of the tarball out. */
export interface GoldenSpec {
  readonly input: MintedPackage;
  readonly output: Readonly<Record<string, string>>;
}

/** Reads the format of those files: `# path` before each input, `== path ==` before each output. */
export function parseSpec(text: string): GoldenSpec {
  const files: Record<string, string> = {};
  const output: Record<string, string> = {};
  for (const [, name = '', body = ''] of `\n${text}`.matchAll(
    /\n# (\S+)\n([\s\S]*?)(?=\n# \S|$(?![\s\S]))/g,
  )) {
    if (name === 'output') Object.assign(output, parseOutput(body));
    else if (!name.includes(':')) files[`/${name}`] = body;
  }
  const config = JSON.parse(files['/jsr.json'] ?? '{}') as {
    name: string;
    version: string;
    exports: string | Record<string, string>;
  };
  const [scope, name] = config.name.slice(1).split('/');
  return {
    input: { scope: scope ?? '', name: name ?? '', version: config.version, files, exports: config.exports },
    output: Object.fromEntries(
      Object.entries(output).map(([path, text]) => [path, files[path]?.endsWith('\n') ? `${text}\n` : text]),
    ),
  };
}

// Behind each output file stands one newline that it had or had not; files copied from the input have it where the input does.
function parseOutput(body: string): Record<string, string> {
  const output: Record<string, string> = {};
  for (const [, path = '', content = ''] of `\n${body.trimEnd()}\n`.matchAll(
    /\n== (\S+) ==\n([\s\S]*?)(?=\n== \S+ ==\n|$(?![\s\S]))/g,
  )) {
    output[path] = content.replace(/\n$/, '');
  }
  return output;
}
