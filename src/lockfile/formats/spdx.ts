import { type LockfileFormat, UnknownVersion } from '../format.ts';
import { addBillPackage } from '../parts/bill.ts';
import type { Collector } from '../parts/collector.ts';
import { Dependents } from '../parts/dependents.ts';
import { readJson } from '../text/json.ts';
import {
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

/** SPDX 2.3 as JSON: a bill of materials (SBOM), read as a list of what is locked. */
export const spdx = {
  id: 'spdx',
  title: 'SPDX',
  runtime: 'none',
  fileNames: ['sbom.spdx.json'],
  endings: ['.spdx.json'],
  recognises: (text) => /^\s*\{/.test(text) && /"spdxVersion"\s*:\s*"SPDX-/.test(text),
  read: (text, into) => {
    const root = readJson(text);
    if (root.kind !== 'map') throw new TreeError('is not a map', root.at);
    refuseVersion(root);
    new Document(root, into).read();
  },
} as const satisfies LockfileFormat;

function refuseVersion(root: MapTree): void {
  const version = get(root, 'spdxVersion');
  const text = textOf(version);
  if (version === undefined || text === undefined)
    throw new TreeError(
      'has no spdxVersion, so it is not an SPDX 2.3 document',
      version?.at ?? root.at,
      'write it as SPDX 2.3 JSON; for CycloneDX add --lockfile-type cyclonedx',
    );
  if (text !== 'SPDX-2.3')
    throw new UnknownVersion(
      JSON.stringify(text.slice(0, 20)),
      'SPDX-2.3',
      version.at,
      'write it as SPDX 2.3 JSON with the tool that made it',
    );
}

/** Relationships in which the second package is a dependency of the first, SPDX 2.3 clause 11.1. */
const dependsOn: ReadonlySet<string> = new Set(['DEPENDS_ON']);
/** Relationships in which the first package is a dependency of the second. */
const dependencyOf: ReadonlyMap<string, 'dev' | 'optional' | undefined> = new Map([
  ['DEPENDENCY_OF', undefined],
  ['RUNTIME_DEPENDENCY_OF', undefined],
  ['PROVIDED_DEPENDENCY_OF', undefined],
  ['DEV_DEPENDENCY_OF', 'dev'],
  ['BUILD_DEPENDENCY_OF', 'dev'],
  ['TEST_DEPENDENCY_OF', 'dev'],
  ['OPTIONAL_DEPENDENCY_OF', 'optional'],
]);

class Document {
  readonly #root: MapTree;
  readonly #into: Collector;
  readonly #dependents = new Dependents();
  /** What the document is about. */
  readonly #subjects: ReadonlySet<string>;

  constructor(root: MapTree, into: Collector) {
    this.#root = root;
    this.#into = into;
    this.#subjects = new Set([
      ...itemsOf(get(root, 'documentDescribes')).flatMap((item) => textOf(item) ?? []),
      ...this.#relationships().flatMap(({ type, from, to }) => {
        if (type === 'DESCRIBES' && from === 'SPDXRef-DOCUMENT') return [to];
        return type === 'DESCRIBED_BY' && to === 'SPDXRef-DOCUMENT' ? [from] : [];
      }),
    ]);
  }

  read(): void {
    for (const { type, from, to } of this.#relationships()) {
      if (dependsOn.has(type)) this.#depends(from, to);
      else if (dependencyOf.has(type)) this.#depends(to, from);
    }
    const uses = this.#uses();
    for (const listed of listOf(this.#root, 'packages')) {
      if (listed.kind !== 'map') throw new TreeError('has a package that is not a map', listed.at);
      this.#package(listed, uses);
    }
    const [other] = listOf(this.#root, 'externalDocumentRefs');
    if (other !== undefined)
      this.#into.remark(
        other.at,
        'the document refers to other SPDX documents, which were not read',
        'audit each of them: give their paths',
      );
  }

  #depends(dependent: string, on: string): void {
    if (this.#subjects.has(dependent)) this.#dependents.addDirect(on);
    else this.#dependents.add(on, dependent);
  }

  #package(listed: MapTree, uses: ReadonlyMap<string, ReadonlySet<string>>): void {
    const name = wordAt(listed, 'name') ?? '';
    const id = wordAt(listed, 'SPDXID');
    const address = wordAt(listed, 'downloadLocation');
    const hashes = listOf(listed, 'checksums').map((checksum) => ({
      algorithm: textAt(checksum, 'algorithm') ?? '',
      hex: textAt(checksum, 'checksumValue') ?? '',
    }));
    const use = uses.get(id ?? '');
    addBillPackage(
      {
        at: listed.entries.get('SPDXID')?.at ?? listed.at,
        entry: id ?? name,
        name,
        version: wordAt(listed, 'versionInfo') || undefined,
        purls: listOf(listed, 'externalRefs')
          .filter((reference) => textAt(reference, 'referenceType') === 'purl')
          .map((reference) => wordAt(reference, 'referenceLocator') ?? ''),
        hashes,
        // SPDX 2.3 clause 7.7: neither of the two words is an address.
        downloads:
          address === undefined || address === 'NOASSERTION' || address === 'NONE'
            ? []
            : [{ url: address, hashes }],
        direct: id !== undefined && this.#subjects.size > 0 ? this.#dependents.isDirect(id) : undefined,
        dependents: id === undefined ? [] : this.#dependents.of(id),
        // Only where nothing uses it in another way.
        ...(use?.size === 1 && use.has('dev') && { dev: true }),
        ...(use?.size === 1 && use.has('optional') && { optional: true }),
      },
      this.#into,
    );
  }

  /** What each package is a dependency for. */
  #uses(): ReadonlyMap<string, ReadonlySet<string>> {
    const uses = new Map<string, Set<string>>();
    for (const { type, from, to } of this.#relationships()) {
      const on = dependsOn.has(type) ? to : dependencyOf.has(type) ? from : undefined;
      if (on === undefined) continue;
      uses.set(on, (uses.get(on) ?? new Set()).add(dependencyOf.get(type) ?? 'runtime'));
    }
    return uses;
  }

  #relationships(): readonly { readonly type: string; readonly from: string; readonly to: string }[] {
    return listOf(this.#root, 'relationships').map((one: Tree) => ({
      type: textAt(one, 'relationshipType') ?? '',
      from: textAt(one, 'spdxElementId') ?? '',
      to: textAt(one, 'relatedSpdxElement') ?? '',
    }));
  }
}
