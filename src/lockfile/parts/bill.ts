import { toSha256 } from '../../model/package.ts';
import type { Locked } from '../../model/target.ts';
import type { Collector, Relations } from './collector.ts';
import { withoutDigest } from './integrity.ts';
import { fromJsrId, isJsrScoped, namesJsrScope } from './name.ts';
import { type PackageUrl, readPackageUrl } from './package-url.ts';

/** A digest as a bill of materials writes it: the algorithm in any spelling, the digest in hex. */
export interface BillHash {
  readonly algorithm: string;
  readonly hex: string;
}

/** One package of a bill of materials (SBOM). */
export interface BillPackage extends Relations {
  /** Position of its reference in the text. */
  readonly at: number;
  /** Its reference: `bom-ref` or `SPDXID`. */
  readonly entry: string;
  /** Its name, with its group: `@jsr/std__path`. */
  readonly name: string;
  readonly version: string | undefined;
  readonly purls: readonly string[];
  readonly hashes: readonly BillHash[];
  /** Where it is downloaded from, each address with the digests of what it serves. */
  readonly downloads: readonly { readonly url: string; readonly hashes: readonly BillHash[] }[];
}

/**
 * Records a package of a bill of materials, if it comes from JSR. Whatever might mean a JSR package and is not clear is recorded
 * as unreadable.
 */
export function addBillPackage(listed: BillPackage, into: Collector) {
  const read = listed.purls.map(readPackageUrl).filter((purl) => purl !== undefined);
  const unclear = read.find((purl) => purl.type === 'unclear');
  if (unclear?.type === 'unclear') return into.unreadable(listed.at, listed.entry, unclear.why);
  const purls = read.filter((purl) => purl.type !== 'unclear');
  const names = new Set(purls.map(({ type, name, version }) => JSON.stringify([type, name, version])));
  if (names.size > 1) return into.unreadable(listed.at, listed.entry, 'its purls name several packages');
  const [purl] = purls;
  if (purl === undefined) return addWithoutPurl(listed, into);
  if (isJsrScoped(listed.name) && listed.name !== purl.name)
    return into.unreadable(
      listed.at,
      listed.entry,
      `its name is ${listed.name}, but its purl has ${purl.name}`,
    );
  const { version = purl.version } = listed;
  if (purl.version !== undefined && purl.version !== version)
    return into.unreadable(
      listed.at,
      listed.entry,
      `its version is ${version}, but its purl has ${purl.version}`,
    );
  const addresses = addressesOf(listed, purls);
  const ownName = purl.type === 'jsr' ? purl.name : undefined;
  if (ownName !== undefined && !addresses.some((address) => into.npmAddress(address).kind === 'registry'))
    addFromJsr({ listed, name: ownName, version, addresses }, into);
  else
    addFromNpm(
      { listed, purls, name: ownName === undefined ? purl.name : npmName(ownName), version, addresses },
      into,
    );
}

/** A package that no purl says to be from JSR: its name or its address may still say so. */
function addWithoutPurl(listed: BillPackage, into: Collector) {
  const { at, entry, purls, name, version, downloads } = listed;
  if (isJsrScoped(name)) return into.unreadable(at, entry, `its name is ${name}, but no purl says so`);
  const fromNpm = downloads.map(({ url }) => url).filter(namesJsrScope);
  const isNpm = purls.some((purl) => purl.startsWith('pkg:npm/'));
  // An alias: the name of the folder, with the address of JSR's tarball.
  if (isNpm && fromNpm.length > 0)
    return addFromNpm({ listed, purls: [], name, version, addresses: [...new Set(fromNpm)] }, into);
  const from = fromNpm[0] ?? downloads.find(({ url }) => isFromRegistry(url, into))?.url;
  if (from !== undefined) into.unreadable(at, entry, `it is downloaded from ${from}, but no purl says so`);
}

function isFromRegistry(url: string, into: Collector): boolean {
  return URL.canParse(url) && into.moduleAddress(url).kind === 'registry';
}

interface Identified {
  readonly listed: BillPackage;
  readonly name: string;
  readonly version: string | undefined;
  /** All addresses that the component has, each once. */
  readonly addresses: readonly string[];
}

function addFromNpm(
  { listed, purls, name, version, addresses }: Identified & { readonly purls: readonly PackageUrl[] },
  into: Collector,
) {
  const { at, entry } = listed;
  const [address, second] = addresses;
  if (second !== undefined)
    return into.unreadable(at, entry, `it has several addresses: ${address}, ${second}`);
  const given = [
    ...listed.hashes,
    ...listed.downloads.flatMap(({ hashes }) => hashes),
    ...purls.flatMap(({ qualifiers }) => hashesIn(qualifiers.get('checksum'))),
  ];
  const sha512 = digestOf(given, 'SHA512');
  if (sha512 === 'unclear')
    return into.unreadable(at, entry, 'it has several digests of one kind, or one that is not valid');
  into.npm({
    ...listed,
    name,
    version,
    // The registry alone is no address of a tarball; it must be the configured one.
    address: address?.endsWith('/') === true ? addressBelow(address, { name, version }, into) : address,
    ...(sha512 === undefined
      ? { unpinned: { why: 'the SBOM has no SHA-512 of its tarball', of: 'tarball' } }
      : { integrity: `sha512-${Buffer.from(sha512, 'hex').toString('base64')}` }),
  });
}

