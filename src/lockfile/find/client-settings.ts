import { parse } from 'smol-toml';
import { Lines } from '../parts/place.ts';
import { itemsOf, type Tree, TreeError, textOf } from '../text/value.ts';
import { readYaml } from '../text/yaml.ts';

/** Package managers with settings that choose another lockfile or switch it off. */
export type Client = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** One setting about lockfiles in a file of a project. */
export interface ClientSetting {
  /** The package managers that read the setting. */
  readonly clients: readonly Client[];
  /** The line as written, at most 100 characters. */
  readonly text: string;
  /** Line number, from 1. */
  readonly line: number;
  readonly means: Meaning;
}

/**
 * The effect of a setting:
 *
 * - `none`: no lockfile is used. `unfrozen`: an installation may change it. `unchecked`: its checksums are not compared.
 * - `elsewhere`: it is in another folder or has another name.
 * - `branch`: pnpm keeps one for each branch. `merge`: on matching branches, pnpm reads those of all branches.
 * - `unknown`: the settings file cannot be read.
 *
 * `always` is false where only some versions of the client apply the setting.
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

/** The largest settings file that is read, in bytes. */
export const maxSettingsBytes = 1024 * 1024;

/** Settings files: the package managers that read each, and its parser. */
const readers: Readonly<Record<string, readonly [clients: readonly Client[], read: (text: string) => Read]>> =
  {
    '.npmrc': [['npm', 'pnpm'], npmrc],
    'pnpm-workspace.yaml': [['pnpm'], pnpmWorkspace],
    '.yarnrc.yml': [['yarn'], yarnrcYml],
    '.yarnrc': [['yarn'], yarnrc],
    'bunfig.toml': [['bun'], bunfig],
  };

type Read = readonly (Pick<ClientSetting, 'line' | 'means'> & Partial<ClientSetting>)[];

/** The names of the settings files of package managers. */
export const settingsFiles: readonly string[] = Object.keys(readers);

/**
 * The settings about lockfiles in a settings file. Nothing is executed, and variables are not replaced. A file that cannot
 * be parsed gives one setting with the effect `unknown`.
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

/** The setting that stands for a settings file that cannot be read. */
export function unknownSetting(name: string, line: number, why: string): ClientSetting {
  return { clients: readers[name]?.[0] ?? [], text: name, line, means: { kind: 'unknown', why } };
}

// https://docs.npmjs.com/cli/configuring-npm/npmrc; pnpm up to version 10 also reads its own settings there.
function npmrc(text: string): Read {
  const settings: Read[number][] = [];
  const patterns: string[] = [];
  for (const [index, line] of text.split(/\r\n|[\r\n]/).entries()) {
    if (/^\s*(?:[;#]|$)/.test(line)) continue;
    // Clients do not read settings inside a section.
    if (/^\s*\[[^\]]*\]\s*$/.test(line)) break;
    const [, key = '', value = 'true'] = /^([^=]+)(?:=(.*))?$/.exec(line) ?? [];
    const name = unquoted(key).replace(/\[\]$/, '');
    const setTo = unquoted(value);
    const add = (clients: readonly Client[], means: Meaning) =>
      void settings.push({ line: index + 1, clients, means });
    // Any value except a clear "true" may be false: npm also reads numbers, and variables depend on the environment.
    const isOff = !/^(?:true|1|)$/.test(setTo);
    const isOn = !/^(?:false|null|undefined|0)$/.test(setTo);
    if (name === 'package-lock' && isOff) add(['npm', 'pnpm'], { kind: 'none' });
    if (name === 'shrinkwrap' && isOff) add(['npm'], { kind: 'none' });
    if (name === 'lockfile' && isOff) add(['pnpm'], { kind: 'none' });
    if (name === 'frozen-lockfile' && isOff) add(['pnpm'], { kind: 'unfrozen' });
    if (/^(?:lockfile-dir|lockfile-directory|shrinkwrap-directory)$/.test(name))
      add(['pnpm'], { kind: 'elsewhere', to: 'folder', path: setTo, always: false });
    if (name === 'git-branch-lockfile') add(['pnpm'], { kind: 'branch', on: isOn, always: false });
    if (name === 'merge-git-branch-lockfiles' && isOn) add(['pnpm'], { kind: 'merge', branches: ['*'] });
    if (name === 'merge-git-branch-lockfiles-branch-pattern') {
      patterns.push(setTo);
      add(['pnpm'], { kind: 'merge', branches: [...patterns] });
    }
  }
  return settings;
}

// npm parses quoted text as JSON, also in single quotes.
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
    const setTo = textOf(value);
    if ((key === 'lockfile' || key === 'packageLock') && off) return { kind: 'none' };
    if (key === 'frozenLockfile' && off) return { kind: 'unfrozen' };
    if (key === 'lockfileDir' && setTo !== undefined)
      return { kind: 'elsewhere', to: 'folder', path: setTo, always: true };
    if (key === 'gitBranchLockfile') return { kind: 'branch', on: isOn(value, false), always: true };
    if (key === 'mergeGitBranchLockfiles' && isOn(value, false)) return { kind: 'merge', branches: ['*'] };
    if (key === 'mergeGitBranchLockfilesBranchPattern')
      return { kind: 'merge', branches: itemsOf(value).flatMap((item) => textOf(item) ?? []) };
    return undefined;
  });
}

// https://yarnpkg.com/configuration/yarnrc; newer versions reject `lockfileFilename`, older versions apply it.
function yarnrcYml(text: string): Read {
  return fromYaml(text, (key, value) => {
    const setTo = textOf(value);
    if (key === 'lockfileFilename' && setTo !== undefined)
      return { kind: 'elsewhere', to: 'file', path: setTo, always: false };
    if (key === 'checksumBehavior' && setTo !== 'throw') return { kind: 'unchecked' };
    return key === 'enableImmutableInstalls' && !isOn(value, true) ? { kind: 'unfrozen' } : undefined;
  });
}

function fromYaml(text: string, meaning: (key: string, value: Tree) => Meaning | undefined): Read {
  // A file with only comments is valid here.
  if (!/^\s*[^\s#]/m.test(text)) return [];
  const lines = new Lines(text);
  return readYaml(text).flatMap((tree) =>
    (tree.kind === 'map' ? [...tree.entries.values()] : []).flatMap(({ key, at, value }) => {
      const means = meaning(key, value);
      return means === undefined ? [] : [{ line: lines.of(at).line, means }];
    }),
  );
}

/** Whether a value is true. With `sure`, only a clear "true" counts; without, everything except a clear "false". */
function isOn(value: Tree, sure: boolean): boolean {
  // In JavaScript, a map or list is truthy.
  if (value.kind !== 'leaf') return true;
  const text = String(value.value ?? '');
  return sure ? /^(?:true|yes|on|1)$/i.test(text) : !/^(?:false|no|off|0|null|~|)$/i.test(text);
}

// https://classic.yarnpkg.com/en/docs/yarnrc: `--command.option value` sets an option of the command line.
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
