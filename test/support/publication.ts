import { tgzOf } from './archive.ts';
import type { IssuedCertificate } from './certificate.ts';
import type { GitHubIdentity } from './identity.ts';
import { sha256Hex } from './keys.ts';
import { moduleGraph, reachable } from './module-graph.ts';
import { type NpmChanges, npmTarball } from './npm.ts';
import type { LogPosition } from './rekor.ts';
import type { DsseKind, LogRecord } from './rekor-entry.ts';
import type { Sigstore, SigstoreRequest } from './sigstore.ts';
import type { Envelope, StatementOptions } from './statement.ts';

/** The repository a package says it comes from. */
export interface Repository {
  readonly owner: string;
  readonly name: string;
  /** Decimal GitHub id. */
  readonly id: string;
  readonly ownerId: string;
}

/** What to publish. */
export interface PublishOptions {
  readonly scope: string;
  readonly name: string;
  readonly version: string;
  /** Content by path with a leading `/`. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** By default `.` is `./mod.ts`, or the first module there is. */
  readonly exports?: Readonly<Record<string, string>>;
  /** How it is attested: as Deno does by default. */
  readonly provenance?: 'deno' | 'none' | ProvenanceOptions;
  /** Repository the workflow runs in; `scope/name` by default. */
  readonly repository?: Partial<Repository>;
  /** Whether JSR shows that repository as the package's, or shows another one, or none. */
  readonly linked?: boolean | Partial<Repository>;
  readonly yanked?: boolean;
  /** A month before the world's now by default. */
  readonly createdAt?: Date;
  /** What the API says in place of the true log index. */
  readonly rekorLogId?: string | null;
  /** Bytes of the version manifest in place of the true ones; they are what gets attested. */
  readonly manifest?: (honest: Manifest) => Uint8Array | string | object;
  readonly npm?: NpmChanges;
}

/** How an attestation is made; every field has an honest default. */
export interface ProvenanceOptions {
  /** Who ran the workflow, where it differs from the repository's. */
  readonly identity?: Partial<GitHubIdentity>;
  readonly certificate?: SigstoreRequest;
  readonly statement?: StatementOptions;
  readonly kind?: DsseKind;
  /** What the subject's digest is of, or a digest. */
  readonly digest?: 'manifest' | 'tarball' | string;
  /** Name of the subject. */
  readonly subject?: string;
  readonly payloadType?: string;
  readonly encoding?: 'der' | 'ieee-p1363';
  readonly keyid?: string;
  /** Last word on the envelope before it is logged. */
  readonly envelope?: (envelope: Envelope, certificate: IssuedCertificate) => Envelope;
  /** Text logged in place of the certificate's PEM. */
  readonly pem?: (certificate: IssuedCertificate) => string;
  /** Last word on what the log keeps. */
  readonly record?: (record: LogRecord) => LogRecord;
  readonly storePayload?: boolean;
  /** Whether the log's index knows the entry. */
  readonly indexed?: boolean;
  readonly loggedAt?: Date;
  /** Another Sigstore that issues the certificate. */
  readonly sigstore?: Sigstore;
}

/** The version manifest, parsed. */
export interface Manifest {
  readonly manifest: Readonly<Record<string, { readonly size: number; readonly checksum: string }>>;
  readonly moduleGraph2: Readonly<Record<string, unknown>>;
  readonly exports: Readonly<Record<string, string>>;
}

/** One attestation in the log. */
export interface Attestation {
  readonly kind: DsseKind;
  readonly certificate: IssuedCertificate;
  readonly envelope: Envelope;
  readonly statement: Buffer;
  readonly position: LogPosition;
  readonly record: LogRecord;
  /** Global log index, as the API spells it. */
  readonly logIndex: string;
}

/** A published version. */
export class Publication {
  readonly scope: string;
  readonly name: string;
  readonly version: string;
  readonly createdAt: Date;
  readonly files: ReadonlyMap<string, Buffer>;
  readonly exports: Readonly<Record<string, string>>;
  readonly repository: Repository;
  /** Raw bytes of `<version>_meta.json`. */
  readonly manifest: Buffer;
  /** SHA-256 of the manifest, in hex: what is attested and what deno.lock pins. */
  readonly digest: string;
  yanked: boolean;
  /** What the API says; a true one is the attestation's log index. */
  rekorLogId: string | null = null;
  attestation: Attestation | undefined;
  readonly #npm: NpmChanges;
  #uploaded: Buffer | undefined;
  readonly #tarballs = new Map<string, Buffer>();

