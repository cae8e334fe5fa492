import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inFolder, seenFrom } from '../model/disk-path.ts';
import { JsrVerifyError } from '../model/error.ts';
import { defaultPolicy, type Expectation, type Policy } from '../model/policy.ts';
import { claimFlags, flagClaims } from '../policy/flags.ts';
import { claimReaders } from '../policy/parse/claim.ts';
import { parsePolicy } from '../policy/parse/parse.ts';
import { readTextFile, readTextFileSync } from '../source/disk.ts';
import type { ExpectationFlags, PolicyFlags } from './options.ts';
import { shownPath } from './settings.ts';

const fileNames = ['jsr-verify.json', 'jsr-verify.jsonc'] as const;
const maxPolicyBytes = 5_000_000;

// Flag by flag, the key of the policy file that means the same.
/**
 * The policy in force: the file that is named, else the nearest one upward in the repository, else the default; flags
 * come on top.
 *
 * @throws {JsrVerifyError} `POLICY_INVALID`, `OPTIONS_INVALID`
 */
export async function readPolicy(flags: PolicyFlags & ExpectationFlags, cwd: string): Promise<Policy> {
  const file = flags.policy === undefined ? await nearestPolicy(cwd) : inFolder(cwd, flags.policy);
  const base = file === undefined ? defaultPolicy : await loadPolicy(file, cwd, flags.policy === undefined);
  const expected = readExpectation(flags);
  return {
    ...base,
    strict: flags.strict,
    ...(flags['allow-unattested'] && { provenance: 'optional' as const }),
    ...(expected !== undefined && { flags: expected }),
  };
}

/**
 * The policy file that applies in a folder: the nearest one upward, no higher than the root of the repository, or
 * `undefined`. What lies above is somebody else's, as with lockfiles.
 */
export async function nearestPolicy(folder: string): Promise<string | undefined> {
  for (let here = folder; ; here = dirname(here)) {
    for (const name of fileNames) {
      const path = join(here, name);
      if ((await stat(path).catch(() => undefined))?.isFile() === true) return path;
    }
    // A repository's root, or a work tree or submodule, where `.git` is a file.
    const isRoot = (await stat(join(here, '.git')).catch(() => undefined)) !== undefined;
    if (isRoot || dirname(here) === here) return undefined;
  }
}

/** @throws {JsrVerifyError} `POLICY_INVALID` */
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

function readExpectation(flags: ExpectationFlags): Expectation | undefined {
  const claims: [string, unknown][] = [];
  for (const key of flagClaims) {
    const flag = claimFlags[key];
    const given = flags[flag];
    if (given === undefined || given === false) continue;
    const read = claimReaders[key](given);
    if (!read.ok) {
      throw new JsrVerifyError(
        'OPTIONS_INVALID',
        `--${flag}: ${read.problem}`,
        read.hint === undefined ? {} : { hint: read.hint },
      );
    }
    claims.push([key, read.value]);
  }
  // Each value has been through the reader of its own key.
  return claims.length === 0 ? undefined : (Object.fromEntries(claims) as Expectation);
}
