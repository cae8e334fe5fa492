import { type Json, jsonBytes, tufJson } from './json.ts';
import { type KeyPair, mintKey, sha256Hex, sign } from './keys.ts';

/** The four roles every TUF repository has. */
export type TufRole = 'root' | 'timestamp' | 'snapshot' | 'targets';

/** How a repository may differ from the default one. */
export interface TufOptions {
  /** Files by their target name, such as `trusted_root.json`. */
  readonly targets: Readonly<Record<string, Uint8Array>>;
  readonly keyKind?: 'ed25519' | 'p256';
  /** When metadata expires, unless a release says otherwise; a year from now by default. */
  readonly expires?: Date;
}

/** What a release says; whatever is left out is honest and goes on from the release before. */
export interface TufRelease {
  readonly targets?: Readonly<Record<string, Uint8Array>>;
  /** Expiry by role. */
  readonly expires?: Partial<Record<Exclude<TufRole, 'root'>, Date>>;
  /** Version by role, for going backwards. */
  readonly version?: Partial<Record<Exclude<TufRole, 'root'>, number>>;
  /** Version of the snapshot that the timestamp names, or of the targets that the snapshot names. */
  readonly names?: { readonly snapshot?: number; readonly targets?: number };
  /** Signs a role with keys nobody trusts. */
  readonly forged?: readonly Exclude<TufRole, 'root'>[];
  /** What the targets say of a file, in place of the truth. */
  readonly lies?: { readonly length?: number; readonly sha256?: string };
}

/** A change of root: new keys for some roles, another expiry, signatures missing on purpose. */
export interface TufRotation {
  readonly roles?: readonly TufRole[];
  readonly expires?: Date;
  readonly version?: number;
  /** Leaves out the old root's signature, which every honest rotation has. */
  readonly unsignedByOld?: boolean;
}

/**
 * A TUF repository as the bytes a mirror serves, by path. Every version ever released stays readable, so that a
 * test can serve an old one again.
 */
export class TufRepository {
  readonly #options: TufOptions;
  readonly #files = new Map<string, Buffer>();
  #keys: Readonly<Record<TufRole, KeyPair>>;
  #versions: Record<TufRole, number> = { root: 0, timestamp: 0, snapshot: 0, targets: 0 };
  #targets: Readonly<Record<string, Uint8Array>>;

  constructor(options: TufOptions) {
    this.#options = options;
    this.#targets = options.targets;
    this.#keys = { root: this.#key(), timestamp: this.#key(), snapshot: this.#key(), targets: this.#key() };
    this.#signRoot([this.#keys.root], 1, this.#expires);
    this.release({});
  }

  /** Bytes at a path of the mirror, such as `timestamp.json` or `targets/<hash>.trusted_root.json`. */
  get(path: string): Buffer | undefined {
    return this.#files.get(path);
  }

  /** Every path there is. */
  paths(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** Root metadata of a version, the first by default: what a client is born with. */
  root(version = 1): Buffer {
    return this.#need(`${version}.root.json`);
  }

  /** Present version of a role. */
  version(role: TufRole): number {
    return this.#versions[role];
  }

  /** Replaces what is served at a path; nothing makes it disappear. */
  put(path: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) this.#files.delete(path);
    else this.#files.set(path, Buffer.from(bytes));
  }

