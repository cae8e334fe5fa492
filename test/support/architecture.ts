import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { importsOf, isNamed, isSyntax, lineAt, type Place, syntaxOf } from '../../scripts/syntax.ts';

/** The vocabulary and the reading of foreign bytes: for everyone. */
const words = ['model', 'wire'];
const engine = [
  ...words,
  'source',
  'tlog',
  'sigstore',
  'registry',
  'lockfile',
  'npm',
  'installed',
  'verify',
  'policy',
  'diff',
];

/** What tells the story, and what gets ready for it. */
const story = [
  'auditor.ts',
  'examine.ts',
  'audit',
  'audit.ts',
  'drift.ts',
  'export.ts',
  'open',
  'project',
  'catalogue.ts',
  'render.ts',
];

/** What each part of `src/` may import from the others; every part may import itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  wire: [],
  source: words,
  tlog: [...words, 'source'],
  sigstore: [...words, 'source', 'tlog'],
  registry: [...words, 'source', 'tlog'],
  lockfile: words,
  npm: words,
  installed: [...words, 'lockfile'],
  verify: [...words, 'sigstore', 'npm'],
  policy: words,
  diff: words,
  report: words,
  'auditor.ts': engine,
  'tasks.ts': engine,
  'worker.ts': ['source', 'tasks.ts'],
  'threads.ts': ['source'],
  examine: [...engine, 'auditor.ts', 'tasks.ts', 'threads.ts'],
  'examine.ts': [...engine, 'auditor.ts', 'examine'],
  audit: [...engine, 'auditor.ts', 'examine.ts'],
  'audit.ts': [...engine, 'auditor.ts', 'audit'],
  'drift.ts': [...engine, 'auditor.ts', 'audit', 'audit.ts'],
  'export.ts': [...engine, 'auditor.ts', 'examine.ts', 'audit.ts'],
  open: [...engine, 'auditor.ts'],
  project: [...words, 'source', 'registry', 'lockfile', 'installed', 'policy'],
  'catalogue.ts': [...words, 'verify', 'policy', 'report'],
  'render.ts': [...words, 'registry', 'report', 'catalogue.ts'],
  'audit-folder.ts': [...words, 'lockfile', 'audit.ts', 'open', 'project'],
  'index.ts': [...engine, ...story, 'report', 'audit-folder.ts'],
  // Commands load only what they need, so they name the parts instead of the index that names everything.
  cli: [...engine, ...story, 'report', 'audit-folder.ts', 'index.ts'],
};

/** Where each third-party package lives: a folder of `src/` or one file. A package without a home is not welcome. */
const homes: Readonly<Record<string, readonly string[]>> = {
  '@jridgewell/sourcemap-codec': ['npm'],
  '@sigstore/bundle': ['sigstore'],
  '@sigstore/core': ['sigstore'],
  '@sigstore/protobuf-specs': ['sigstore'],
  '@sigstore/tuf': ['sigstore'],
  '@sigstore/verify': ['sigstore'],
  '@swc/wasm': ['npm'],
  '@yarnpkg/parsers': ['lockfile'],
  acorn: ['npm'],
  cacache: ['source'],
  chalk: ['report/formats/pretty.ts', 'report/formats/explanation.ts'],
  diff: ['cli'],
  'env-paths': ['cli'],
  'fastest-levenshtein': ['policy'],
  'jsonc-parser': ['wire', 'lockfile', 'policy', 'report/formats/cyclonedx-document.ts'],
  'lru-cache': ['source'],
  ora: ['cli'],
  'p-map': ['audit'],
  'packageurl-js': ['lockfile/parts/package-url.ts'],
  semver: ['registry', 'lockfile', 'npm', 'policy', 'diff'],
  'smol-toml': ['lockfile'],
  tar: ['npm'],
  'tuf-js': ['sigstore'],
  undici: ['source', 'sigstore/tuf-mirror.ts'],
  yaml: ['lockfile'],
  yargs: ['cli'],
  yauzl: ['source/zip.ts'],
};

/** What of Node is mere computing. Everything else touches the machine and has its own homes. */
const computing: ReadonlySet<string> = new Set([
  'buffer',
  'crypto',
  'events',
  'path',
  'path/posix',
  'stream',
  'stream/promises',
  'string_decoder',
  // Lets others have their turn; tells nobody the time.
  'timers/promises',
  'url',
  'util',
  'zlib',
]);
const machineHomes = ['source', 'cli'];
/** TUF keeps its metadata on disk and has its own line to its mirror, outside of what a source records or replays. */
const diskForTrust = {
  files: ['sigstore/trust-disk.ts'],
  builtins: ['fs', 'fs/promises', 'os'],
};

