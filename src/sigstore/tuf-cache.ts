import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readAtMost } from '../source/local-file.ts';
import { OwnFolder } from '../source/own-folder.ts';
import { at, field, fromBase64, isRecord, parseJson, textAt } from '../wire/json.ts';
import { replaceFile } from './trust-disk.ts';
import type { TufState } from './tuf.ts';

/** A TUF state from the cache, not yet verified. */
export interface KeptTuf {
  readonly state: TufState;
  /** When the mirror last confirmed it, according to the cache file, which is not verified. */
  readonly confirmedAt: Date;
}

/** The newest TUF state of one mirror, in one file below the cache folder, shared by all processes of a user. */
export interface TufCache {
  /** The cached state; `undefined` if there is none or it cannot be read. */
  read(): Promise<KeptTuf | undefined>;
  /** Saves a state, unless another process has saved one since `read`: both are equally new. Never rejects. */
  write(kept: KeptTuf): Promise<void>;
}

/** Real states have about 50 kB; the limits of the TUF client allow a few megabytes. */
const maxBytes = 20_000_000;

/** The cache for a mirror below `folder`; without a folder nothing is cached. */
export function tufCache(folder: string | undefined, mirror: URL): TufCache {
  if (folder === undefined) return { read: async () => undefined, write: async () => undefined };
  const name = `${mirror.host.replace(/[^\w.-]/g, '_')}-${sha256(mirror.href).slice(0, 16)}.json`;
  const own = new OwnFolder(join(folder, 'tuf'));
  let before: string | undefined;
  return {
    read: async () => {
      const bytes = await contents(own, name);
      before = bytes && sha256(bytes);
      return bytes && decode(bytes);
    },
    write: async (kept) => {
      const bytes = await contents(own, name);
      if ((bytes && sha256(bytes)) !== before) return;
      // If the cache cannot be written, the next run needs a request; this run is not affected.
      await own
        .make()
        .then(() => replaceFile(own.file(name).path, encode(kept)))
        .catch(() => undefined);
    },
  };
}

async function contents(own: OwnFolder, name: string): Promise<Buffer | undefined> {
  try {
    const bytes = await readAtMost(own.file(name).path, maxBytes, { links: 'refused' });
    return bytes.length <= maxBytes ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function encode({ state, confirmedAt }: KeptTuf): Buffer {
  const base64 = <Key>(files: ReadonlyMap<Key, Uint8Array>) =>
    Object.fromEntries([...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]));
  const document = {
    version: 1,
    confirmedAt,
    roots: base64(state.roots),
    roles: base64(state.roles),
    trustedRoot: Buffer.from(state.trustedRoot).toString('base64'),
  };
  return Buffer.from(JSON.stringify(document), 'utf8');
}

function decode(bytes: Uint8Array): KeptTuf | undefined {
  const parsed = parseJson(bytes);
  if (!parsed.ok || field(parsed.value, 'version') !== 1) return undefined;
  const roots = decodeFiles(at(parsed.value, 'roots'), /^\d{1,9}$/);
  const roles = decodeFiles(at(parsed.value, 'roles'), /^[\w%.-]{1,200}\.json$/);
  const trustedRoot = decodeFile(at(parsed.value, 'trustedRoot'));
  const confirmedAt = new Date(textAt(parsed.value, 'confirmedAt') ?? '');
  if (roots === undefined || roles === undefined || trustedRoot === undefined) return undefined;
  if (Number.isNaN(confirmedAt.getTime())) return undefined;
  const numbered = new Map([...roots].map(([version, root]) => [Number(version), root] as const));
  return { state: { roots: numbered, roles, trustedRoot }, confirmedAt };
}

/** Names become file names in the work folder, so only plain names are allowed. */
function decodeFiles(value: unknown, name: RegExp): ReadonlyMap<string, Uint8Array> | undefined {
  if (!isRecord(value)) return undefined;
  const files = new Map<string, Uint8Array>();
  for (const [key, text] of Object.entries(value)) {
    const bytes = decodeFile(text);
    if (bytes === undefined || !name.test(key)) return undefined;
    files.set(key, bytes);
  }
  return files;
}

function decodeFile(text: unknown): Uint8Array | undefined {
  return typeof text === 'string' ? fromBase64(text) : undefined;
}

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');
