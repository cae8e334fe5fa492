import { type Fetcher, Updater } from 'tuf-js';
import { at, parseJson } from '../wire/json.ts';
import { DownloadHTTPError } from './library.ts';
import { inWorkFolder, type WorkFolder } from './trust-disk.ts';
import { maxTrustedRootBytes } from './trust-root.ts';
import { MirrorUnavailable, type TufFiles } from './tuf-mirror.ts';
import { explainTuf, NotSaved, type TufTrouble } from './tuf-trouble.ts';

/** The TUF target that holds the trusted root. */
const targetName = 'trusted_root.json';
/** The roles of which every update looks at what is there. */
const alwaysVerified: ReadonlySet<string> = new Set(['timestamp.json', 'snapshot.json', 'targets.json']);
/** Addresses as the library makes them; only the path below is ever used. */
const base = 'https://tuf.invalid/';

/** What one complete TUF update left behind: enough to do it again without a network. */
export interface TufState {
  /** Roots that follow the one TUF started from, by version. */
  readonly roots: ReadonlyMap<number, Uint8Array>;
  /** The newest metadata of the other roles, by file name: `timestamp.json` … */
  readonly roles: ReadonlyMap<string, Uint8Array>;
  readonly trustedRoot: Uint8Array;
}

/** The result of an update. */
export type TufOutcome = TufUpdated | TufTrouble;

/** Metadata and trusted root, all signatures, versions, digests and expiry dates of which hold. */
export interface TufUpdated {
  readonly kind: 'updated';
  readonly state: TufState;
  /** Version by role. */
  readonly versions: Readonly<Record<string, number>>;
  /** When the first of the roles expires. */
  readonly expiresAt: Date;
}

/**
 * Runs the TUF client workflow (TUF 1.0, section 5) from `root` over `files`, until `signal` ends it. What is `known`
 * from an earlier update saves requests and protects against rollback; it is verified again like everything else.
 */
export async function updateTuf(
  root: Uint8Array,
  files: TufFiles,
  known?: TufState,
  signal?: AbortSignal,
): Promise<TufOutcome> {
  const keeper = new Keeper(files, known?.roots);
  try {
    return await inWorkFolder((folder) => inTime(update(root, keeper, known, folder), signal));
  } catch (error) {
    return explainTuf(keeper.failure ?? error);
  }
}

/** The same update once more, from nothing but what it left behind. */
export function replayTuf(root: Uint8Array, state: TufState): Promise<TufOutcome> {
  return updateTuf(root, { read: async (path) => kept(state, path) });
}

async function update(
  root: Uint8Array,
  keeper: Keeper,
  known: TufState | undefined,
  folder: WorkFolder,
): Promise<TufUpdated> {
  // Other roles are asked for again: what lies in the folder in the end has to be what the library has verified.
  for (const [name, bytes] of known?.roles ?? [])
    if (alwaysVerified.has(name)) await folder.write(name, bytes);
  await folder.write('root.json', root);
  await folder.write(`targets/${targetName}`, known?.trustedRoot ?? Buffer.alloc(0));
  const updater = new Updater({
    metadataDir: folder.path,
    metadataBaseUrl: base,
    targetDir: `${folder.path}/targets`,
    targetBaseUrl: `${base}targets`,
    fetcher: keeper.fetcherInto(folder),
  });
  keeper.noteUnsaved(updater);
  await updater.refresh();
  const target = await updater.getTargetInfo(targetName);
  if (target === undefined) throw new Error(`no ${targetName} is signed`);
  if (target.length > maxTrustedRootBytes) throw new Error(`${targetName} is to have ${target.length} bytes`);
  if ((await updater.findCachedTarget(target)) === undefined) await updater.downloadTarget(target);
  return updated(await folder.files(), keeper.roots, await folder.read(`targets/${targetName}`));
}