/** `undefined` when the registry is a configured one. */
function addressBelow(
  registry: string,
  { name, version }: { readonly name: string; readonly version: string | undefined },
  into: Collector,
): string | undefined {
  return into.npmAddress(registry).kind === 'registry'
    ? undefined
    : `${registry}${name}/-/${version ?? ''}.tgz`;
}

function addFromJsr({ listed, name, version, addresses }: Identified, into: Collector) {
  const { at, entry } = listed;
  const about = fromJsrId(`${name}@${version ?? ''}`);
  if (about === undefined)
    return into.unreadable(
      at,
      entry,
      version === undefined
        ? 'it has no version'
        : `${name}@${version} is not a package of JSR with an exact version`,
    );
  const hosts = new Set<string>();
  for (const text of addresses) {
    const address = into.moduleAddress(text);
    if (address.kind === 'unclear') return into.unreadable(at, entry, `${address.why}: ${text}`);
    if (address.kind === 'foreign') hosts.add(address.host);
    else if (
      address.path !== '' &&
      !`${address.path}/`.startsWith(`${name}/`) &&
      !address.path.startsWith(`${name}@`)
    )
      return into.unreadable(at, entry, `its address is of another package: ${text}`);
  }
  const locked = manifestOf(listed, `${name}/${about.version}_meta.json`, into);
  if (locked === undefined)
    return into.unreadable(at, entry, 'it has several digests of one kind, or one that is not valid');
  for (const host of hosts) into.foreign(at, about, host);
  into.mention(at, about, locked, listed);
}

/**
 * The digest of the version manifest. A SHA-256 counts only where it is the digest of what the manifest's address serves: a
 * package at JSR is many files, and no document says which one a digest without an address is of.
 */
function manifestOf({ hashes, downloads }: BillPackage, path: string, into: Collector): Locked | undefined {
  const ofManifest = downloads
    .filter(({ url }) => {
      const address = into.moduleAddress(url);
      return address.kind === 'registry' && address.path === path;
    })
    .flatMap((download) => download.hashes);
  const digest = digestOf(ofManifest, 'SHA256');
  if (digest === 'unclear') return undefined;
  const sha256 = digest === undefined ? undefined : toSha256(digest);
  if (sha256 !== undefined) return { kind: 'manifest', digest: sha256 };
  const hasOther = hashes.length > 0 || downloads.some((download) => download.hashes.length > 0);
  return withoutDigest({
    why: hasOther
      ? 'the SBOM does not say that its digest is of the version manifest, so it was not compared'
      : 'the SBOM has no digest of its version manifest',
  });
}

/** The addresses of a component; a registry that a purl names is one that ends in `/`. */
function addressesOf({ downloads }: BillPackage, purls: readonly PackageUrl[]): readonly string[] {
  const named = purls.flatMap(({ qualifiers }) => {
    const download = qualifiers.get('download_url');
    const repository = qualifiers.get('repository_url');
    return [
      ...(download === undefined ? [] : [download]),
      ...(repository === undefined ? [] : [registryAddress(repository)]),
    ];
  });
  const all = [...new Set([...downloads.map(({ url }) => url), ...named])];
  // A registry beside an address below it says nothing more.
  return all.filter(
    (one) => !one.endsWith('/') || !all.some((other) => other !== one && other.startsWith(one)),
  );
}

// The purl specification allows a repository without a scheme.
function registryAddress(text: string): string {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  return whole.endsWith('/') ? whole : `${whole}/`;
}

/** The digests in the qualifier `checksum`: `sha512:<hex>,sha1:<hex>`. */
function hashesIn(checksum: string | undefined): readonly BillHash[] {
  return (checksum?.split(',') ?? []).map((part) => {
    const [algorithm = '', hex = ''] = part.split(':', 2);
    return { algorithm, hex };
  });
}

const hexLengths = { SHA256: 64, SHA512: 128 } as const;

/** The one digest of an algorithm, in lower case; `unclear` when there are several or it is not valid. */
function digestOf(
  hashes: readonly BillHash[],
  algorithm: keyof typeof hexLengths,
): string | 'unclear' | undefined {
  const found = new Set(
    hashes
      .filter((hash) => hash.algorithm.replaceAll(/[-_]/g, '').toUpperCase() === algorithm)
      .map(({ hex }) => hex.toLowerCase()),
  );
  const [digest, second] = found;
  if (digest === undefined) return undefined;
  const isValid = digest.length === hexLengths[algorithm] && /^[0-9a-f]+$/.test(digest);
  return isValid && second === undefined ? digest : 'unclear';
}

function npmName(name: string): string {
  return `@jsr/${name.slice(1).replace('/', '__')}`;
}
