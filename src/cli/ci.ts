import type { RunInfo } from '../report/renderer.ts';
import type { Environment } from './environment.ts';

type Variables = Environment['env'];
type Known = Pick<RunInfo, 'repository' | 'commit' | 'commitUrl' | 'branch' | 'ci'>;

/** A CI service and its variables, from the service's documentation of predefined variables. */
interface Service {
  readonly name: string;
  readonly is: (env: Variables) => boolean;
  readonly read: (env: Variables) => Facts;
}

/** The values of a service's variables, unchanged. */
interface Facts {
  readonly repository?: string | undefined;
  readonly repositoryUrl?: string | undefined;
  readonly commit?: string | undefined;
  /** Path of a commit below the repository's page. */
  readonly commitPath?: string;
  readonly branch?: string | undefined;
  readonly run?: string | undefined;
  readonly runUrl?: string | undefined;
  readonly startedBy?: string | undefined;
}

const services: readonly Service[] = [
  {
    name: 'GitHub Actions',
    is: (env) => env['GITHUB_ACTIONS'] === 'true',
    read: (env) => {
      const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
      const url = server && repository && `${server}/${repository}`;
      return {
        repository,
        repositoryUrl: url,
        commit: env['GITHUB_SHA'],
        commitPath: 'commit',
        branch: env['GITHUB_HEAD_REF'] || env['GITHUB_REF_NAME'],
        run: withNumber(env['GITHUB_WORKFLOW'], env['GITHUB_RUN_NUMBER']),
        runUrl: url && id && `${url}/actions/runs/${id}`,
        startedBy: env['GITHUB_ACTOR'],
      };
    },
  },
  {
    name: 'GitLab CI',
    is: (env) => env['GITLAB_CI'] === 'true',
    read: (env) => ({
      repository: env['CI_PROJECT_PATH'],
      repositoryUrl: env['CI_PROJECT_URL'],
      commit: env['CI_COMMIT_SHA'],
      commitPath: '-/commit',
      branch: env['CI_COMMIT_REF_NAME'],
      run: withNumber(env['CI_JOB_NAME'], env['CI_JOB_ID']),
      runUrl: env['CI_JOB_URL'],
      startedBy: env['GITLAB_USER_LOGIN'],
    }),
  },
  {
    name: 'Azure Pipelines',
    is: (env) => env['TF_BUILD'] === 'True',
    read: (env) => {
      const { SYSTEM_COLLECTIONURI: collection, SYSTEM_TEAMPROJECT: project, BUILD_BUILDID: id } = env;
      return {
        repository: env['BUILD_REPOSITORY_NAME'],
        repositoryUrl: env['BUILD_REPOSITORY_URI'],
        commit: env['BUILD_SOURCEVERSION'],
        branch: env['BUILD_SOURCEBRANCHNAME'],
        run: withNumber(env['BUILD_DEFINITIONNAME'], env['BUILD_BUILDNUMBER']),
        runUrl:
          collection &&
          project &&
          id &&
          `${collection}${encodeURIComponent(project)}/_build/results?buildId=${id}`,
        startedBy: env['BUILD_REQUESTEDFOR'],
      };
    },
  },
  {
    name: 'CircleCI',
    is: (env) => env['CIRCLECI'] === 'true',
    read: (env) => ({
      repositoryUrl: env['CIRCLE_REPOSITORY_URL'],
      commit: env['CIRCLE_SHA1'],
      branch: env['CIRCLE_BRANCH'] || env['CIRCLE_TAG'],
      run: withNumber(env['CIRCLE_JOB'], env['CIRCLE_BUILD_NUM']),
      runUrl: env['CIRCLE_BUILD_URL'],
      startedBy: env['CIRCLE_USERNAME'],
    }),
  },
  {
    name: 'Buildkite',
    is: (env) => env['BUILDKITE'] === 'true',
    read: (env) => ({
      repositoryUrl: env['BUILDKITE_REPO'],
      commit: env['BUILDKITE_COMMIT'],
      branch: env['BUILDKITE_BRANCH'],
      run: withNumber(env['BUILDKITE_PIPELINE_SLUG'], env['BUILDKITE_BUILD_NUMBER']),
      runUrl: env['BUILDKITE_BUILD_URL'],
      startedBy: env['BUILDKITE_BUILD_CREATOR'],
    }),
  },
  {
    name: 'Jenkins',
    is: (env) => Boolean(env['JENKINS_URL']) && Boolean(env['BUILD_URL']),
    read: (env) => ({
      repositoryUrl: env['GIT_URL'],
      commit: env['GIT_COMMIT'],
      branch: env['BRANCH_NAME'] || env['GIT_BRANCH'],
      run: withNumber(env['JOB_NAME'], env['BUILD_NUMBER']),
      runUrl: env['BUILD_URL'],
    }),
  },
];

/** What the CI service states about this run; `undefined` outside the known services. */
export function readCi(env: Variables): Known | undefined {
  const service = services.find(({ is }) => is(env));
  if (service === undefined) return undefined;
  const facts = service.read(env);
  const url = toPage(facts.repositoryUrl);
  // Some services name a repository by its address.
  const name = nameIn(facts.repository) || facts.repository || nameIn(facts.repositoryUrl);
  const commit =
    facts.commit !== undefined && /^[0-9a-f]{40,64}$/.test(facts.commit) ? facts.commit : undefined;
  const runUrl = toPage(facts.runUrl);
  return {
    ...(name && { repository: { name, ...(url && { url }) } }),
    ...(commit && { commit }),
    ...(commit && url && facts.commitPath && { commitUrl: `${url}/${facts.commitPath}/${commit}` }),
    ...(facts.branch && { branch: facts.branch }),
    ci: {
      service: service.name,
      ...(facts.run && { run: facts.run }),
      ...(runUrl && { url: runUrl }),
      ...(facts.startedBy && { startedBy: facts.startedBy }),
    },
  };
}

function withNumber(name: string | undefined, number: string | undefined): string | undefined {
  return [name, number && `#${number}`].filter(Boolean).join(' ') || undefined;
}

/** An address without user and password; `undefined` if it is not that of a page. */
function toPage(address: string | undefined): string | undefined {
  if (!address || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  url.username = '';
  url.password = '';
  return url.href.replace(/\.git$/, '').replace(/\/$/, '');
}

/** `acme/shop` from the address of a repository, in either form that git accepts. */
function nameIn(address: string | undefined): string | undefined {
  const path =
    toPage(address)?.replace(/^https?:\/\/[^/]*\//, '') ?? /^[\w.-]+@[\w.-]+:(.+)$/.exec(address ?? '')?.[1];
  return path?.replace(/\.git$/, '');
}