function updated(
  metadata: ReadonlyMap<string, Uint8Array>,
  roots: ReadonlyMap<number, Uint8Array>,
  trustedRoot: Uint8Array,
): TufUpdated {
  const facts = [...metadata].map(([name, bytes]) => ({
    role: name.replace(/\.json$/, ''),
    ...signed(bytes),
  }));
  return {
    kind: 'updated',
    state: { roots, roles: new Map([...metadata].filter(([name]) => name !== 'root.json')), trustedRoot },
    versions: Object.fromEntries(facts.map(({ role, version }) => [role, version])),
    expiresAt: new Date(Math.min(...facts.map(({ expires }) => expires))),
  };
}

/** Version and expiry (milliseconds) of metadata that the library has verified. */
function signed(bytes: Uint8Array): { readonly version: number; readonly expires: number } {
  const parsed = parseJson(bytes);
  if (!parsed.ok) throw new Error(`metadata is ${parsed.why}`);
  return {
    version: Number(at(parsed.value, 'signed', 'version')),
    expires: Date.parse(String(at(parsed.value, 'signed', 'expires'))),
  };
}

/** Hands files to the library and keeps what the next update needs: the roots, and the true reason of a failure. */
class Keeper {
  readonly roots = new Map<number, Uint8Array>();
  /** The library turns errors into texts, so the one it was handed is kept here. */
  failure: unknown;
  readonly #files: TufFiles;
  readonly #knownRoots: ReadonlyMap<number, Uint8Array> | undefined;

  constructor(files: TufFiles, knownRoots: ReadonlyMap<number, Uint8Array> | undefined) {
    this.#files = files;
    this.#knownRoots = knownRoots;
  }

  /**
   * Remembers that metadata could not be saved. The library makes a text of that, which alone could not be told from
   * what a mirror says.
   */
  noteUnsaved(updater: object): void {
    const saving = updater as { persistMetadata(name: string, bytes: Buffer): void };
    const save = saving.persistMetadata.bind(updater);
    saving.persistMetadata = (name, bytes) => {
      try {
        save(name, bytes);
      } catch (error) {
        this.failure = new NotSaved(/\bE[A-Z]+(?=:)/.exec(String(error))?.[0] ?? 'unknown error');
        throw error;
      }
    };
  }

  fetcherInto(folder: WorkFolder): Fetcher {
    const downloadBytes = (url: string, maxBytes: number) => this.#fetch(url.slice(base.length), maxBytes);
    return {
      downloadBytes,
      downloadFile: async (url, maxBytes, handle) =>
        handle(await folder.write('targets/download', await downloadBytes(url, maxBytes))),
    };
  }

  async #fetch(path: string, maxBytes: number): Promise<Buffer> {
    const version = rootVersion(path);
    if (version === undefined) return Buffer.from(await this.#need(path, maxBytes));
    // A root never changes under its version, so one that is known needs no request.
    const bytes = this.#knownRoots?.get(version) ?? (await this.#read(path, maxBytes));
    if (bytes === undefined) throw newestKnown(path);
    this.roots.set(version, bytes);
    return Buffer.from(bytes);
  }

  async #need(path: string, maxBytes: number): Promise<Uint8Array> {
    const bytes = await this.#read(path, maxBytes);
    if (bytes !== undefined) return bytes;
    this.failure = new MirrorUnavailable(`${path}: not found`);
    throw this.failure;
  }

  async #read(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    try {
      return await this.#files.read(path, maxBytes);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

/** TUF 5.3.3: a root that is not there means that the newest one is known; the library looks for just this error. */
function newestKnown(path: string): Error {
  return new DownloadHTTPError(`there is no ${path}`, 404);
}

/** What an update asks for, found in what an earlier one left behind. */
function kept(state: TufState, path: string): Uint8Array | undefined {
  const version = rootVersion(path);
  if (version !== undefined) return state.roots.get(version);
  return path.startsWith('targets/') ? state.trustedRoot : state.roles.get(path.replace(/^\d+\./, ''));
}

function rootVersion(path: string): number | undefined {
  const digits = /^(\d+)\.root\.json$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The work, or a rejection as soon as `signal` says so: the library cannot be stopped, only left. */
function inTime<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const late = () => reject(new MirrorUnavailable('no answer in time'));
    if (signal.aborted) late();
    signal.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}