  constructor(options: PublishOptions, createdAt: Date) {
    this.scope = options.scope;
    this.name = options.name;
    this.version = options.version;
    this.createdAt = createdAt;
    this.files = new Map(
      Object.entries(options.files).map(([path, content]) => [path, Buffer.from(content as string)]),
    );
    this.exports = options.exports ?? defaultExports([...this.files.keys()]);
    this.repository = repositoryOf(options);
    this.yanked = options.yanked ?? false;
    this.#npm = options.npm ?? {};
    const honest = this.#manifest();
    const wanted = options.manifest?.(honest) ?? honest;
    this.manifest =
      typeof wanted === 'string' || wanted instanceof Uint8Array
        ? Buffer.from(wanted as string)
        : Buffer.from(JSON.stringify(wanted));
    this.digest = sha256Hex(this.manifest);
  }

  /** `@scope/name` */
  get fullName(): string {
    return `@${this.scope}/${this.name}`;
  }

  /** `@scope/name@version`: a spec, and the key in deno.lock. */
  get spec(): string {
    return `${this.fullName}@${this.version}`;
  }

  /** As the statement spells the subject. */
  get purl(): string {
    return `pkg:jsr/${this.spec}`;
  }

  /** The attestation; throws if there is none. */
  get attested(): Attestation {
    if (this.attestation === undefined) throw new Error(`${this.spec} has no attestation`);
    return this.attestation;
  }

  /** The source tarball as it was uploaded: every file, without a folder in front. */
  get uploaded(): Buffer {
    this.#uploaded ??= tgzOf([...this.files].map(([path, content]) => ({ path: path.slice(1), content })));
    return this.#uploaded;
  }

  /** Revision of the npm tarball. */
  get npmRevision(): number {
    return this.#npm.revision ?? 11;
  }

  /** The .tgz on the npm mirror; the registry's address goes into it. */
  npmTarball(registry: string): Buffer {
    const known = this.#tarballs.get(registry);
    if (known !== undefined) return known;
    const { scope, name, version, files, exports } = this;
    const made = npmTarball(
      { scope, name, version, files, exports, registry, builtAt: this.createdAt },
      this.#npm,
    );
    this.#tarballs.set(registry, made);
    return made;
  }

  /** Text of the files, for whoever looks for imports. */
  texts(): ReadonlyMap<string, string> {
    return new Map([...this.files].map(([path, bytes]) => [path, bytes.toString('utf8')]));
  }

  /** Local modules that the exports reach. */
  graph(): ReadonlySet<string> {
    return reachable(
      this.texts(),
      Object.values(this.exports).map((target) => target.replace(/^\.?\/?/, '/')),
    );
  }

  #manifest(): Manifest {
    const entries = [...this.files].map(([path, bytes]) => [
      path,
      { size: bytes.length, checksum: `sha256-${sha256Hex(bytes)}` },
    ]);
    return {
      manifest: Object.fromEntries(entries) as Manifest['manifest'],
      moduleGraph2: moduleGraph(this.texts(), this.graph()),
      exports: this.exports,
    };
  }
}

/** The repository of a package: the scope's repository of the package's name unless told otherwise. */
function repositoryOf({ scope, name, repository = {} }: PublishOptions): Repository {
  const full = { owner: scope, name, ...repository };
  const known = full.owner === 'acme' && full.name === 'widget';
  return {
    id: known ? '454279688' : idOf(`${full.owner}/${full.name}`),
    ownerId: full.owner === 'acme' ? '6497122' : idOf(full.owner),
    ...full,
  };
}

const idOf = (name: string): string => String(Number.parseInt(sha256Hex(name.toLowerCase()).slice(0, 7), 16));

function defaultExports(paths: readonly string[]): Readonly<Record<string, string>> {
  const main = paths.find((path) => path === '/mod.ts') ?? paths.find((path) => /\.[jt]sx?$/.test(path));
  return main === undefined ? {} : { '.': `.${main}` };
}
