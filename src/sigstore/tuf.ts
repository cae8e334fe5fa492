import { type Fetcher, Updater } from 'tuf-js';
import { at, parseJson } from '../wire/json.ts';
import { DownloadHTTPError } from './library.ts';
import { inWorkFolder, type WorkFolder } from './trust-disk.ts';
import { maxTrustedRootBytes } from './trust-root.ts';
import { MirrorUnavailable, type TufFiles } from './tuf-mirror.ts';
import { explainTuf, NotSaved, type TufTrouble } from './tuf-trouble.ts';

/** The TUF target with the trusted root. */
const targetName = 'trusted_root.json';
/** The roles that every update reads from the folder. */
const alwaysVerified: ReadonlySet<string> = new Set(['timestamp.json', 'snapshot.json', 'targets.json']);
/** A base address for the library; only the path after it is used. */
const base = 'https://tuf.invalid/';

/** The files of one complete TUF update: enough to repeat it without a network. */
export interface TufState {
  /** Roots that follow the one where TUF started, by version. */
  readonly roots: ReadonlyMap<number, Uint8Array>;
  /** The newest metadata of the other roles, by file name: `timestamp.json` … */
  readonly roles: ReadonlyMap<string, Uint8Array>;
  readonly trustedRoot: Uint8Array;
}

/** The result of an update. */
export type TufOutcome = TufUpdated | TufTrouble;

/** Metadata and trusted root; all their signatures, versions, digests and expiry dates are verified. */
export interface TufUpdated {
  readonly kind: 'updated';
  readonly state: TufState;
  /** Version by role. */
  readonly versions: Readonly<Record<string, number>>;
  /** The earliest expiry date of all roles. */
  readonly expiresAt: Date;
}

/**
 * Runs the TUF client workflow (TUF 1.0, section 5) from `root` with `files`, until `signal` aborts. `known`, from an
 * earlier update, saves requests and protects against rollback; it is verified again like everything else.
 */
export async function updateTuf(
  root: Uint8Array,
  files: TufFiles,
  known?: TufState,
  signal?: AbortSignal,
): Promise<TufOutcome> {
  const keeper = new Keeper(files, known?.roots);
  try {
    return await inWorkFolder((folder) => untilAborted(update(root, keeper, known, folder), signal));
  } catch (error) {
    return explainTuf(keeper.failure ?? error);
  }
}

/** Repeats an update from its saved files only. */
export function replayTuf(root: Uint8Array, state: TufState): Promise<TufOutcome> {
  return updateTuf(root, { read: async (path) => kept(state, path) });
}

async function update(
  root: Uint8Array,
  keeper: Keeper,
  known: TufState | undefined,
  folder: WorkFolder,
): Promise<TufUpdated> {
  // Other roles are fetched again: at the end, the folder must contain only what the library has verified.
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

/** Passes files to the library. Keeps the roots for the next update, and the original error of a failure. */
class Keeper {
  readonly roots = new Map<number, Uint8Array>();
  /** The library turns errors into texts, so the original error is kept here. */
  failure: unknown;
  readonly #files: TufFiles;
  readonly #knownRoots: ReadonlyMap<number, Uint8Array> | undefined;

  constructor(files: TufFiles, knownRoots: ReadonlyMap<number, Uint8Array> | undefined) {
    this.#files = files;
    this.#knownRoots = knownRoots;
  }

  /**
   * Records that metadata could not be saved. The library turns that error into a text, which could not be
   * distinguished from a message of the mirror.
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
    // A root of one version never changes, so a known root needs no request.
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

/**
 * TUF 5.3.3: if the next root does not exist, the current one is the newest; the library expects exactly this error.
 */
function newestKnown(path: string): Error {
  return new DownloadHTTPError(`there is no ${path}`, 404);
}

/** Finds a requested file in the saved state. */
function kept(state: TufState, path: string): Uint8Array | undefined {
  const version = rootVersion(path);
  if (version !== undefined) return state.roots.get(version);
  return path.startsWith('targets/') ? state.trustedRoot : state.roles.get(path.replace(/^\d+\./, ''));
}

function rootVersion(path: string): number | undefined {
  const digits = /^(\d+)\.root\.json$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The result of the work, or a rejection as soon as `signal` aborts: the library itself cannot be stopped. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const late = () => reject(new MirrorUnavailable('no answer in time'));
    if (signal.aborted) late();
    signal.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}
