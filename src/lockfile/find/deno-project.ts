import { JsrVerifyError } from '../../model/error.ts';
import { Lines } from '../parts/place.ts';
import { readJson } from '../text/json.ts';
import { get, TreeError, textOf } from '../text/value.ts';
import { membersIn } from './deno-config.ts';

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
    const members = [...membersIn(get(root, 'workspace')), ...membersIn(get(root, 'workspaces'))];
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
