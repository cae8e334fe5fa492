import type { InferredOptionTypes } from 'yargs';
import { depths } from '../model/report.ts';
import type { claimFlags, FlagClaim } from '../policy/flags.ts';
import { reportFormats } from '../report/reporter.ts';

/** The groups of options that several commands share, by their names in help. */
export const groups = {
  expectations: {
    title: 'Expectations:',
    about: 'who must have built them: --repo, --workflow, --ref',
  },
  policy: { title: 'Policy:', about: 'what rejects: --policy, --strict, --allow-unattested' },
  sources: { title: 'Sources:', about: 'registry, log, trust, cache: --offline, --pack' },
  output: { title: 'Output:', about: 'how the result is told: --no-color, --no-progress' },
} as const;

/** Extra information about an option or an operand for shell completion. */
export interface OptionMore {
  /** Its value is the path of a file or a folder. */
  readonly takes?: 'file' | 'folder';
  /** Its usual values, if the parser does not enforce them. */
  readonly values?: readonly string[];
}

const sources = groups.sources.title;
const expectations = groups.expectations.title;
const policies = groups.policy.title;
const output = groups.output.title;

/** Where evidence and trust come from. */
export const sourceOptions = {
  registry: { type: 'string', group: sources, describe: 'JSR registry [JSR_URL, https://jsr.io]' },
  api: { type: 'string', group: sources, describe: "the registry's API [JSR_API_URL, https://api.jsr.io]" },
  'npm-registry': {
    type: 'string',
    array: true,
    nargs: 1,
    group: sources,
    describe:
      "JSR's npm registry; repeatable: lockfiles may name any of them, tarballs are fetched from the first [JSR_NPM_URL, https://npm.jsr.io]",
  },
  rekor: {
    type: 'string',
    group: sources,
    describe: 'transparency log [REKOR_URL, https://rekor.sigstore.dev]',
  },
  'tuf-mirror': {
    type: 'string',
    group: sources,
    describe: 'TUF repository [TUF_MIRROR, https://tuf-repo-cdn.sigstore.dev]',
  },
  'tuf-root': {
    takes: 'file',
    type: 'string',
    group: sources,
    describe: 'TUF root.json to start from [TUF_ROOT, built in]',
  },
  'trusted-root': {
    takes: 'file',
    type: 'string',
    group: sources,
    describe: 'Sigstore trusted root file, instead of TUF [SIGSTORE_TRUSTED_ROOT]',
  },
  'cache-dir': {
    takes: 'folder',
    type: 'string',
    group: sources,
    describe: 'cache folder [JSR_VERIFY_CACHE]',
  },
  cache: {
    type: 'boolean',
    default: true,
    group: sources,
    describe: 'keep evidence and TUF metadata (--no-cache: keep nothing)',
  },
  offline: {
    type: 'boolean',
    default: false,
    group: sources,
    describe: 'use no network, only the cache',
  },
  pack: { takes: 'file', type: 'string', group: sources, describe: 'read evidence from a pack' },
  concurrency: { type: 'string', group: sources, describe: 'requests to one host at the same time [16]' },
  timeout: { type: 'string', group: sources, describe: 'seconds one request may take [30]' },
} as const;

/** The expected publisher: one option for each claim that a flag can state. */
export const expectationOptions = {
  repo: { type: 'string', group: expectations, describe: 'source repository, owner/name' },
  'repo-id': { type: 'string', group: expectations, describe: 'numeric id of the source repository' },
  owner: { type: 'string', group: expectations, describe: 'owner of the source repository' },
  'owner-id': { type: 'string', group: expectations, describe: 'numeric id of the owner' },
  workflow: { type: 'string', group: expectations, describe: 'workflow file, .github/workflows/publish.yml' },
  ref: { type: 'string', group: expectations, describe: 'git ref, refs/heads/main or refs/tags/*' },
  commit: { type: 'string', group: expectations, describe: 'commit id' },
  event: { type: 'string', group: expectations, describe: 'GitHub event that started the build' },
  runner: {
    type: 'string',
    values: ['github-hosted', 'self-hosted'],
    group: expectations,
    describe: 'github-hosted or self-hosted',
  },
  issuer: { type: 'string', group: expectations, describe: "issuer of the builder's identity" },
  'tag-matches-version': {
    type: 'boolean',
    group: expectations,
    describe: 'built from the tag of this version',
  },
} as const satisfies Readonly<Record<(typeof claimFlags)[FlagClaim], object>>;

/** Which rules apply, and their severity. */
export const policyOptions = {
  policy: {
    takes: 'file',
    type: 'string',
    group: policies,
    describe: 'policy file [jsr-verify.json or .jsonc, nearest upward in the repository]',
  },
  'allow-unattested': {
    type: 'boolean',
    default: false,
    group: policies,
    describe: 'accept packages without provenance',
  },
  strict: { type: 'boolean', default: false, group: policies, describe: 'warnings reject' },
  'exit-zero': {
    type: 'boolean',
    default: false,
    group: policies,
    describe: 'exit 0 whatever the verdicts are',
  },
  'allow-empty': {
    type: 'boolean',
    default: false,
    group: policies,
    describe: 'exit 0 when there is nothing to check',
  },
  depth: {
    choices: depths,
    group: policies,
    describe:
      'how deep to check: attestation, files, tarball, installed [files for a spec; for a lockfile, attestation where it locks the manifest (deno.lock), tarball where it locks npm tarballs]',
  },
  bundle: {
    takes: 'file',
    type: 'string',
    array: true,
    nargs: 1,
    group: policies,
    describe: 'check this Sigstore bundle (JSON or JSON lines) instead of the log entry',
  },
  discover: {
    type: 'boolean',
    default: false,
    group: policies,
    describe: 'search the log for further attestations',
  },
} as const;

/** How the result is reported. */
export const outputOptions = {
  format: {
    type: 'string',
    array: true,
    nargs: 1,
    group: output,
    values: reportFormats,
    describe: 'report format, or format=file; repeatable [pretty]',
  },
  output: {
    takes: 'file',
    type: 'string',
    alias: 'o',
    group: output,
    describe: 'write the report to a file',
  },
  quiet: {
    type: 'boolean',
    alias: 'q',
    default: false,
    group: output,
    describe: 'print less: only problems and the counts',
  },
  verbose: {
    type: 'boolean',
    alias: 'v',
    default: false,
    group: output,
    describe: 'print more: every check, and the requests made',
  },
  color: {
    type: 'boolean',
    default: true,
    group: output,
    describe: 'colour on terminals (--no-color, NO_COLOR)',
  },
  progress: {
    type: 'boolean',
    default: true,
    group: output,
    describe: 'progress on standard error (--no-progress)',
  },
} as const;

/** Options of verify, audit and diff. */
export const auditOptions = {
  ...expectationOptions,
  ...policyOptions,
  ...sourceOptions,
  ...outputOptions,
} as const;

export type SourceFlags = InferredOptionTypes<typeof sourceOptions>;
export type ExpectationFlags = InferredOptionTypes<typeof expectationOptions>;
export type PolicyFlags = InferredOptionTypes<typeof policyOptions>;
export type OutputFlags = InferredOptionTypes<typeof outputOptions>;
export type AuditFlags = ExpectationFlags & PolicyFlags & SourceFlags & OutputFlags;
