// Second step of the action: writes one comment on the pull request when the verdict is bad, and updates it from then on. It never
// changes the result of the job.
import { readFile } from 'node:fs/promises';
import { markerPattern } from './marker.js';
import { annotate, print } from './workflow.js';

const {
  GITHUB_API_URL: api = 'https://api.github.com',
  GITHUB_GRAPHQL_URL: graphql = '',
  GITHUB_EVENT_PATH: eventFile = '',
  GITHUB_REPOSITORY: repository = '',
  GITHUB_RUN_ID: run = '',
  GITHUB_SERVER_URL: server = 'https://github.com',
  INPUT_TOKEN: token = '',
  REPORT_FILE: reportFile = '',
  VERDICT: verdict = '',
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
  const [marker = ''] = report.split('\n', 1);
  if (!markerPattern.test(marker)) throw new Error('the report does not begin with the marker of a comment');
  const body = `${report}\n${footer(event.pull_request.head?.sha)}`;
  const issues = `/repos/${repository}/issues`;
  for (const { id } of await ownComments(`${issues}/${number}/comments`, marker)) {
    const { status } = await ask('PATCH', `${issues}/comments/${id}`, { body });
    if (status === 200) return print(`updated comment ${id}\n`);
    // The comment may have been deleted meanwhile, or the token may not change it.
    if (status !== 403 && status !== 404) throw refused(status);
  }
  if (verdict === 'passed') return print('nothing is wrong, so there is no comment\n');
  const { status } = await ask('POST', `${issues}/${number}/comments`, { body });
  if (status !== 201) throw refused(status);
  return print('wrote a comment\n');
}

/**
 * The comments that this job wrote earlier. Anyone can copy the marker into a comment of their own, so the author has to be
 * the owner of the token as well.
 */
async function ownComments(/** @type {string} */ path, /** @type {string} */ marker) {
  /** @type {Comment[]} */
  const marked = [];
  for (let page = 1; page <= pages; page += 1) {
    const answer = await ask('GET', `${path}?per_page=${perPage}&page=${page}`);
    if (answer.status !== 200) throw refused(answer.status);
    /** @type {readonly Comment[]} */
    const comments = await answer.json();
    marked.push(...comments.filter(({ body }) => body?.split(/\r?\n/, 1)[0] === marker));
    if (comments.length < perPage) break;
  }
  if (marked.length === 0) return [];
  const me = await tokenOwner();
  return marked.filter(({ user }) => user?.login === me);
}

/**
 * The login of whoever the token belongs to. REST knows it for the token of a person, GraphQL also for that of an app. Where
 * neither tells, it is taken for the token of the workflow, whose comments are those of one bot.
 */
async function tokenOwner() {
  const rest = await ask('GET', '/user');
  if (rest.status === 200) {
    const { login } = await rest.json();
    return login;
  }
  if (graphql !== '') {
    const answer = await ask('POST', graphql, { query: '{ viewer { login } }' });
    const login = answer.status === 200 ? (await answer.json())?.data?.viewer?.login : undefined;
    if (typeof login === 'string') return login;
  }
  return 'github-actions[bot]';
}

/** The commit, and the run that audited it. */
function footer(/** @type {unknown} */ sha) {
  const commit = typeof sha === 'string' && /^[0-9a-f]{40,64}$/.test(sha) ? sha : 'an unknown commit';
  return `<sub>For ${commit}, by [this run](${server}/${repository}/actions/runs/${run}).</sub>\n`;
}

function ask(
  /** @type {'GET' | 'PATCH' | 'POST'} */ method,
  /** @type {string} */ address,
  /** @type {Readonly<Record<string, string>> | undefined} */ body = undefined,
) {
  return fetch(address.startsWith('/') ? `${api}${address}` : address, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'user-agent': 'jsr-verify',
      'x-github-api-version': '2022-11-28',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // The token must not be sent to another address.
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
  });
}

function refused(/** @type {number} */ status) {
  const hint = status === 403 ? ', give the job the permission pull-requests: write' : '';
  return new Error(`GitHub answered ${status}${hint}`);
}
