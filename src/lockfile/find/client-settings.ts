import { parse } from 'smol-toml';
import { Lines } from '../parts/place.ts';
import { itemsOf, type Tree, TreeError, textOf } from '../text/value.ts';
import { readYaml } from '../text/yaml.ts';

/** Package managers whose settings can lead to another lockfile, or to none. */
export type Client = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** One setting about lockfiles in a file of a project. */
export interface ClientSetting {
  /** Who reads it. */
  readonly clients: readonly Client[];
  /** As it is written. */
  readonly text: string;
  /** Where it stands, from 1. */
  readonly line: number;
  readonly means: Meaning;
}

/**
 * What a setting does: no lockfile is used, it may change during an installation, its checksums are not compared, it lies in another folder or has another
 * name, pnpm keeps one for each branch, or reads those of all branches on the branches that patterns name; `unknown` where
 * the file cannot be read. `always` is false where only some versions of the client obey.
 */
export type Meaning =
  | { readonly kind: 'none' }
  | { readonly kind: 'unfrozen' }
  | { readonly kind: 'unchecked' }
  | {
      readonly kind: 'elsewhere';
      readonly to: 'folder' | 'file';
      readonly path: string;
      readonly always: boolean;
    }
  | { readonly kind: 'branch'; readonly on: boolean; readonly always: boolean }
  | { readonly kind: 'merge'; readonly branches: readonly string[] }
  | { readonly kind: 'unknown'; readonly why: string };

/** The largest file of settings that is read, in bytes. */
export const maxSettingsBytes = 1024 * 1024;

/** Who reads a file of settings, and how it is read. */
const readers: Readonly<Record<string, readonly [clients: readonly Client[], read: (text: string) => Read]>> =
  {
    '.npmrc': [['npm', 'pnpm'], npmrc],
    'pnpm-workspace.yaml': [['pnpm'], pnpmWorkspace],
    '.yarnrc.yml': [['yarn'], yarnrcYml],
    '.yarnrc': [['yarn'], yarnrc],
    'bunfig.toml': [['bun'], bunfig],
  };

type Read = readonly (Pick<ClientSetting, 'line' | 'means'> & Partial<ClientSetting>)[];

/** The names of the files that hold settings of package managers. */
export const settingsFiles: readonly string[] = Object.keys(readers);

/**
 * What a file of settings says about lockfiles, as data: nothing is run, and no variable is looked up. A file that cannot
 * be read is one setting that nothing is known of.
 */
export function readClientSettings(name: string, text: string): readonly ClientSetting[] {
  const [clients, read] = readers[name] ?? [[], () => []];
  const clean = text.replace(/^\uFEFF/, '');
  try {
    const lines = clean.split(/\r\n|[\r\n]/);
    return read(clean).map(({ line, ...rest }) => ({
      clients,
      text: (lines[line - 1] ?? '').trim().slice(0, 100),
      line,
      ...rest,
    }));
  } catch (cause) {
    const at = cause instanceof TreeError ? new Lines(clean).of(cause.at).line : 1;
    const why = cause instanceof TreeError ? cause.message : 'it is not valid';
    return [unknownSetting(name, at, why)];
  }
}

/** What is known of a file of settings that cannot be read. */
export function unknownSetting(name: string, line: number, why: string): ClientSetting {
  return { clients: readers[name]?.[0] ?? [], text: name, line, means: { kind: 'unknown', why } };
}

