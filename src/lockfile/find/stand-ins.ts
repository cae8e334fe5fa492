import { dirname, join, resolve } from 'node:path';
import { isWithin, seenFrom } from '../../model/disk-path.ts';
import { JsrVerifyError } from '../../model/error.ts';
import type { Remark } from '../../model/target.ts';
import { type DenoConfig, type Named, readDenoConfig } from './deno-config.ts';
import type { Disk } from './disk.ts';

/** Folders that one `deno.json` names and that are looked into. */
const maxFolders = 200;

/** The `deno.json` files that a lockfile of Deno goes with. */
export interface DenoConfigs {
  /** Absolute. */
  readonly files: readonly string[];
  /** Absolute; nothing outside of it is read. */
  readonly root: string;
}

/**
 * What puts something else in the place of JSR packages without a word in the lockfile: import maps, linked folders, and
 * members of the workspace that have the name of a package in `locked` (as `@scope/name`).
 */
export async function findStandIns(
  disk: Disk,
  { files, root }: DenoConfigs,
  locked: ReadonlySet<string>,
  registry: string,
): Promise<readonly Remark[]> {
  const remarks: Remark[] = [];
  for (const path of files) {
    const config = await read(path);
    if (config === undefined) {
      remarks.push(unread(path, { text: shown(path), line: 1 }, 'the configuration'));
      continue;
    }
    remarks.push(...config.remarks);
    const { importMap } = config;
    if (importMap !== undefined) {
      const map = await read(resolve(dirname(path), importMap.text));
      if (map === undefined) remarks.push(unread(path, importMap, 'the import map'));
      else remarks.push(...map.remarks);
    }
    for (const link of config.links.slice(0, maxFolders)) {
      const found = await inFolder(path, link);
      if (found === 'nothing') remarks.push(unread(path, link, 'the linked folder'));
      else if (isScoped(found.name)) remarks.push(instead(path, link, found.name));
    }
    for (const member of config.members.slice(0, maxFolders)) {
      const found = await inFolder(path, member);
      if (found === 'nothing') continue;
      if (isScoped(found.name) && locked.has(found.name)) remarks.push(instead(path, member, found.name));
      if (!files.includes(found.path)) remarks.push(...found.remarks);
    }
  }
  return remarks;

  async function read(path: string): Promise<DenoConfig | undefined> {
    if (!isWithin(path, root) || (await disk.kindOf(path)) !== 'file') return undefined;
    try {
      return readDenoConfig(shown(path), await disk.read(path), registry);
    } catch (cause) {
      // A link that leads out of the project, or too large: it is told as unread.
      if (cause instanceof JsrVerifyError) return undefined;
      throw cause;
    }
  }

  async function inFolder(
    config: string,
    { text }: Named,
  ): Promise<(DenoConfig & { readonly path: string }) | 'nothing'> {
    for (const name of ['deno.json', 'deno.jsonc', 'package.json']) {
      const path = join(resolve(dirname(config), text), name);
      const found = await read(path);
      if (found !== undefined) return { ...found, path };
    }
    return 'nothing';
  }

  function unread(path: string, { text, line }: Named, what: string): Remark {
    return {
      at: { file: shown(path), line },
      message: `${what} ${JSON.stringify(text.slice(0, 100))} was not read; it may put something else in the place of JSR packages`,
      hint: 'review it: Deno follows it, and nothing in it was checked',
    };
  }

  function instead(path: string, { text, line }: Named, name: string): Remark {
    return {
      at: { file: shown(path), line },
      message: `Deno takes ${name} from the folder ${JSON.stringify(text.slice(0, 100))} of the project where its version fits`,
      hint: 'review what lies in that folder: it was not checked',
    };
  }

  function shown(path: string): string {
    return seenFrom(disk.folder, path);
  }
}

function isScoped(name: string | undefined): name is string {
  return name !== undefined && /^@[a-z0-9-]{1,64}\/[a-z0-9_-]{1,64}$/.test(name);
}
