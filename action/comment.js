// Second step of the action: writes or updates one comment on the pull request. It never changes the result of the job.
import { readFile } from 'node:fs/promises';
import { annotate, print } from './workflow.js';

const {
  GITHUB_API_URL: api = 'https://api.github.com',
  GITHUB_EVENT_PATH: eventFile = '',
  GITHUB_REPOSITORY: repository = '',
  GITHUB_RUN_ID: run = '',
  GITHUB_SERVER_URL: server = 'https://github.com',
  INPUT_TOKEN: token = '',
  REPORT_FILE: reportFile = '',
} = process.env;

/** GitHub has at most 2,500 comments on a pull request. */
const pages = 25;
const perPage = 100;

/**
 * The fields of a comment that are read.
 *
 * @typedef {{
 *   readonly id: number;
 *   readonly body?: string | null;
 *   readonly user?: { readonly login: string; readonly type: string } | null;
 * }} Comment
 */

try {
  await keepComment();
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  await annotate('warning', `the comment on the pull request could not be written: ${why}`);
}

async function keepComment() {
  const event = JSON.parse(await readFile(eventFile, 'utf8'));
  const number = event?.pull_request?.number;
  if (!Number.isSafeInteger(number)) return print('not a pull request, so there is no comment\n');
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new Error('GITHUB_REPOSITORY names no repository');

  const report = await readFile(reportFile, 'utf8');
  // The report begins with an invisible line that marks the comment.
  const [marker = ''] = report.split('\n', 1);
  const body = `${report}\n${footer(event.pull_request.head?.sha)}`;
  const issues = `/repos/${repository}/issues`;
  for (const { id } of await ownComments(`${issues}/${number}/comments`, marker)) {
    const { status } = await ask('PATCH', `${issues}/comments/${id}`, body);
    if (status === 200) return print(`updated comment ${id}\n`);
    // The comment may have been deleted meanwhile, or the token may not change it.
    if (status !== 403 && status !== 404) throw refused(status);
  }
  const { status } = await ask('POST', `${issues}/${number}/comments`, body);
  if (status !== 201) throw refused(status);
  return print('wrote a comment\n');
}

/**
 * The comments that this action wrote. Anyone can copy the marker into a comment of their own, so the author has to match
 * as well. A token of an app has no user; its comments are those of a bot.
 */
async function ownComments(/** @type {string} */ path, /** @type {string} */ marker) {
  /** @type {Comment[]} */
  const marked = [];
  for (let page = 1; page <= pages; page += 1) {
    const answer = await ask('GET', `${path}?per_page=${perPage}&page=${page}`);
    if (answer.status !== 200) throw refused(answer.status);
    /** @type {readonly Comment[]} */
    const comments = await answer.json();
    marked.push(...comments.filter(({ body }) => body?.startsWith(marker) === true));
    if (comments.length < perPage) break;
  }
  if (marked.length === 0) return [];
  const answer = await ask('GET', '/user');
  if (answer.status !== 200) return marked.filter(({ user }) => user?.type === 'Bot');
  const { login } = await answer.json();
  return marked.filter(({ user }) => user?.login === login);
}

/** The commit, and the run that audited it. */
function footer(/** @type {unknown} */ sha) {
  const commit = typeof sha === 'string' && /^[0-9a-f]{40,64}$/.test(sha) ? sha : 'an unknown commit';
  return `<sub>For ${commit}, by [this run](${server}/${repository}/actions/runs/${run}).</sub>\n`;
}

function ask(
  /** @type {'GET' | 'PATCH' | 'POST'} */ method,
  /** @type {string} */ path,
  /** @type {string | undefined} */ body = undefined,
) {
  return fetch(`${api}${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'user-agent': 'jsr-verify',
      'x-github-api-version': '2022-11-28',
    },
    ...(body === undefined ? {} : { body: JSON.stringify({ body }) }),
    // The token must not be sent to another address.
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
  });
}

function refused(/** @type {number} */ status) {
  const hint = status === 403 ? ', give the job the permission pull-requests: write' : '';
  return new Error(`GitHub answered ${status}${hint}`);
}
