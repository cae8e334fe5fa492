import { dirname, join, resolve } from 'node:path';
import { inFolder, seenFrom, shownPath } from '../model/disk-path.ts';
import { defaultPolicy, type Policy } from '../model/policy.ts';
import { parsePolicy } from '../policy/parse/parse.ts';
import { isRegularFile, kindOf, readTextFile, readTextFileSync } from '../source/disk.ts';

const fileNames = ['jsr-verify.json', 'jsr-verify.jsonc'] as const;
const maxPolicyBytes = 5_000_000;

/** Where a policy is looked for. */
export interface PolicyOptions {
  /** The file, seen from `folder`; when missing, the nearest `jsr-verify.json` or `jsr-verify.jsonc` upward, if any. */
  readonly file?: string | undefined;
  /** Where the search starts; places in the report are seen from here. The working folder when missing. */
  readonly folder?: string | undefined;
}

/**
 * The policy of a folder: the file that is named, else the nearest one upward, no higher than the root of the repository, else
 * the default. Paths in it are seen from the folder.
 *
 * @throws {JsrVerifyError} `POLICY_INVALID`, one line per problem
 */
export async function findPolicy({ file, folder = '.' }: PolicyOptions = {}): Promise<Policy> {
  const from = resolve(folder);
  const path = file === undefined ? await nearestPolicy(from) : inFolder(from, file);
  return path === undefined ? defaultPolicy : loadPolicy(path, from, file === undefined);
}

/**
 * The policy file that applies in a folder: the nearest one upward, no higher than the root of the repository, or
 * `undefined`. What lies above is somebody else's, as with lockfiles.
 */
export async function nearestPolicy(folder: string): Promise<string | undefined> {
  for (let here = folder; ; here = dirname(here)) {
    for (const name of fileNames) {
      const path = join(here, name);
      if (await isRegularFile(path)) return path;
    }
    // A repository's root, or a work tree or submodule, where `.git` is a file.
    const isRoot = (await kindOf(join(here, '.git')).catch(() => undefined)) !== undefined;
    if (isRoot || dirname(here) === here) return undefined;
  }
}

async function loadPolicy(file: string, cwd: string, isFound: boolean): Promise<Policy> {
  const text = await readTextFile(file, {
    code: 'POLICY_INVALID',
    maxBytes: maxPolicyBytes,
    shown: shownPath(file, cwd),
    ...(isFound && { namedBy: file }),
  });
  const policy = parsePolicy(text, {
    file: shownPath(file, cwd),
    read: (path) => readSibling(inFolder(cwd, path), file),
  });
  // An override names its lockfile as seen from the policy file, an occurrence as seen from here.
  const seenFromHere = (path: string) => seenFrom(cwd, inFolder(cwd, path));
  return {
    ...policy,
    overrides: policy.overrides.map((one) => ({ ...one, lockfile: seenFromHere(one.lockfile) })),
  };
}

/**
 * The text of a file that a policy extends, or `undefined` when there is none.
 *
 * @throws {JsrVerifyError} `POLICY_INVALID`, also where it leads out of the repository of the policy
 */
export function readSibling(path: string, policy: string): string | undefined {
  return readTextFileSync(path, {
    code: 'POLICY_INVALID',
    maxBytes: maxPolicyBytes,
    shown: 'it',
    namedBy: policy,
  });
}
