import { type LockfileFormat, UnknownVersion } from '../format.ts';
import { addBillPackage, type BillHash } from '../parts/bill.ts';
import type { Collector } from '../parts/collector.ts';
import { Dependents } from '../parts/dependents.ts';
import { readPackageUrl } from '../parts/package-url.ts';
import { readJson } from '../text/json.ts';
import {
  entriesOf,
  get,
  itemsOf,
  listOf,
  type MapTree,
  type Tree,
  TreeError,
  textAt,
  textOf,
  wordAt,
} from '../text/value.ts';

const versions: readonly string[] = ['1.4', '1.5', '1.6', '1.7'];

/** CycloneDX 1.4 to 1.7 as JSON: a bill of materials (SBOM), read as a list of what is locked. */
export const cyclonedx = {
  id: 'cyclonedx',
  title: 'CycloneDX',
  runtime: 'none',
  fileNames: ['bom.json'],
  endings: ['.cdx.json'],
  isReturned: true,
  recognises: (text) => /^\s*\{/.test(text) && /"bomFormat"\s*:\s*"CycloneDX"/.test(text),
  read: (text, into) => {
    const root = readJson(text);
    if (root.kind !== 'map') throw new TreeError('is not a map', root.at);
    refuseVersion(root);
    new Bill(root, into).read();
  },
} as const satisfies LockfileFormat;

function refuseVersion(root: MapTree): void {
  if (textAt(root, 'bomFormat') !== 'CycloneDX')
    throw new TreeError(
      'has no "bomFormat": "CycloneDX", so it is not a CycloneDX document',
      root.at,
      'for SPDX add --lockfile-type spdx; CycloneDX as XML must be converted to JSON first',
    );
  const version = get(root, 'specVersion');
  const text = textOf(version);
  if (version === undefined || text === undefined)
    throw new TreeError('has no specVersion', version?.at ?? root.at);
  if (!versions.includes(text))
    throw new UnknownVersion(
      JSON.stringify(text.slice(0, 20)),
      'CycloneDX 1.4 to 1.7',
      version.at,
      'convert it to CycloneDX 1.6, for example with `cyclonedx convert --output-version v1_6`',
    );
}

class Bill {
  readonly #root: MapTree;
  readonly #into: Collector;
  readonly #subject: Tree | undefined;
  readonly #dependents = new Dependents();
  readonly #listed = new Set<Tree>();
  /** Whether the document says what its subject depends on. */
  #hasDirect = false;

  constructor(root: MapTree, into: Collector) {
    this.#root = root;
    this.#into = into;
    this.#subject = get(get(root, 'metadata'), 'component');
  }

  read(): void {
    this.#relate();
    this.#components(this.#root);
    if (this.#subject !== undefined) this.#components(this.#subject);
    this.#remarkOthers();
  }

  #relate(): void {
    const subject = textAt(this.#subject, 'bom-ref');
    for (const dependency of listOf(this.#root, 'dependencies')) {
      const ref = textAt(dependency, 'ref');
      if (ref === undefined) continue;
      if (ref === subject) this.#hasDirect = true;
      for (const on of itemsOf(get(dependency, 'dependsOn'))) {
        const found = textOf(on);
        if (found === undefined) continue;
        if (ref === subject) this.#dependents.addDirect(found);
        else this.#dependents.add(found, ref);
      }
    }
  }

  #components(parent: Tree): void {
    for (const component of listOf(parent, 'components')) {
      if (component.kind !== 'map') throw new TreeError('has a component that is not a map', component.at);
      this.#component(component);
      this.#components(component);
    }
  }

  #component(component: MapTree): void {
    this.#listed.add(component);
    const group = wordAt(component, 'group');
    const own = wordAt(component, 'name') ?? '';
    const ref = wordAt(component, 'bom-ref');
    const purl = wordAt(component, 'purl');
    const scope = textAt(component, 'scope');
    addBillPackage(
      {
        at: positionOf(component),
        entry: ref ?? purl ?? own,
        name: group === undefined || group === '' ? own : `${group}/${own}`,
        version: wordAt(component, 'version') || undefined,
        purls: purl === undefined ? [] : [purl],
        hashes: hashesOf(component),
        downloads: listOf(component, 'externalReferences')
          .filter((reference) => textAt(reference, 'type') === 'distribution')
          .map((reference) => ({ url: textAt(reference, 'url') ?? '', hashes: hashesOf(reference) })),
        direct: this.#hasDirect && ref !== undefined ? this.#dependents.isDirect(ref) : undefined,
        dependents: ref === undefined ? [] : this.#dependents.of(ref),
        optional: scope === 'optional' || undefined,
        // "Components that are excluded" are those of tests and other uses than at run time.
        dev: scope === 'excluded' || undefined,
      },
      this.#into,
    );
  }

  /** The subject, tools, ancestors and the like are not what the subject consists of. */
  #remarkOthers(): void {
    const open: Tree[] = [this.#root];
    for (let tree = open.pop(); tree !== undefined; tree = open.pop()) {
      if (tree.kind === 'list') open.push(...tree.items);
      if (tree.kind !== 'map') continue;
      for (const { value } of entriesOf(tree)) open.push(value);
      const purl = textAt(tree, 'purl');
      if (purl === undefined || this.#listed.has(tree) || readPackageUrl(purl) === undefined) continue;
      this.#into.remark(
        positionOf(tree),
        tree === this.#subject
          ? `${purl} is what the document is about; it was not audited, only its components`
          : `${purl} is not among the components, so it was not audited`,
        'to check it, give its name and version: jsr-verify @scope/name@version',
      );
    }
  }
}

/** Where a component is named: its `bom-ref`, otherwise its purl. */
function positionOf(component: MapTree): number {
  const { entries } = component;
  return (entries.get('bom-ref') ?? entries.get('purl'))?.at ?? component.at;
}

function hashesOf(tree: Tree): readonly BillHash[] {
  return listOf(tree, 'hashes').map((hash) => ({
    algorithm: textAt(hash, 'alg') ?? '',
    hex: textAt(hash, 'content') ?? '',
  }));
}
