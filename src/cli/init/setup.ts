import { tool } from '../../model/tool.ts';
import type { Repository, RepositoryFile } from './repository.ts';

/** What a project lacks beside its policy. Files are seen from the root of the repository. */
export interface Setup {
  /** Files to make, or to lengthen. */
  readonly files: readonly RepositoryFile[];
  /** What has to be added by hand, because the file is somebody else's or only people know the owners. */
  readonly byHand: readonly Advice[];
}

/** Lines for a file that is not changed. */
export interface Advice {
  readonly file: string;
  readonly lines: string;
}

/** Where the project is in the repository, from its root: its folder, `.` for the root itself, and its policy file. */
export interface Place {
  readonly folder: string;
  readonly policy: string;
}

const workflowFile = '.github/workflows/jsr-verify.yml';
const gitlabFile = '.gitlab-ci.yml';

/** What to write so that CI audits the project, and so that a change of policy or workflow needs the review of an owner. */
export function setUp(repository: Repository, place: Place): Setup {
  const workflow = workflowOf(repository, place);
  const owners = ownersOf(repository, [place.policy, ...workflow.protected]);
  return {
    files: [...workflow.files, ...owners.files],
    byHand: [...workflow.byHand, ...owners.byHand],
  };
}

/** Whether a workflow runs jsr-verify, outside of comments. */
const isOurs = ({ text }: RepositoryFile): boolean => /^[^#\n]*\bjsr-verify\b/m.test(text);

function workflowOf(
  { github, workflows, gitlab }: Repository,
  place: Place,
): Setup & { readonly protected: readonly string[] } {
  const known = [...workflows, ...(gitlab === undefined ? [] : [gitlab])].find(isOurs);
  if (known !== undefined) return { files: [], byHand: [], protected: [known.file] };
  if (gitlab !== undefined)
    return {
      files: [],
      byHand: [{ file: gitlabFile, lines: gitlabJob(place) }],
      protected: [gitlabFile],
    };
  if (!github) return { files: [], byHand: [], protected: [] };
  const text = workflowText(place);
  return workflows.some(({ file }) => file === workflowFile) || !isPlain(place.folder)
    ? { files: [], byHand: [{ file: workflowFile, lines: text }], protected: [workflowFile] }
    : { files: [{ file: workflowFile, text }], byHand: [], protected: [workflowFile] };
}

function workflowText({ folder, policy }: Place): string {
  const inputs =
    folder === '.' ? '' : `        with:\n          path: ${folder}\n          policy: ${policy}\n`;
  return `name: provenance
on:
  push:
  pull_request:
  schedule:
    - cron: '17 5 * * *'
permissions:
  contents: read
jobs:
  audit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: jsr-verify/jsr-verify@v${tool.version}
${inputs}`;
}

function gitlabJob({ folder, policy }: Place): string {
  const operands = folder === '.' ? '' : ` ${folder} --policy ${policy}`;
  return `provenance:
  image: node:22
  script:
    - npx --yes jsr-verify@${tool.version} audit${operands} --format pretty --format junit=jsr-verify.xml
  artifacts:
    when: always
    reports:
      junit: jsr-verify.xml
`;
}

function ownersOf({ codeowners, github }: Repository, files: readonly string[]): Setup {
  const rules = (codeowners?.text ?? '')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  const missing = files.filter((file) => !rules.some(([pattern = '']) => covers(pattern, file)));
  if (missing.length === 0) return { files: [], byHand: [] };
  const everywhere =
    rules.findLast(([pattern, ...owners]) => pattern === '*' && owners.length > 0)?.slice(1) ?? [];
  const isKnown = everywhere.length > 0 && everywhere.every((owner) => /^@?[\w.+/@-]+$/.test(owner));
  const lines = (owner: string) => missing.map((file) => `/${file} ${owner}\n`).join('');
  // A section of GitLab has owners of its own, so that a line at the end of the file may mean something else.
  const hasSections = rules.some(([pattern = '']) => /^\^?\[/.test(pattern));
  if (codeowners === undefined || !isKnown || hasSections || !missing.every(isPlain))
    return {
      files: [],
      byHand: [
        {
          file: codeowners?.file ?? (github ? '.github/CODEOWNERS' : 'CODEOWNERS'),
          lines: lines('@your/security-team'),
        },
      ],
    };
  const { file, text } = codeowners;
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return { files: [{ file, text: `${before}${lines(everywhere.join(' '))}` }], byHand: [] };
}

/** Whether a pattern of CODEOWNERS names the file itself, or a folder that it is in; `*` alone is no protection of its own. */
function covers(pattern: string, file: string): boolean {
  const anchored = pattern.startsWith('/') ? pattern : `/${pattern}`;
  return (
    anchored === `/${file}` ||
    (anchored.length > 1 && anchored.endsWith('/') && `/${file}`.startsWith(anchored))
  );
}

/** A path that means itself in YAML, in a shell, in an expression of GitHub and in CODEOWNERS. */
function isPlain(path: string): boolean {
  return /^(?!-)[\w.@+/-]+$/.test(path);
}
