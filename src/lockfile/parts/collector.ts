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
import { type HandedOn, handedOn } from './cdn-address.ts';
import { maxDependents } from './dependents.ts';
import { lockedBy, lockedNothing, type Unpinned } from './integrity.ts';
import { fromNpmName, isJsrScoped, isVersion, namesJsrScope } from './name.ts';
import type { Lines } from './place.ts';
import {
  type Address,
  addressOf,
  packageAtPath,
  type TarballAddress,
  tarballAddressOf,
  toldByPath,
  understoodForms,
} from './registry-address.ts';
import { astray, type JsrRequest } from './request.ts';
import { packageSentAway, type SentAway } from './sent-away.ts';

/** The registries whose addresses are at home; every other one is foreign. Absolute URLs, a path is honoured. */
export interface Registries {
  readonly registry: string;
  readonly npmRegistry: string;
  /** Proxies of the npm registry: their addresses are at home in a lockfile, and are never asked. */
  readonly otherNpmRegistries?: readonly string[] | undefined;
}

/** What formats say about a mention apart from the package itself. */
export interface Relations {
  readonly direct?: boolean | undefined;
  readonly dependents?: Iterable<string> | undefined;
  readonly dev?: boolean | undefined;
  readonly optional?: boolean | undefined;
}

/** An entry of a lockfile that installs from an npm registry. */
export interface NpmMention extends Relations {
  /** Where the entry stands. */
  readonly at: number;
  /** The entry as the lockfile names it. */
  readonly entry: string;
  /** The real name, not the alias. */
  readonly name: string;
  /** `undefined` where only the address says it. */
  readonly version: string | undefined;
  readonly address?: string | undefined;
  readonly integrity?: string | undefined;
  /** `tar` where the integrity is of the uncompressed tar, not of the `.tgz`. */
  readonly integrityOf?: 'tar' | undefined;
  /** Why whatever digest there is does not pin JSR's tarball. */
  readonly unpinned?: Unpinned | undefined;
  /** The name of the folder in `node_modules`. */
  readonly installedAs?: string | undefined;
  /** All such names, where one entry can have several. */
  readonly names?: Iterable<string> | undefined;
  /** The folder itself, from that of the lockfile, where the format says it. */
  readonly folder?: string | undefined;
}

const notFromJsr = 'it does not come from JSR, so nothing was checked about it';

/** Foreign text that is kept is cut at this length. */
const maxText = 300;

