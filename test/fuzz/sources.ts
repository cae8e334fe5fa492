import { join } from 'node:path';
import type { DiskEntry, InstalledDisk } from '../../src/installed/disk.ts';
import { absent, fileDigest, type Gathered, present } from '../../src/model/evidence.ts';
import type { Source } from '../../src/source/source.ts';

/** A source that answers every question with these bytes. */
export function answering(bytes: Uint8Array): Source {
  return {
    requests: new Map(),
    ask: async ({ url }) => present(bytes, url),
    digest: async ({ url }) => present(fileDigest(bytes), url),
  };
}

/** Where the disk of these tests begins. */
export const home = '/home';

/** A disk that holds these files, by path below `home`, and nothing else. */
export function diskWith(files: Readonly<Record<string, Uint8Array>>): InstalledDisk {
  const byPath = new Map(Object.entries(files).map(([path, bytes]) => [join(home, path), bytes]));
  const read = async (path: string): Promise<Gathered<Uint8Array>> => {
    const bytes = byPath.get(path);
    return bytes === undefined ? absent(path) : present(bytes, path);
  };
  return {
    folder: home,
    read,
    list: async (folder) => {
      const inside = new Map<string, DiskEntry['kind']>();
      for (const path of byPath.keys()) {
        if (!path.startsWith(`${folder}/`)) continue;
        const [name = '', ...rest] = path.slice(folder.length + 1).split('/');
        inside.set(name, rest.length === 0 ? 'file' : 'folder');
      }
      return inside.size === 0
        ? absent(folder)
        : present(
            [...inside].map(([name, kind]) => ({ name, kind })),
            folder,
          );
    },
    real: async (path) => path,
    tail: async (path, maxBytes) => {
      const bytes = byPath.get(path);
      return bytes === undefined
        ? absent(path)
        : present({ bytes: bytes.subarray(-maxBytes), size: bytes.length }, path);
    },
    digest: async (path, length) => {
      const bytes = byPath.get(path);
      return bytes === undefined ? undefined : fileDigest(bytes.subarray(0, length));
    },
    unzip: async () => ({ state: 'absent' }),
  };
}
