import { type LockfileFormat, UnknownVersion } from '../format.ts';
import type { Collector } from '../parts/collector.ts';
import { Dependents } from '../parts/dependents.ts';
import { isJsrScoped } from '../parts/name.ts';
import { requestedFromJsr } from '../parts/request.ts';
import { readJson } from '../text/json.ts';
import {
  type Entry,
  get,
  itemsOf,
  type MapTree,
  sectionOf,
  TreeError,
  textAt,
  textOf,
} from '../text/value.ts';

/** `vlt-lock.json`, versions 0 and 1, which encode ids differently. */
export const vlt = {
  id: 'vlt',
  title: 'vlt',
  writtenBy: 'vlt install --lockfile-only',
  runtime: 'node',
  fileNames: ['vlt-lock.json', '.vlt-lock.json'],
  recognises: (text) => /^\s*\{/.test(text) && /"lockfileVersion"\s*:/.test(text) && /"nodes"\s*:/.test(text),
  read: (text, into) => {
    const root = readJson(text);
    if (root.kind !== 'map') throw new TreeError('is not a map', root.at);
    const version = versionOf(root);
    if (get(root, 'nodes') === undefined) throw new TreeError('has no nodes', root.at);
    new VltLock(root, version === 0 ? legacy : tilde, into).read();
  },
} as const satisfies LockfileFormat;

/** How a version of the lockfile encodes ids: a delimiter between fields, and the encoding of each field. */
interface IdEncoding {
  readonly delimiter: string;
  readonly decode: (field: string) => string | undefined;
}

const legacy: IdEncoding = {
  delimiter: '·',
  decode: (field) => {
    try {
      return decodeURIComponent(field.replaceAll('§', '%2F'));
    } catch {
      return undefined;
    }
  },
};

const tilde: IdEncoding = {
  delimiter: '~',
  decode: (field) =>
    field
      .replaceAll('+', '/')
      .replace(/_([_pbctlgqiamds]|[01][0-9A-F])/g, (whole, code: string) => unescaped(code) ?? whole),
};

const escapes: ReadonlyMap<string, string> = new Map([
  ['_', '_'],
  ['p', '+'],
  ['b', '\\'],
  ['c', ':'],
  ['t', '~'],
  ['l', '<'],
  ['g', '>'],
  ['q', '"'],
  ['i', '|'],
  ['a', '*'],
  ['m', '?'],
  ['d', '.'],
  ['s', ' '],
]);

function unescaped(code: string): string | undefined {
  return code.length === 2 ? String.fromCharCode(Number.parseInt(code, 16)) : escapes.get(code);
}

/** The registry that vlt uses for `jsr` by default. */
const builtInJsr = 'https://npm.jsr.io/';

class VltLock {
  readonly #root: MapTree;
  readonly #encoding: IdEncoding;
  readonly #into: Collector;
  readonly #nodes: readonly Entry[];
  readonly #known: ReadonlyMap<string, Entry>;
  readonly #dependents = new Dependents();
  /** By id: the folder names that dependents use for it, in file order. */
  readonly #aliases = new Map<string, Set<string>>();

  constructor(root: MapTree, encoding: IdEncoding, into: Collector) {
    this.#root = root;
    this.#encoding = encoding;
    this.#into = into;
    this.#nodes = [...sectionOf(root, 'nodes')];
    this.#known = new Map(this.#nodes.map((node) => [node.key, node]));
  }

  read(): void {
    for (const edge of sectionOf(this.#root, 'edges')) this.#relate(edge);
    for (const node of this.#nodes) this.#node(node);
  }

  // `from name` → `type spec to`; ids contain no spaces, specs may.
  #relate({ key, at, value }: Entry) {
    const text = textOf(value);
    const cut = key.indexOf(' ');
    if (text === undefined || cut === -1) return this.#into.unreadable(at, key, 'its edge is malformed');
    const from = key.slice(0, cut);
    const to = text.slice(text.lastIndexOf(' ') + 1);
    const spec = text.slice(text.indexOf(' ') + 1, text.lastIndexOf(' '));
    const asks = requestedFromJsr(key.slice(cut + 1), this.#plain(spec));
    const node = this.#known.get(to);
    if (node !== undefined) {
      if (asks !== undefined)
        this.#into.request({ at, entry: key, asks, resolvesTo: node.at, as: this.#inWords(to) });
      const own = /^(?:file|workspace)/.test(from);
      if (own) this.#dependents.addDirect(to);
      if (!isProject(from)) this.#dependents.add(to, from);
      const aliases = this.#aliases.get(to);
      if (aliases === undefined) this.#aliases.set(to, new Set([key.slice(cut + 1)]));
      else aliases.add(key.slice(cut + 1));
    } else if (to !== 'MISSING' && (asks !== undefined || isJsrScoped(this.#identify(to)?.name ?? ''))) {
      this.#into.unreadable(at, key, `it leads to ${to}, which is not in the lockfile`);
    }
  }

  /** A range in which the prefix that the options define for JSR's registry is replaced by `jsr`. */
  #plain(spec: string): string {
    const scheme = spec.slice(0, Math.max(0, spec.indexOf(':')));
    const named = get(get(get(this.#root, 'options'), 'jsr-registries'), scheme) !== undefined;
    return named ? `jsr${spec.slice(scheme.length)}` : spec;
  }

  #inWords(key: string): string {
    const id = this.#identify(key);
    return id === undefined ? key : `${id.name}@${id.version}`;
  }

  #node({ key, at, value }: Entry) {
    const [flags, nameItem, integrity, resolved] = itemsOf(value);
    if (value.kind !== 'list') return this.#into.unreadable(at, key, 'its node is malformed');
    const id = this.#identify(key);
    const given = textOf(nameItem);
    if (id === undefined) {
      if (isJsrScoped(given ?? '')) this.#into.unreadable(at, key, 'it does not come from a registry');
      else for (const name of this.#aliases.get(key) ?? []) this.#into.installs(name, undefined);
      return;
    }
    const bits = flags?.kind === 'leaf' && typeof flags.value === 'number' ? flags.value : 0;
    const written = textOf(resolved);
    const implied = written === undefined && isJsrScoped(id.name) ? this.#implied(id) : undefined;
    if (implied?.kind === 'unclear') return this.#into.unreadable(at, key, implied.why);
    this.#into.npm({
      at,
      entry: key,
      name: id.name,
      version: id.version,
      address: written ?? (implied?.kind === 'foreign' ? implied.url : undefined),
      integrity: textOf(integrity),
      unpinned:
        (bits & 4) === 0
          ? undefined
          : { why: 'vlt records the digest of a Brotli archive, not of the tarball' },
      installedAs: this.#aliases.get(key)?.values().next().value,
      names: this.#aliases.get(key),
      direct: this.#dependents.isDirect(key),
      dependents: this.#dependents.of(key),
      optional: (bits & 1) !== 0,
      dev: (bits & 2) !== 0,
    });
  }

  /** Registry, name and version in an id, or `undefined` for what does not come from a registry. */
  #identify(key: string): Identified | undefined {
    const [kind, registry, spec] = key.split(this.#encoding.delimiter, 3);
    if (kind !== '' || registry === undefined || spec === undefined) return undefined;
    const decoded = this.#encoding.decode(spec) ?? spec;
    const cut = decoded.lastIndexOf('@');
    if (cut <= 0) return undefined;
    return {
      registry: this.#encoding.decode(registry) ?? registry,
      name: decoded.slice(0, cut),
      version: decoded.slice(cut + 1),
    };
  }

  /** Without an address, vlt fetches from the registry in the id, whose address is in the options or built in. */
  #implied({ registry, name, version }: Identified): Implied {
    const options = get(this.#root, 'options');
    const base =
      textAt(get(options, 'jsr-registries'), registry) ??
      textAt(get(options, 'registries'), registry) ??
      (registry === 'jsr' ? builtInJsr : textAt(get(options, 'scoped-registries'), '@jsr')) ??
      (registry === '' || registry === 'npm' ? textAt(options, 'registry') : registry);
    if (base === undefined || !URL.canParse(base)) {
      return { kind: 'unclear', why: `the lockfile does not say where its registry "${registry}" is` };
    }
    const url = `${base.endsWith('/') ? base : `${base}/`}${name}/${version}.tgz`;
    return { kind: this.#into.npmAddress(url).kind === 'registry' ? 'own' : 'foreign', url };
  }
}

type Implied =
  | { readonly kind: 'own' | 'foreign'; readonly url: string }
  | { readonly kind: 'unclear'; readonly why: string };

interface Identified {
  readonly registry: string;
  readonly name: string;
  readonly version: string;
}

function versionOf(root: MapTree): number {
  const version = get(root, 'lockfileVersion');
  if (version === undefined)
    throw new TreeError('has no lockfileVersion, so it is not a lockfile of vlt', root.at);
  if (version.kind !== 'leaf' || !Number.isInteger(version.value) || Number(version.value) < 0) {
    throw new TreeError('has a lockfileVersion that is not a number', version.at);
  }
  if (Number(version.value) > 1)
    throw new UnknownVersion(String(version.value), 'versions 0 and 1', version.at);
  return Number(version.value);
}

/** The project itself: `file·.` or `file~_d`. */
function isProject(id: string): boolean {
  return id === 'file·.' || id === 'file~_d';
}
