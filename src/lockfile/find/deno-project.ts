import { JsrVerifyError } from '../../model/error.ts';
import { Lines } from '../parts/place.ts';
import { readJson } from '../text/json.ts';
import { get, TreeError, textOf } from '../text/value.ts';
import { membersIn } from './deno-config.ts';

/** What a `deno.json` or `deno.jsonc` says about lockfiles. */
export interface DenoProject {
  /** The path in `"lock"`; `false` when the lockfile is switched off; `undefined` for `deno.lock` in the same folder. */
  readonly lock: string | false | undefined;
  /** The line of `"lock"`, from 1. */
  readonly lockLine: number;
  /** Members of the workspace, as written; they share the lockfile of the root. */
  readonly members: readonly string[];
}

/** Reads a `deno.json`. Throws `JsrVerifyError` with `LOCKFILE_INVALID`, because the file may name another lockfile. */
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
        hint: 'correct it, because it may name the lockfile; or give the path of the lockfile',
        cause,
      },
    );
  }
}