  /** The files as they are now; `restore` serves exactly these again. */
  state(): ReadonlyMap<string, Buffer> {
    return new Map(this.#files);
  }

  /** Serves an earlier state: a freeze, or a rollback of everything. */
  restore(state: ReadonlyMap<string, Buffer>): void {
    this.#files.clear();
    for (const [path, bytes] of state) this.#files.set(path, bytes);
  }

  /** New targets, snapshot and timestamp. */
  release(release: TufRelease): void {
    this.#targets = release.targets ?? this.#targets;
    const next = (role: Exclude<TufRole, 'root'>): number =>
      release.version?.[role] ?? this.#versions[role] + 1;
    const sealed = (role: Exclude<TufRole, 'root'>, content: { readonly [key: string]: Json }): Buffer => {
      this.#versions[role] = next(role);
      const key = release.forged?.includes(role) === true ? this.#key() : this.#keys[role];
      const expires = release.expires?.[role] ?? this.#expires;
      return seal({ ...header(role, this.#versions[role], expires), ...content }, [key], [this.#keys[role]]);
    };

    const targets = sealed('targets', { targets: this.#describe(release.lies ?? {}) });
    const targetsVersion = release.names?.targets ?? this.#versions.targets;
    this.#files.set(`${this.#versions.targets}.targets.json`, targets);

    const snapshot = sealed('snapshot', { meta: { 'targets.json': { version: targetsVersion } } });
    this.#files.set(`${this.#versions.snapshot}.snapshot.json`, snapshot);

    const snapshotVersion = release.names?.snapshot ?? this.#versions.snapshot;
    const named = this.#need(`${snapshotVersion}.snapshot.json`);
    const meta = {
      version: snapshotVersion,
      length: named.length,
      hashes: { sha256: sha256Hex(named) },
    };
    const timestamp = sealed('timestamp', { meta: { 'snapshot.json': meta } });
    this.#files.set(`${this.#versions.timestamp}.timestamp.json`, timestamp);
    this.#files.set('timestamp.json', timestamp);
  }

  /** A new root version; the old root signs too, unless the test says otherwise. */
  rotateRoot(rotation: TufRotation = {}): void {
    const old = this.#keys.root;
    const roles = rotation.roles ?? ['root'];
    this.#keys = Object.fromEntries(
      Object.entries(this.#keys).map(([role, key]) => [
        role,
        roles.includes(role as TufRole) ? this.#key() : key,
      ]),
    ) as Record<TufRole, KeyPair>;
    const signers =
      rotation.unsignedByOld === true || old === this.#keys.root ? [this.#keys.root] : [this.#keys.root, old];
    this.#signRoot(signers, rotation.version ?? this.#versions.root + 1, rotation.expires ?? this.#expires);
    if (roles.some((role) => role !== 'root')) this.release({});
  }

  #signRoot(signers: readonly KeyPair[], version: number, expires: Date): void {
    this.#versions.root = version;
    const keys = Object.values(this.#keys);
    const signed = {
      ...header('root', version, expires),
      consistent_snapshot: true,
      keys: Object.fromEntries(keys.map((key) => [keyId(key), tufKey(key)])),
      roles: Object.fromEntries(
        Object.entries(this.#keys).map(([role, key]) => [role, { keyids: [keyId(key)], threshold: 1 }]),
      ),
    };
    const bytes = seal(signed, signers, signers);
    this.#files.set(`${version}.root.json`, bytes);
    this.#files.set('root.json', bytes);
  }

  #describe(lies: NonNullable<TufRelease['lies']>): Json {
    return Object.fromEntries(
      Object.entries(this.#targets).map(([name, bytes]) => {
        const digest = lies.sha256 ?? sha256Hex(bytes);
        this.#files.set(`targets/${digest}.${name}`, Buffer.from(bytes));
        return [name, { length: lies.length ?? bytes.length, hashes: { sha256: digest } }];
      }),
    );
  }

  #key(): KeyPair {
    return mintKey(this.#options.keyKind ?? 'ed25519');
  }

  #need(path: string): Buffer {
    const bytes = this.#files.get(path);
    if (bytes === undefined) throw new Error(`the repository has no ${path}`);
    return bytes;
  }

  get #expires(): Date {
    return this.#options.expires ?? new Date(Date.now() + 365 * 24 * 3_600_000);
  }
}

/** A TUF repository with fresh keys and a first release. */
export const mintTuf = (options: TufOptions): TufRepository => new TufRepository(options);

function header(role: TufRole, version: number, expires: Date): { readonly [key: string]: Json } {
  return {
    _type: role,
    spec_version: '1.0.31',
    version,
    expires: expires.toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}

/** Signs with `signers` under the key ids of `names`: the same unless a signature is forged. */
function seal(
  signed: { readonly [key: string]: Json },
  signers: readonly KeyPair[],
  names: readonly KeyPair[],
): Buffer {
  const bytes = Buffer.from(tufJson(signed), 'utf8');
  const signatures = signers.map((signer, index) => ({
    keyid: keyId(names[index] ?? signer),
    sig: sign(signer, bytes).toString('hex'),
  }));
  return jsonBytes({ signatures, signed }, 1);
}

function tufKey(key: KeyPair): { readonly [key: string]: Json } {
  const scheme = key.kind === 'ed25519' ? 'ed25519' : 'ecdsa-sha2-nistp256';
  const value =
    key.kind === 'ed25519'
      ? key.spki.subarray(-32).toString('hex')
      : key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    keytype: key.kind === 'ed25519' ? 'ed25519' : 'ecdsa',
    scheme,
    keyval: { public: value },
  };
}

const keyId = (key: KeyPair): string => sha256Hex(tufJson(tufKey(key)));