/** Gathers what one lockfile says. One bad entry is set aside and does not hide the others. */
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
  readonly #handedOn = new Set<string>();
  readonly #sentAway: {
    readonly at: number;
    readonly entry: string;
    readonly what: SentAway;
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

  /** An entry that cannot be understood and might be a JSR package. */
  unreadable(at: number, entry: string, reason: string): void {
    this.#unreadable.push({ at, entry: { at: this.#place(at), entry: clip(entry), reason: clip(reason) } });
  }

  /** A dependency on a JSR package; where it leads to something else, that is told with all the rest. */
  asked(request: JsrRequest): void {
    this.#requests.push(request);
  }

  /** What makes an audit of the lockfile less than it seems. */
  remark(at: number, message: string, hint: string): void {
    this.#remarks.push({ at: this.#place(at), message: clip(message), hint });
  }

  /** A mention of a package version and what it is held to. */
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

  /** A mention that points away from the configured registries. */
  foreign(at: number, version: PackageVersion, host: string): void {
    this.#foreign.push({ at: this.#place(at), package: version, host: clip(host) });
  }

  /** An address that leads to `to` instead; where a package of JSR stands for it, that package is not what runs. */
  sentAway(at: number, address: string, to: string, section: string): void {
    const what = packageSentAway(address, this.#registries.registry);
    if (what === undefined) return;
    const why = `"${section}" sends ${clip(address)} to ${clip(to)}`;
    if (what === 'unclear') this.unreadable(at, address, `${why}, and names no package of JSR`);
    else this.#sentAway.push({ at, entry: address, what, why });
  }

  /** An address of another host that hands on a JSR package, if it does; the same version and host are told once. */
  handedOn(at: number, address: string, what: HandedOn | 'unclear' | undefined, host: string) {
    if (what === undefined) return;
    if (what === 'unclear') return this.unreadable(at, address, 'it names no package of JSR');
    const { scope, name, version } = what;
    const mark = JSON.stringify([host, nameOf(what)]);
    if (this.#handedOn.has(mark)) return;
    this.#handedOn.add(mark);
    if (version === undefined)
      this.unreadable(at, address, `it fetches ${nameOf(what)} from ${host}, and names no exact version`);
    else this.foreign(at, { scope, name, version }, host);
  }

  /** Where an address in the lockfile points, seen from the registry that serves modules. */
  moduleAddress(text: string): Address {
    return addressOf(text, this.#registries.registry);
  }

  /** Where an address in the lockfile points, seen from the npm registries. */
  npmAddress(text: string): TarballAddress {
    const { npmRegistry, otherNpmRegistries = [] } = this.#registries;
    return tarballAddressOf(text, [npmRegistry, ...otherNpmRegistries]);
  }

  /**
   * An entry that installs from an npm registry; ignored when it is no JSR package, by name or by address.
   *
   * A JSR name at a foreign address is both: a foreign reference, and a target, because the version it claims to be
   * can still be judged. Its digest is kept, so that a comparison with JSR's own tarball can fail; its address is
   * dropped, so that nothing ever asks it.
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
    const passedOn = !scoped && address?.kind === 'foreign' ? handedOn(text ?? '') : undefined;
    const served = address === undefined ? undefined : (packageAtPath(address.path) ?? exactly(passedOn));
    if (served === undefined && passedOn !== undefined && address?.kind === 'foreign')
      return this.handedOn(at, entry, passedOn, address.host);
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

  /** A name under which a package from JSR is installed, or one from elsewhere. */
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

  /** All of it, in the order of the lockfile. */
  contents({ id, runtime }: { readonly id: string; readonly runtime: Runtime }): LockfileContents {
    this.#judgeRequests();
    this.#replaceSentAway();
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
    // The newer of two trees comes first.
    if (folder !== undefined && !this.#folders.has(folder)) this.#folders.set(folder, version);
  }

  /** A request has to lead to the package it names; that an entry could not be understood is said once. */
  #judgeRequests(): void {
    const known = new Map(this.#targets.map(({ at, target }) => [at, npmNameOf(target.package)]));
    const said = new Set(this.#unreadable.map(({ at }) => at));
    for (const { at, entry, asks, leadsTo, as, excuse } of this.#requests.splice(0)) {
      if (leadsTo !== undefined && (said.has(leadsTo) || known.get(leadsTo) === asks)) continue;
      const why = astray(asks, as);
      if (excuse === undefined) this.unreadable(at, entry, why);
      else this.remark(at, `${JSON.stringify(entry.slice(0, 100))}: ${why}, ${excuse}`, notFromJsr);
    }
  }

  /** Where no version is named, each one that the lockfile knows is meant; a package that it does not know stays told. */
  #replaceSentAway(): void {
    const known = new Map<string, Set<string>>();
    for (const { target } of this.#targets) {
      const name = npmNameOf(target.package);
      known.set(name, (known.get(name) ?? new Set()).add(target.package.version));
    }
    const said = new Set<string>();
    for (const { at, entry, what, why } of this.#sentAway.splice(0)) {
      const { scope, name, version } = what;
      const npmName = npmNameOf(what);
      const versions = version === undefined ? known.get(npmName) : [version];
      if (versions === undefined)
        this.unreadable(at, entry, `${why}, which is not the package that it names`);
      // Many redirects times many versions would be work without end.
      else if (version !== undefined || !said.has(npmName))
        for (const one of versions)
          this.mention(at, { scope, name, version: one }, { kind: 'replaced', why }, {});
      if (version === undefined) said.add(npmName);
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

/** The package version that name and version claim, or why they claim none. */
function claimed(name: string, version: string | undefined): PackageVersion | string {
  const jsr: PackageName | undefined = fromNpmName(name);
  if (jsr === undefined) return `${name} is not the name of a JSR package`;
  if (version === undefined) return 'it has no version';
  return isVersion(version) ? { ...jsr, version } : `${version} is not an exact version`;
}

function exactly(what: HandedOn | 'unclear' | undefined): PackageVersion | undefined {
  if (typeof what !== 'object' || what.version === undefined) return undefined;
  return { ...what, version: what.version };
}

/** The version, with the build metadata that its address has and that some clients leave out. */
function withBuild(version: string | undefined, served: string | undefined): string | undefined {
  return version === undefined || served?.startsWith(`${version}+`) === true ? served : version;
}

/** Why an address on a registry of ours is not that of the package version, if it is not. */
function wrongAddress(
  { path, hasQuery }: Extract<TarballAddress, { kind: 'registry' }>,
  version: PackageVersion,
  { integrity }: NpmMention,
): string | undefined {
  const { name, version: told, isHash } = toldByPath(path);
  const isOther = name !== undefined && name !== npmNameOf(version);
  if (isOther || (told !== undefined && told !== version.version))
    return `its address is that of ${name}@${told ?? '(no version)'}: ${path}`;
  if (name !== undefined && told !== undefined) return undefined;
  // The address may hide what it leads to where the integrity says which bytes it has to be.
  if ((isHash || hasQuery) && integrity !== undefined) return undefined;
  return `its package cannot be told from its address; understood are ${understoodForms}: ${path}`;
}

function lockedOf(mention: NpmMention, address: TarballAddress | undefined): Locked | undefined {
  const url = address?.kind === 'registry' ? address.url : undefined;
  const nothing = mention.unpinned ?? { why: 'the lockfile holds no integrity' };
  if (mention.unpinned !== undefined || mention.integrity === undefined) {
    // Without a digest, nothing ties what is served there to the tarball that is compared.
    const unasked = address?.kind === 'registry' && url === undefined;
    const why = `${nothing.why}${unasked ? ', and what its address serves is not compared' : ''}`;
    return lockedNothing({ ...nothing, why }, url);
  }
  return lockedBy(mention.integrity, url, mention.integrityOf);
}

function clip(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text;
}
