import { mkdir } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { baseCommit, git, isCommit } from './git.js';
import { InputError } from './inputs.js';

/** The names of a policy file that is not named. */
const defaultNames = ['jsr-verify.json', 'jsr-verify.jsonc'];

/**
 * The policy file to use; empty where the program is to look for it. A pull request brings its own policy file, so the file
 * can be taken from the base of the pull request or from a commit of another repository.
 *
 * @param {{ readonly policy: string; readonly policyFrom: string }} inputs
 * @param {{
 *   readonly workspace: string;
 *   readonly folder: string;
 *   readonly env: Readonly<Record<string, string | undefined>>;
 * }} job
 * @returns {Promise<string>}
 * @throws {InputError}
 */
export async function policyFor({ policy, policyFrom }, { workspace, folder, env }) {
  if (policyFrom === '') return policy;
  if (policyFrom !== 'base') {
    const server = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
    return fromRepository(policy || 'jsr-verify.json', policyFrom, server, join(folder, 'policy'));
  }
  const base = await baseCommit(workspace, env);
  return base === undefined ? policy : fromBase(policy, base, workspace);
}

/** Replaces the file in the checkout by that of the base. It stays at its path, so that its overrides apply to the same lockfiles. */
async function fromBase(
  /** @type {string} */ policy,
  /** @type {string} */ base,
  /** @type {string} */ workspace,
) {
  for (const name of policy === '' ? defaultNames : [policy]) {
    const path = below(workspace, name);
    const text = await git(workspace, 'show', `${base}:./${path}`).catch(() => undefined);
    if (text === undefined) continue;
    // The files that it extends would be those of the pull request.
    if (/"extends"/.test(text))
      throw new InputError(
        `policy-from is base, but ${path} extends other files: put the policy into one file`,
      );
    await git(workspace, '--literal-pathspecs', 'checkout', base, '--', path);
    return path;
  }
  throw new InputError(`the base ${base} has no policy file ${policy || defaultNames.join(' or ')}`);
}

async function fromRepository(
  /** @type {string} */ policy,
  /** @type {string} */ from,
  /** @type {string} */ server,
  /** @type {string} */ folder,
) {
  const [, repository, commit] = /^([\w.-]+\/[\w.-]+)@(.*)$/.exec(from) ?? [];
  if (repository === undefined || !isCommit(commit))
    throw new InputError(
      `policy-from is ${JSON.stringify(from)}, write base, or owner/name@commit with all digits of the commit`,
    );
  const path = below(folder, policy);
  await mkdir(folder);
  try {
    await git(folder, 'init', '--quiet');
    await git(folder, 'fetch', '--quiet', '--no-tags', '--depth=1', `${server}/${repository}.git`, commit);
    await git(folder, 'checkout', '--quiet', '--detach', commit);
  } catch {
    throw new InputError(`the policy could not be fetched: ${commit} of ${repository}`);
  }
  return join(folder, path);
}

/** A path as seen from `folder`, which it must not lead out of. */
function below(/** @type {string} */ folder, /** @type {string} */ path) {
  const seen = relative(folder, resolve(folder, path));
  if (seen === '' || seen === '..' || seen.startsWith(`..${sep}`) || isAbsolute(seen))
    throw new InputError(`policy is ${JSON.stringify(path)}, which is not a file of the repository`);
  return seen.replaceAll(sep, '/');
}
