import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { InputError } from './inputs.js';

const run = promisify(execFile);

/**
 * What git prints; it is run directly, never through a shell, and never asks for a password.
 *
 * @param {string} cwd
 * @param {readonly string[]} args
 * @returns {Promise<string>}
 */
export async function git(cwd, ...args) {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0' };
  const { stdout } = await run('git', args, { cwd, env, maxBuffer: 10_000_000, timeout: 300_000 });
  return stdout;
}

/**
 * The commit that a pull request or a merge queue wants to change, fetched if the checkout does not have it; `undefined` for
 * every other event.
 *
 * @param {string} workspace
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Promise<string | undefined>}
 * @throws {InputError}
 */
export async function baseCommit(workspace, env) {
  const event = JSON.parse(await readFile(env['GITHUB_EVENT_PATH'] ?? '', 'utf8'));
  const sha = event?.pull_request?.base?.sha ?? event?.merge_group?.base_sha;
  if (sha === undefined) return undefined;
  if (!isCommit(sha)) throw new InputError('the event names no commit as the base of the pull request');
  const isHere = await git(workspace, 'cat-file', '-e', `${sha}^{commit}`).then(
    () => true,
    () => false,
  );
  if (!isHere)
    await git(workspace, 'fetch', '--quiet', '--no-tags', '--depth=1', 'origin', sha).catch(() => {
      throw new InputError(
        `the base ${sha} could not be fetched, use actions/checkout before this step, with fetch-depth: 0 if it does not keep its credentials`,
      );
    });
  return sha;
}

/**
 * Whether a text is the complete name of a commit.
 *
 * @param {unknown} text
 * @returns {text is string}
 */
export function isCommit(text) {
  return typeof text === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