/** Where files are opened by name, so that everywhere else no pipe, device or link can be in the way. */
const opener = 'source/local-file.ts';
/** What of `node:fs` opens a file by its name or makes folders, and who may use it besides. */
const openers: Readonly<Record<string, readonly string[]>> = {
  appendFile: [],
  copyFile: [],
  cp: [],
  createReadStream: [],
  createWriteStream: [],
  mkdir: [],
  open: [],
  openAsBlob: [],
  readFile: [],
  readv: [],
  truncate: [],
  // A report that goes to a pipe or a device of the user's choice; a folder that the program has just made for itself.
  writeFile: ['cli/replace-file.ts', 'sigstore/trust-disk.ts'],
};

/** Names that reach the machine without an import, and where they may be used. */
const globals: Readonly<Record<string, readonly string[]>> = {
  process: ['cli'],
  console: ['cli'],
  globalThis: ['cli'],
  fetch: ['source'],
  WebSocket: ['source'],
  EventSource: ['source'],
};

/** Properties of node:crypto that Node, Deno and bun fill in different ways; what they say is read from DER instead. */
const hostProperties = ['keyUsage', 'asymmetricKeyDetails'];

/** Same input, same output: no clock, no chance. */
const pure: ReadonlySet<string> = new Set([
  'model',
  'wire',
  'lockfile',
  'npm',
  'installed',
  'verify',
  'policy',
  'diff',
  'report',
]);

/** What is wrong with one file of `src/`, named by its path below it; one line of text per breach. */
export function breaches(path: string, text: string): readonly string[] {
  const part = partOf(path);
  if (!Object.hasOwn(mayImport, part)) return [`${path}: src/${part} is not a part of the architecture`];
  const at = (line: number, message: string) => `${path}:${line}: ${message}`;
  return [
    ...importsOf(path, text).flatMap(({ specifier, line }) => {
      const message = importBreach(path, specifier);
      return message === undefined ? [] : [at(line, message)];
    }),
    ...syntaxOf(path, text).flatMap((place) => {
      const message =
        openerBreach(path, place) ??
        globalBreach(path, place) ??
        clockBreach(part, place) ??
        aliasBreach(place) ??
        proseBreach(place) ??
        hostBreach(place);
      return message === undefined ? [] : [at(lineAt(text, place.node.start), message)];
    }),
  ];
}

/** The files of `src/` that a file of `src/` names, by their paths below it. */
export function neighboursOf(path: string, text: string): readonly string[] {
  return importsOf(path, text)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => posix.join(posix.dirname(path), specifier));
}

/** The lines on which a value is cast to `Provenance`, however it is wrapped. */
export function castsToProvenance(path: string, text: string): readonly string[] {
  return syntaxOf(path, text)
    .filter(({ node }) => node.type === 'TSAsExpression' || node.type === 'TSTypeAssertion')
    .filter(({ node }) => names(node['typeAnnotation'], 'Provenance'))
    .map(({ node }) => `${path}:${lineAt(text, node.start)}`);
}

function partOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function livesIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}

function importBreach(path: string, specifier: string): string | undefined {
  if (specifier === '<computed>') return 'imports something that only the running program knows';
  if (specifier.startsWith('.')) return insideBreach(path, specifier);
  if (isBuiltin(specifier)) return builtinBreach(path, specifier.replace(/^node:/, ''));
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const places = Object.hasOwn(homes, name) ? homes[name] : undefined;
  if (places === undefined) return `imports ${name}, which has no home`;
  if (!livesIn(path, places)) return `imports ${name}, which lives in ${places.join(', ')}`;
  // Files inside a package are nobody's promise; those that are needed are named in one place.
  const isInside = specifier.includes('/dist/') && path !== 'sigstore/library.ts';
  return isInside ? `imports from inside ${name}, which only sigstore/library.ts may` : undefined;
}

function insideBreach(path: string, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  if (target.startsWith('..')) return `imports ${specifier}, which is outside src`;
  const from = partOf(path);
  const to = partOf(target);
  return to === from || mayImport[from]?.includes(to) ? undefined : `${from} may not import ${to}`;
}

function builtinBreach(path: string, name: string): string | undefined {
  if (computing.has(name) || livesIn(path, machineHomes)) {
    return name === 'process' && !livesIn(path, ['cli']) ? 'imports node:process outside cli' : undefined;
  }
  if (diskForTrust.files.includes(path) && diskForTrust.builtins.includes(name)) return undefined;
  return `imports node:${name}, which lives in ${machineHomes.join(', ')}`;
}

function openerBreach(path: string, { node }: Place): string | undefined {
  const isImport = ['ImportDeclaration', 'ImportExpression', 'ExportNamedDeclaration'].includes(node.type);
  const source = node['source'];
  const mayTouchDisk = livesIn(path, [...machineHomes, ...diskForTrust.files]);
  if (!isImport || !mayTouchDisk || path === opener || !isSyntax(source)) return undefined;
  if (!/^(?:node:)?fs(?:\/promises)?$/.test(String(source['value']))) return undefined;
  const specifiers = Array.isArray(node['specifiers']) ? node['specifiers'].filter(isSyntax) : [];
  if (node.type !== 'ImportDeclaration' || specifiers.some(({ type }) => type !== 'ImportSpecifier'))
    return 'imports all of node:fs; name what of it is used';
  for (const { imported } of specifiers as readonly { readonly imported?: unknown }[]) {
    const name = isSyntax(imported) ? String(imported['name']).replace(/Sync$/, '') : '';
    const places = Object.hasOwn(openers, name) ? openers[name] : undefined;
    if (places !== undefined && !livesIn(path, places)) return `opens files by name: ${name}; use ${opener}`;
  }
  return undefined;
}

