import { nameOf, npmNameOf, type PackageName, type PackageVersion } from '../../model/package.ts';
import {
  type ForeignReference,
  type Locked,
  type LockfileContents,
  mergeTargets,
  type Occurrence,
  type Place,
  type Remark,
  type Runtime,
  type Target,
  type UnreadableEntry,
} from '../../model/target.ts';
import { type CdnPackage, packageOnCdn } from './cdn-package.ts';
import { maxDependents } from './dependents.ts';
import { lockedBy, type Unpinned, withoutDigest } from './integrity.ts';
import { fromNpmName, isJsrScoped, isVersion, namesJsrScope } from './name.ts';
import { type PackageReference, packageNamedBy } from './package-reference.ts';
import type { Lines } from './place.ts';
import {
  type Address,
  addressOf,
  packageAtPath,
  parseTarballPath,
  supportedForms,
  type TarballAddress,
  tarballAddressOf,
} from './registry-address.ts';
import { type JsrRequest, mismatchReason } from './request.ts';

/** The configured registries as absolute URLs, with their path; every other address is foreign. */
export interface Registries {
  readonly registry: string;
  readonly npmRegistry: string;
  /** Proxies of the npm registry: accepted in a lockfile like the registry itself; they get no requests. */
  readonly otherNpmRegistries?: readonly string[] | undefined;
}

/** What a format says about a mention in addition to the package itself. */
export interface Relations {
  readonly direct?: boolean | undefined;
  readonly dependents?: Iterable<string> | undefined;
  readonly dev?: boolean | undefined;
  readonly optional?: boolean | undefined;
}

/** An entry of a lockfile that installs from an npm registry. */
export interface NpmMention extends Relations {
  /** Position of the entry in the text. */
  readonly at: number;
  /** The key of the entry in the lockfile. */
  readonly entry: string;
  /** The real name, not the alias. */
  readonly name: string;
  /** `undefined` when only the address contains it. */
  readonly version: string | undefined;
  readonly address?: string | undefined;
  readonly integrity?: string | undefined;
  /** `tar` where the integrity is of the uncompressed tar, not of the `.tgz`. */
  readonly integrityOf?: 'tar' | undefined;
  /** The reason why the entry does not lock JSR's tarball, even if it has a digest. */
  readonly unpinned?: Unpinned | undefined;
  /** The name of the folder in `node_modules`. */
  readonly installedAs?: string | undefined;
  /** All such names, when one entry can have several. */
  readonly names?: Iterable<string> | undefined;
  /** The folder, relative to the lockfile, if the format has it. */
  readonly folder?: string | undefined;
}

const notFromJsr = 'it does not come from JSR, so nothing was checked about it';

/** Text from the lockfile is cut at this length, in characters. */
const maxText = 300;

