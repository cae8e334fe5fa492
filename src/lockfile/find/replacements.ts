import { dirname, join, resolve } from 'node:path';
import { isWithin, seenFrom } from '../../model/disk-path.ts';
import { JsrVerifyError } from '../../model/error.ts';
import { nameOf } from '../../model/package.ts';
import type { Remark } from '../../model/target.ts';
import { fromNpmName } from '../parts/name.ts';
import { type DenoConfig, type Named, readDenoConfig } from './deno-config.ts';
import type { Disk } from './disk.ts';
import { memberFolders } from './members.ts';

/** Number of linked folders of one `deno.json` that are read. */
const maxLinks = 200;
/** Files that give a folder a package name; Deno may load the folder instead of that package. */
const configNames = ['deno.json', 'deno.jsonc', 'package.json'];

/** The configuration file of a workspace member; `config` is `undefined` when it cannot be read. */
interface Member {
  readonly named: Named;
  readonly path: string;
  readonly config: DenoConfig | undefined;
}

/** The configuration files of a Deno lockfile: each `deno.json` and `package.json` that may name workspace members. */
export interface DenoConfigs {
  /** Absolute paths. */
  readonly files: readonly string[];
  /** Absolute path; files outside of it are not read. */
  readonly root: string;
}

/** Options of the search for replacements. */
export interface ReplacementOptions {
  readonly registry: string;
  /** Whether vendored files are compared elsewhere, as at depth `installed`. */
  readonly withVendor?: boolean;
}

/**
 * Finds what replaces JSR packages without a trace in the lockfile: import maps, linked folders, and workspace members that
 * have the name of a package in `locked` (as `@scope/name`).
 */
export async function findReplacements(
  disk: Disk,
  { files, root }: DenoConfigs,
  locked: ReadonlySet<string>,
  { registry, withVendor = false }: ReplacementOptions,
): Promise<readonly Remark[]> {
  const remarks: Remark[] = [];
  for (const path of files) {
    const config = await read(path);
    if (config === undefined) {
      remarks.push(unread(path, { text: shown(path), line: 1 }, 'the configuration'));
      continue;
    }
    remarks.push(...config.remarks);
    if (config.vendorLine !== undefined && !withVendor) remarks.push(vendored(path, config.vendorLine));
    const { importMap } = config;
    if (importMap !== undefined) {
      const map = await read(resolve(dirname(path), importMap.text));
      if (map === undefined) remarks.push(unread(path, importMap, 'the import map'));
      else remarks.push(...map.remarks);
    }
    for (const link of config.links.slice(0, maxLinks)) {
      const folder = resolve(dirname(path), link.text);
      const found = await inFolder(folder);
      if (found.length === 0) remarks.push(unread(path, link, 'the linked folder'));
      for (const { name, members } of found) {
        if (isScoped(name)) remarks.push(instead(path, link, link.text, name));
        // Deno also links the workspace members of a linked folder.
        for (const member of await inMembers(folder, members)) takeMember(path, link, member);
      }
    }
    const cut = config.links[maxLinks];
    if (cut !== undefined) remarks.push(unread(path, cut, 'the linked folder'));
    for (const member of await inMembers(dirname(path), config.members)) {
      takeMember(path, member.named, member);
      if (member.config !== undefined && !files.includes(member.path)) remarks.push(...member.config.remarks);
    }
  }
  return remarks;

  async function read(path: string): Promise<DenoConfig | undefined> {
    if (!isWithin(path, root) || (await disk.kindOf(path)) !== 'file') return undefined;
    try {
      return readDenoConfig(shown(path), await disk.read(path), registry);
    } catch (cause) {
      // A link out of the project, or a file that is too large, is reported as unread.
      if (cause instanceof JsrVerifyError) return undefined;
      throw cause;
    }
  }

  async function inFolder(folder: string): Promise<readonly DenoConfig[]> {
    const found = await Promise.all(configNames.map((name) => read(join(folder, name))));
    return found.filter((config) => config !== undefined);
  }

  /** The configuration files of members; `config` is `undefined` when a file exists but cannot be read. */
  async function inMembers(folder: string, members: readonly Named[]): Promise<readonly Member[]> {
    const found: Member[] = [];
    const { folders, isCut } = await memberFolders(
      disk,
      folder,
      members.map(({ text }) => text),
    );
    const named = new Map(members.map((member) => [member.text, member]));
    for (const [place, text] of folders) {
      const from = named.get(text) ?? { text, line: 1 };
      for (const name of configNames) {
        const path = join(place, name);
        const config = await read(path);
        if (config !== undefined || (await disk.kindOf(path)) === 'file')
          found.push({ named: from, path, config });
      }
    }
    const [first] = members;
    if (isCut && first !== undefined) found.push({ named: first, path: folder, config: undefined });
    return found;
  }

  function takeMember(path: string, at: Named, { named, path: file, config }: Member): void {
    if (config === undefined)
      remarks.push(unread(path, { ...named, line: at.line }, 'a member of the workspace'));
    const name = config?.name;
    const asJsr = name === undefined ? undefined : (fromNpmName(name) ?? name);
    const full = typeof asJsr === 'object' ? nameOf(asJsr) : asJsr;
    if (isScoped(full) && locked.has(full)) remarks.push(instead(path, at, shown(dirname(file)), full));
  }

  function unread(path: string, { text, line }: Named, what: string): Remark {
    return {
      at: { file: shown(path), line },
      message: `${what} ${JSON.stringify(text.slice(0, 100))} was not read; it may replace JSR packages with something else`,
      hint: 'review it, because Deno follows it and it was not checked',
    };
  }

  function vendored(path: string, line: number): Remark {
    return {
      at: { file: shown(path), line },
      message: 'with "vendor": true, Deno runs the files in vendor/ without comparing them with the lockfile',
      hint: 'compare them with the published files: jsr-verify audit --depth installed',
    };
  }

  function instead(path: string, { line }: Named, folder: string, name: string): Remark {
    return {
      at: { file: shown(path), line },
      message: `Deno loads ${name} from the project folder ${JSON.stringify(folder.slice(0, 100))} where its version matches`,
      hint: 'review that folder, which was not checked',
    };
  }

  function shown(path: string): string {
    return seenFrom(disk.folder, path);
  }
}

function isScoped(name: string | undefined): name is string {
  return name !== undefined && /^@[a-z0-9-]{1,64}\/[a-z0-9_-]{1,64}$/.test(name);
}