function globalBreach(path: string, place: Place): string | undefined {
  const name = place.node['name'];
  if (place.node.type !== 'Identifier' || typeof name !== 'string' || isMereName(place)) return undefined;
  const places = Object.hasOwn(globals, name) ? globals[name] : undefined;
  return places === undefined || livesIn(path, places)
    ? undefined
    : `uses ${name}, which lives in ${places.join(', ')}`;
}

function clockBreach(part: string, { node }: Place): string | undefined {
  if (!pure.has(part)) return undefined;
  const callee = node['callee'];
  const without = Array.isArray(node['arguments']) && node['arguments'].length === 0;
  if (node.type === 'NewExpression' && isNamed(callee, 'Date') && without)
    return 'asks for the time: new Date()';
  if (node.type === 'CallExpression' && isNamed(callee, 'Date')) return 'asks for the time: Date()';
  if (node.type !== 'MemberExpression') return undefined;
  const object = node['object'];
  if (isNamed(object, 'Date') && isNamed(node['property'], 'now')) return 'asks for the time: Date.now';
  if (isNamed(object, 'performance')) return 'asks for the time: performance';
  return isNamed(object, 'Math') && isNamed(node['property'], 'random') ? 'leaves it to chance' : undefined;
}

// A cast to a renamed Provenance would not be counted.
function aliasBreach({ node }: Place): string | undefined {
  const renamed = node.type === 'ImportSpecifier' && isNamed(node['imported'], 'Provenance');
  return renamed && !isNamed(node['local'], 'Provenance')
    ? 'imports Provenance under another name'
    : undefined;
}

/** What looks into a text. */
const textMethods = ['includes', 'startsWith', 'endsWith', 'match', 'matchAll', 'search', 'indexOf', 'split'];
const patternMethods = ['test', 'exec'];
/** What holds text for people. */
const proseNames = ['why', 'reason'];

// A reason in words may be reworded at any time; what code needs to know has a kind.
function proseBreach({ node }: Place): string | undefined {
  const decides = 'decides by looking into the words of a reason; give it a kind';
  if (node.type === 'SwitchStatement') return isProse(node['discriminant']) ? decides : undefined;
  if (node.type === 'BinaryExpression') {
    const sides = [node['left'], node['right']];
    const comparesText = ['===', '!==', '==', '!='].includes(String(node['operator'])) && sides.some(isText);
    return comparesText && sides.some(isProse) ? decides : undefined;
  }
  const callee = node['callee'];
  if (node.type !== 'CallExpression' || !isSyntax(callee) || callee.type !== 'MemberExpression')
    return undefined;
  const [first] = [node['arguments']].flat();
  const method = (names: readonly string[]) => names.some((name) => isNamed(callee['property'], name));
  const looksInto =
    (method(textMethods) && isProse(callee['object'])) || (method(patternMethods) && isProse(first));
  return looksInto ? decides : undefined;
}

/** Whether an expression is a reason in words: `why`, `answer.why`, `error?.reason`. */
function isProse(value: unknown): boolean {
  if (!isSyntax(value)) return false;
  if (value.type === 'ChainExpression') return isProse(value['expression']);
  const name = value.type === 'MemberExpression' ? value['property'] : value;
  return proseNames.some((prose) => isNamed(name, prose));
}

function isText(value: unknown): boolean {
  return isSyntax(value) && value.type === 'Literal' && typeof value['value'] === 'string';
}

function hostBreach({ node }: Place): string | undefined {
  const name = hostProperties.find((property) => isNamed(node, property));
  return name === undefined ? undefined : `asks the host for ${name}`;
}

/** Whether an identifier only names a property or a member, so that no variable is read. */
function isMereName({ parent, key }: Place): boolean {
  if (parent === undefined || parent['computed'] === true) return false;
  if (parent.type === 'MemberExpression' || parent.type === 'TSQualifiedName')
    return key === 'property' || key === 'right';
  if (parent.type.startsWith('Import')) return true;
  if (parent.type === 'ExportSpecifier') return key === 'exported';
  return key === 'key';
}

function names(type: unknown, name: string): boolean {
  if (Array.isArray(type)) return type.some((item) => names(item, name));
  if (!isSyntax(type)) return false;
  return (
    isNamed(type, name) ||
    Object.values(type).some((branch) => typeof branch === 'object' && names(branch, name))
  );
}