/** Collects what one lockfile says. An unreadable entry is recorded and does not hide the others. */
export class Collector {
  /** The texts of files in the same folder, by name. */
  readonly beside: Readonly<Record<string, string>>;
  readonly #file: string;
  readonly #lines: Lines;
  readonly #registries: Registries;
  readonly #targets: { readonly at: number; readonly target: Target }[] = [];
  readonly #foreign: ForeignReference[] = [];
  readonly #unreadable: { readonly at: number; readonly entry: UnreadableEntry }[] = [];
  readonly #remarks: Remark[] = [];
  readonly #requests: JsrRequest[] = [];
  readonly #reportedCdns = new Set<string>();
  readonly #redirected: {
    readonly at: number;
    readonly entry: string;
    readonly what: PackageReference;
    readonly why: string;
  }[] = [];
  /** By the name in `node_modules`, then by the name at the npm registry. */
  readonly #jsrNames = new Map<string, Map<string, PackageName>>();
  readonly #otherNames = new Set<string>();
  readonly #folders = new Map<string, PackageVersion | undefined>();

  constructor(
    file: string,
    lines: Lines,
    registries: Registries,
    beside: Readonly<Record<string, string>> = {},
  ) {
    this.beside = beside;
    this.#file = file;
    this.#lines = lines;
    this.#registries = registries;
  }

  /** Records an entry that cannot be understood and might be a JSR package. */
  unreadable(at: number, entry: string, reason: string): void {
    this.#unreadable.push({ at, entry: { at: this.#place(at), entry: clip(entry), reason: clip(reason) } });
  }

  /** Records a dependency on a JSR package; `contents` reports it when it resolves to something else. */
  request(request: JsrRequest): void {
    this.#requests.push(request);
  }

  /** Records a remark: something that the audit of this lockfile does not cover. */
  remark(at: number, message: string, hint: string): void {
    this.#remarks.push({ at: this.#place(at), message: clip(message), hint });
  }

  /** Records a package version and its digest. */
  mention(
    at: number,
    version: PackageVersion,
    locked: Locked,
    relations: Relations & { alias?: string | undefined },
  ) {
    const { alias, direct, dependents = [], dev, optional } = relations;
    const occurrence: Occurrence = {
      at: this.#place(at),
      locked,
      dependents: [...new Set(dependents)].sort().slice(0, maxDependents).map(clip),
      ...(alias === undefined ? {} : { alias: clip(alias) }),
      ...(direct === undefined ? {} : { direct }),
      ...(dev === undefined ? {} : { dev }),
      ...(optional === undefined ? {} : { optional }),
    };
    this.#targets.push({ at, target: { package: version, occurrences: [occurrence] } });
  }

  /** Records a package version that comes from a host other than the configured registries. */
  foreign(at: number, version: PackageVersion, host: string): void {
    this.#foreign.push({ at: this.#place(at), package: version, host: clip(host) });
  }

  /** Records an address that leads to `to` instead. If the address means a JSR package, that package is not what runs. */
  redirected(at: number, address: string, to: string, section: string): void {
    const what = packageNamedBy(address, this.#registries.registry);
    if (what === undefined) return;
    const why = `"${section}" maps ${clip(address)} to ${clip(to)}`;
    if (what === 'unclear')
      this.unreadable(at, address, `${why}, and the address is not a valid JSR package`);
    else this.#redirected.push({ at, entry: address, what, why });
  }

  /** Records an address of another host that serves a JSR package; one package at one host is reported once. */
  fromCdn(at: number, address: string, what: CdnPackage | 'unclear' | undefined, host: string) {
    if (what === undefined) return;
    if (what === 'unclear') return this.unreadable(at, address, 'it does not name a valid JSR package');
    const { scope, name, version } = what;
    const mark = JSON.stringify([host, nameOf(what)]);
    if (this.#reportedCdns.has(mark)) return;
    this.#reportedCdns.add(mark);
    if (version === undefined)
      this.unreadable(at, address, `it fetches ${nameOf(what)} from ${host}, without an exact version`);
    else this.foreign(at, { scope, name, version }, host);
  }

  /** Compares an address in the lockfile with the registry that serves modules. */
  moduleAddress(text: string): Address {
    return addressOf(text, this.#registries.registry);
  }

  /** Compares an address in the lockfile with the npm registries. */
  npmAddress(text: string): TarballAddress {
    const { npmRegistry, otherNpmRegistries = [] } = this.#registries;
    return tarballAddressOf(text, [npmRegistry, ...otherNpmRegistries]);
  }

  /**
   * Records an entry that installs from an npm registry; ignored when neither its name nor its address is a JSR package.
   *
   * A JSR name with a foreign address is recorded twice: as a foreign reference, and as a target, because the version can
   * still be verified. Its digest is kept and compared with JSR's own tarball; its address is dropped, so that it never
   * gets a request.
   */
  npm(mention: NpmMention) {
    const { at, entry, address: text, installedAs } = mention;
    const address = text === undefined ? undefined : this.npmAddress(text);
    if (address?.kind === 'unclear') {
      if (isJsrScoped(mention.name) || namesJsrScope(text ?? '')) this.unreadable(at, entry, address.why);
      else this.#installs(mention, undefined);
      return;
    }
    const scoped = isJsrScoped(mention.name);
    const onCdn = !scoped && address?.kind === 'foreign' ? packageOnCdn(text ?? '') : undefined;
    const served = address === undefined ? undefined : (packageAtPath(address.path) ?? withVersion(onCdn));
    if (served === undefined && onCdn !== undefined && address?.kind === 'foreign')
      return this.fromCdn(at, entry, onCdn, address.host);
    const version = scoped ? claimed(mention.name, withBuild(mention.version, served?.version)) : served;
    if (typeof version !== 'string') this.#installs(mention, version);
    if (version === undefined) return;
    if (typeof version === 'string') return this.unreadable(at, entry, version);
    const wrong = address?.kind === 'registry' ? wrongAddress(address, version, mention) : undefined;
    if (wrong !== undefined) return this.unreadable(at, entry, wrong);
    const locked = lockedOf(mention, address);
    if (locked === undefined)
      return this.unreadable(at, entry, 'its integrity is not a valid subresource integrity value');
    if (address?.kind === 'foreign') this.foreign(at, version, address.host);
    const own = installedAs === undefined || installedAs === npmNameOf(version);
    this.mention(at, version, locked, { ...mention, alias: own ? undefined : installedAs });
  }

  /** Records a name under which a JSR package is installed, or with `undefined` another package. */
  installs(name: string, version: PackageVersion | undefined): void {
    if (version === undefined) {
      this.#otherNames.add(name);
      return;
    }
    const own = npmNameOf(version);
    if (name === own) return;
    const known = this.#jsrNames.get(name);
    if (known === undefined) this.#jsrNames.set(name, new Map([[own, version]]));
    else if (!known.has(own)) known.set(own, version);
  }

  /** Everything that was recorded, in the order of the lockfile. */
  contents({ id, runtime }: { readonly id: string; readonly runtime: Runtime }): LockfileContents {
    this.#checkRequests();
    this.#applyRedirects();
    const targets = this.#targets.sort((a, b) => a.at - b.at).map(({ target }) => target);
    return {
      format: id,
      runtime,
      file: this.#file,
      targets: mergeTargets(targets),
      foreign: this.#foreign.sort(byPlace),
      unreadable: this.#unreadable.map(({ entry }) => entry).sort(byPlace),
      ...(this.#remarks.length === 0 ? {} : { remarks: this.#remarks.sort(byPlace) }),
      installs: { jsr: listed(this.#jsrNames), others: this.#otherNames, folders: this.#folders },
    };
  }

  #installs(
    { name, installedAs = name, names = [], folder }: NpmMention,
    version: PackageVersion | undefined,
  ) {
    for (const one of new Set([installedAs, ...names])) this.installs(one, version);
    // Version 2 of npm's lockfile has two trees; the newer one is read first.
    if (folder !== undefined && !this.#folders.has(folder)) this.#folders.set(folder, version);
  }

  /** Each request must resolve to the package that it names; an unreadable entry is reported only once. */
  #checkRequests(): void {
    const known = new Map(this.#targets.map(({ at, target }) => [at, npmNameOf(target.package)]));
    const reported = new Set(this.#unreadable.map(({ at }) => at));
    for (const { at, entry, asks, resolvesTo, as, override } of this.#requests.splice(0)) {
      if (resolvesTo !== undefined && (reported.has(resolvesTo) || known.get(resolvesTo) === asks)) continue;
      const why = mismatchReason(asks, as);
      if (override === undefined) this.unreadable(at, entry, why);
      else this.remark(at, `${JSON.stringify(entry.slice(0, 100))}: ${why}, ${override}`, notFromJsr);
    }
  }

  /** A redirect without a version applies to every version in the lockfile; a package that is not in the lockfile is unreadable. */
  #applyRedirects(): void {
    const known = new Map<string, Set<string>>();
    for (const { target } of this.#targets) {
      const name = npmNameOf(target.package);
      known.set(name, (known.get(name) ?? new Set()).add(target.package.version));
    }
    const done = new Set<string>();
    for (const { at, entry, what, why } of this.#redirected.splice(0)) {
      const { scope, name, version } = what;
      const npmName = npmNameOf(what);
      const versions = version === undefined ? known.get(npmName) : [version];
      if (versions === undefined) this.unreadable(at, entry, `${why}, which is not that package`);
      // Bounds the work: many redirects without a version times many versions.
      else if (version !== undefined || !done.has(npmName))
        for (const one of versions)
          this.mention(at, { scope, name, version: one }, { kind: 'replaced', why }, {});
      if (version === undefined) done.add(npmName);
    }
  }

  #place(at: number): Place {
    return { file: this.#file, ...this.#lines.of(at) };
  }
}

function listed(
  names: ReadonlyMap<string, ReadonlyMap<string, PackageName>>,
): ReadonlyMap<string, readonly PackageName[]> {
  return new Map([...names].map(([name, versions]) => [name, [...versions.values()]]));
}

function byPlace(a: { readonly at: Place }, b: { readonly at: Place }): number {
  return a.at.line - b.at.line || (a.at.column ?? 0) - (b.at.column ?? 0);
}

/** The package version with this name and version, or the reason why they are not valid. */
function claimed(name: string, version: string | undefined): PackageVersion | string {
  const jsr: PackageName | undefined = fromNpmName(name);
  if (jsr === undefined) return `${name} is not the name of a JSR package`;
  if (version === undefined) return 'it has no version';
  return isVersion(version) ? { ...jsr, version } : `${version} is not an exact version`;
}

function withVersion(what: CdnPackage | 'unclear' | undefined): PackageVersion | undefined {
  if (typeof what !== 'object' || what.version === undefined) return undefined;
  return { ...what, version: what.version };
}

/** The version, with the build metadata from its address, which some clients omit. */
function withBuild(version: string | undefined, served: string | undefined): string | undefined {
  return version === undefined || served?.startsWith(`${version}+`) === true ? served : version;
}

/** The reason why an address at a configured registry does not belong to the package version, if it does not. */
function wrongAddress(
  { path, hasQuery }: Extract<TarballAddress, { kind: 'registry' }>,
  version: PackageVersion,
  { integrity }: NpmMention,
): string | undefined {
  const { name, version: inPath, isHash } = parseTarballPath(path);
  const isOther = name !== undefined && name !== npmNameOf(version);
  if (isOther || (inPath !== undefined && inPath !== version.version))
    return `its address is of another package, ${name}@${inPath ?? '(no version)'}: ${path}`;
  if (name !== undefined && inPath !== undefined) return undefined;
  // With an integrity, the address need not contain the package, because the digest is compared.
  if ((isHash || hasQuery) && integrity !== undefined) return undefined;
  return `its address does not say which package it is; supported forms are ${supportedForms}: ${path}`;
}

function lockedOf(mention: NpmMention, address: TarballAddress | undefined): Locked | undefined {
  const url = address?.kind === 'registry' ? address.url : undefined;
  const reason = mention.unpinned ?? { why: 'the lockfile has no integrity for it' };
  if (mention.unpinned !== undefined || mention.integrity === undefined) {
    // Without a digest, the file at that address may differ from the tarball that is compared.
    const isUnchecked = address?.kind === 'registry' && url === undefined;
    const why = `${reason.why}${isUnchecked ? ', and the file at its address is not compared' : ''}`;
    return withoutDigest({ ...reason, why }, url);
  }
  return lockedBy(mention.integrity, url, mention.integrityOf);
}

function clip(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text;
}
