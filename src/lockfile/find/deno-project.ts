import { JsrVerifyError } from '../../model/error.ts';
import { Lines } from '../parts/place.ts';
import { readJson } from '../text/json.ts';
import { get, itemsOf, TreeError, textOf } from '../text/value.ts';

/** What a `deno.json` or `deno.jsonc` says about lockfiles. */
export interface DenoProject {
  /** The path that `"lock"` names, `false` when it says there is none, `undefined` for `deno.lock` beside it. */
  readonly lock: string | false | undefined;
  /** Where `"lock"` stands, from 1. */
  readonly lockLine: number;
  /** Folders of the workspace, as written; they share the lockfile of its root. */
  readonly members: readonly string[];
}

/** Reads a `deno.json`. Throws `JsrVerifyError` with `LOCKFILE_INVALID`, since a lockfile may hide behind it. */
export function readDenoProject(file: string, text: string): DenoProject {
  const clean = text.replace(/^\uFEFF/, '');
  try {
    const root = readJson(clean, { relaxed: true });
    const lock = get(root, 'lock');
    const workspace = get(root, 'workspace') ?? get(root, 'workspaces');
    const members = itemsOf(workspace?.kind === 'map' ? get(workspace, 'members') : workspace);
    return {
      lock:
        lock?.kind === 'leaf' && lock.value === false
          ? false
          : textOf(lock?.kind === 'map' ? get(lock, 'path') : lock),
      lockLine: lock === undefined ? 1 : new Lines(clean).of(lock.at).line,
      members: members.flatMap((member) => textOf(member) ?? []),
    };
  } catch (cause) {
    if (!(cause instanceof TreeError)) throw cause;
    throw new JsrVerifyError(
      'LOCKFILE_INVALID',
      `${file}:${new Lines(clean).of(cause.at).line}: ${cause.message}`,
      {
        hint: 'it may name the lockfile; name the lockfile yourself if it cannot be mended',
        cause,
      },
    );
  }
}

/** Whether a folder, by its path below the root of a workspace, is one of the members. */
export function isMember(members: readonly string[], folder: string): boolean {
  const names = folder.split('/');
  const matches = (pattern: string) => {
    const parts = pattern.replace(/^\.\//, '').replace(/\/$/, '').split('/');
    const deep = parts.at(-1) === '**';
    const fixed = deep ? parts.slice(0, -1) : parts;
    if (deep ? names.length < fixed.length : names.length !== fixed.length) return false;
    return fixed.every((part, index) => matchesName(part, names[index] ?? ''));
  };
  return (
    members.some((member) => !member.startsWith('!') && matches(member)) &&
    !members.some((member) => member.startsWith('!') && matches(member.slice(1)))
  );
}

// One `*` is all that workspaces use; a full pattern language would let a foreign file keep us busy.
function matchesName(pattern: string, name: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === name;
  const head = pattern.slice(0, star);
  const tail = pattern.slice(star + 1);
  return name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
}