// https://docs.npmjs.com/cli/configuring-npm/npmrc; pnpm up to version 10 reads its own settings there, too.
function npmrc(text: string): Read {
  const settings: Read[number][] = [];
  const patterns: string[] = [];
  for (const [index, line] of text.split(/\r\n|[\r\n]/).entries()) {
    if (/^\s*(?:[;#]|$)/.test(line)) continue;
    // What follows belongs to a section, which no setting is looked for in.
    if (/^\s*\[[^\]]*\]\s*$/.test(line)) break;
    const [, key = '', value = 'true'] = /^([^=]+)(?:=(.*))?$/.exec(line) ?? [];
    const name = unquoted(key).replace(/\[\]$/, '');
    const said = unquoted(value);
    const add = (clients: readonly Client[], means: Meaning) =>
      void settings.push({ line: index + 1, clients, means });
    // Whatever is not plainly true may be false: npm reads numbers, and the environment decides what stands for a variable.
    const isOff = !/^(?:true|1|)$/.test(said);
    const isOn = !/^(?:false|null|undefined|0)$/.test(said);
    if (name === 'package-lock' && isOff) add(['npm', 'pnpm'], { kind: 'none' });
    if (name === 'shrinkwrap' && isOff) add(['npm'], { kind: 'none' });
    if (name === 'lockfile' && isOff) add(['pnpm'], { kind: 'none' });
    if (name === 'frozen-lockfile' && isOff) add(['pnpm'], { kind: 'unfrozen' });
    if (/^(?:lockfile-dir|lockfile-directory|shrinkwrap-directory)$/.test(name))
      add(['pnpm'], { kind: 'elsewhere', to: 'folder', path: said, always: false });
    if (name === 'git-branch-lockfile') add(['pnpm'], { kind: 'branch', on: isOn, always: false });
    if (name === 'merge-git-branch-lockfiles' && isOn) add(['pnpm'], { kind: 'merge', branches: ['*'] });
    if (name === 'merge-git-branch-lockfiles-branch-pattern') {
      patterns.push(said);
      add(['pnpm'], { kind: 'merge', branches: [...patterns] });
    }
  }
  return settings;
}

// As npm reads them: what stands in quotes is JSON, also in single ones.
function unquoted(text: string): string {
  const trimmed = text.trim();
  const [, double, single] = /^(".*")$|^'(.*)'$/.exec(trimmed) ?? [];
  const quoted = double ?? single;
  if (quoted === undefined) return trimmed.replace(/\s*(?<!\\)[;#].*$/, '');
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

// https://pnpm.io/settings#lockfile-settings
function pnpmWorkspace(text: string): Read {
  return fromYaml(text, (key, value) => {
    const off = !isOn(value, true);
    const said = textOf(value);
    if ((key === 'lockfile' || key === 'packageLock') && off) return { kind: 'none' };
    if (key === 'frozenLockfile' && off) return { kind: 'unfrozen' };
    if (key === 'lockfileDir' && said !== undefined)
      return { kind: 'elsewhere', to: 'folder', path: said, always: true };
    if (key === 'gitBranchLockfile') return { kind: 'branch', on: isOn(value, false), always: true };
    if (key === 'mergeGitBranchLockfiles' && isOn(value, false)) return { kind: 'merge', branches: ['*'] };
    if (key === 'mergeGitBranchLockfilesBranchPattern')
      return { kind: 'merge', branches: itemsOf(value).flatMap((item) => textOf(item) ?? []) };
    return undefined;
  });
}

// https://yarnpkg.com/configuration/yarnrc; newer versions refuse `lockfileFilename`, older ones obey it.
function yarnrcYml(text: string): Read {
  return fromYaml(text, (key, value) => {
    const said = textOf(value);
    if (key === 'lockfileFilename' && said !== undefined)
      return { kind: 'elsewhere', to: 'file', path: said, always: false };
    if (key === 'checksumBehavior' && said !== 'throw') return { kind: 'unchecked' };
    return key === 'enableImmutableInstalls' && !isOn(value, true) ? { kind: 'unfrozen' } : undefined;
  });
}

function fromYaml(text: string, meaning: (key: string, value: Tree) => Meaning | undefined): Read {
  // A file of comments holds no value, which is nothing wrong here.
  if (!/^\s*[^\s#]/m.test(text)) return [];
  const lines = new Lines(text);
  return readYaml(text).flatMap((tree) =>
    (tree.kind === 'map' ? [...tree.entries.values()] : []).flatMap(({ key, at, value }) => {
      const means = meaning(key, value);
      return means === undefined ? [] : [{ line: lines.of(at).line, means }];
    }),
  );
}

/** Whether a value is true: where that must be `sure`, only a text that is plainly so, else whatever is not plainly false. */
function isOn(value: Tree, sure: boolean): boolean {
  // A map or list is true to JavaScript.
  if (value.kind !== 'leaf') return true;
  const text = String(value.value ?? '');
  return sure ? /^(?:true|yes|on|1)$/i.test(text) : !/^(?:false|no|off|0|null|~|)$/i.test(text);
}

// https://classic.yarnpkg.com/en/docs/yarnrc: `--command.option value` stands for an option of the command line.
function yarnrc(text: string): Read {
  return text.split(/\r\n|[\r\n]/).flatMap((line, index) => {
    const [all, value = 'true'] =
      /^"?--(?:[\w*]+\.)?no-lockfile"?(?:\s*:?\s+"?([^\s"]+)"?)?\s*$/.exec(line) ?? [];
    return all === undefined || value === 'false' ? [] : [{ line: index + 1, means: { kind: 'none' } }];
  });
}

// https://bun.com/docs/runtime/bunfig#install-lockfile; bun 1.4 ignores the paths.
function bunfig(text: string): Read {
  const lockfile = member(member(parse(text), 'install'), 'lockfile');
  const lineOf = (key: string) =>
    1 +
    Math.max(
      0,
      text.split('\n').findIndex((line) => new RegExp(`(?:^|[\\s.{,"'])${key}["']?\\s*=`).test(line)),
    );
  const settings: Read[number][] = [];
  const save = member(lockfile, 'save');
  if (save !== undefined && save !== true) settings.push({ line: lineOf('save'), means: { kind: 'none' } });
  for (const key of ['path', 'savePath']) {
    const path = member(lockfile, key);
    if (typeof path === 'string')
      settings.push({ line: lineOf(key), means: { kind: 'elsewhere', to: 'file', path, always: false } });
  }
  return settings;
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
