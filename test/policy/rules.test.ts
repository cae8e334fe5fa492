import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/model/policy.ts';
import type { Assessment } from '../../src/policy/assessment.ts';
import { judge } from '../../src/policy/judge.ts';
import { packageRules, type RuleId } from '../../src/policy/rules/index.ts';
import {
  absentChecks,
  assess,
  assessAbsent,
  builtBy,
  checks,
  identity,
  now,
  occurrence,
  policy,
  provenance,
  registryClaims,
  target,
  unlinkedClaims,
} from './assessments.ts';

interface Case {
  readonly name: string;
  readonly input: Assessment;
  readonly policy?: Partial<Policy>;
  /** Severity with the rule's default; `undefined` when there is nothing to say. */
  readonly says: 'error' | 'warning' | 'note' | undefined;
  /** What the message must hold. */
  readonly words?: string;
  /** What it says when the policy makes the rule an error; an error, if it says anything, when missing. */
  readonly demanded?: 'error' | 'note';
}

const pinOf = (expect: Policy['packages'][number]['expect'][number]): Partial<Policy> => ({
  packages: [{ pattern: '@acme/pkg', expect: [expect] }],
});

const built = (change: Parameters<typeof identity>[0], more: Partial<Assessment> = {}): Assessment =>
  assess({ provenance: provenance(identity(change)), ...more });

const nothing = undefined;

const table: Readonly<Record<(typeof packageRules)[number]['id'], readonly Case[]>> = {
  'require-provenance': [
    { name: 'an attested package', input: assess(), says: nothing },
    { name: 'no attestation', input: assessAbsent(), says: 'error', words: 'the registry names none' },
    {
      name: 'no attestation, and it is optional',
      input: assessAbsent(),
      policy: { provenance: 'optional' },
      says: nothing,
    },
    {
      name: 'a log that could not be asked',
      input: assessAbsent({ checks: { ...absentChecks, bundle: { status: 'unknown', why: 'no answer' } } }),
      says: nothing,
    },
    {
      name: 'a search that could not be made',
      input: assessAbsent({ search: 'unavailable' }),
      says: 'error',
      words: 'the log could not be searched',
    },
  ],
  'pinned-identity': [
    { name: 'nothing pinned', input: assess(), says: nothing },
    { name: 'a pin that holds', input: assess(), policy: pinOf({ repository: 'acme/pkg' }), says: nothing },
    {
      name: 'another repository',
      input: assess({ provenance: provenance(builtBy('evil', 'pkg')) }),
      policy: pinOf({ repository: 'acme/pkg' }),
      says: 'error',
      words: 'repository is evil/pkg, pinned to acme/pkg',
    },
    {
      name: 'a repair job of the right repository under a pinned workflow',
      input: assess({
        provenance: provenance(builtBy('acme', 'pkg', { id: '1001', workflow: 'repair.yml' })),
      }),
      policy: pinOf({ repository: 'acme/pkg', workflow: '.github/workflows/publish.yml' }),
      says: 'error',
      words: 'workflow is .github/workflows/repair.yml',
    },
    {
      name: 'one of several alternatives',
      input: assess(),
      policy: {
        packages: [{ pattern: '*', expect: [{ repository: 'old/pkg' }, { repository: 'acme/pkg' }] }],
      },
      says: nothing,
    },
    {
      name: 'a certificate that does not state the claim',
      input: built({ runnerEnvironment: undefined }),
      policy: pinOf({ repository: 'acme/pkg', runner: 'github-hosted' }),
      says: 'error',
      words: 'runner is not stated by the certificate',
    },
    {
      name: 'an issuer that is not understood',
      input: built({ issuer: 'https://gitlab.com' }),
      says: 'error',
      words: 'not supported',
    },
    { name: 'no attestation at all', input: assessAbsent(), policy: pinOf({ owner: 'acme' }), says: nothing },
  ],
  'linked-repository': [
    { name: 'the linked repository', input: assess(), says: nothing },
    {
      name: 'the linked repository by name, as meta.json has no id',
      input: assess({ registryClaims: { ...registryClaims, linked: { owner: 'ACME', name: 'Pkg' } } }),
      says: nothing,
    },
    {
      name: 'another repository',
      input: assess({ provenance: provenance(builtBy('evil', 'pkg')) }),
      says: 'error',
      words: 'built from evil/pkg, but JSR links acme/pkg',
    },
    {
      name: 'a renamed repository',
      input: assess({ provenance: provenance(builtBy('acme', 'old', { id: '1001' })) }),
      says: 'note',
      words: 'renamed',
      demanded: 'note',
    },
    {
      name: 'no repository in the certificate',
      input: built({ sourceRepositoryURI: undefined }),
      says: 'error',
    },
    {
      name: 'no link',
      input: assess({ registryClaims: unlinkedClaims() }),
      says: 'warning',
      words: 'no expected publisher',
    },
    {
      name: 'a registry that did not answer',
      input: assess({ registryClaims: unlinkedClaims({ unlinked: false }) }),
      says: 'warning',
      words: 'could not be compared',
    },
    {
      name: 'no link, but a pin',
      input: assess({ registryClaims: unlinkedClaims() }),
      policy: pinOf({ owner: 'acme' }),
      says: nothing,
    },
  ],
  'github-hosted-runner': [
    { name: 'a runner of GitHub', input: assess(), says: nothing },
    {
      name: 'a self-hosted runner',
      input: built({ runnerEnvironment: 'self-hosted' }),
      says: 'warning',
      words: 'self-hosted',
    },
    {
      name: 'a self-hosted runner that is pinned',
      input: built({ runnerEnvironment: 'self-hosted' }),
      policy: pinOf({ repository: 'acme/pkg', runner: 'self-hosted' }),
      says: nothing,
    },
    {
      name: 'a certificate that does not say',
      input: built({ runnerEnvironment: undefined }),
      says: 'note',
      demanded: 'error',
    },
    {
      name: 'a word that only looks right',
      input: built({ runnerEnvironment: 'GitHub-hosted' }),
      says: 'warning',
    },
  ],
  'trusted-event': [
    ...['push', 'release', 'workflow_dispatch', 'schedule', 'merge_group'].map((event) => ({
      name: event,
      input: built({ buildTrigger: event }),
      says: nothing,
    })),
    ...[
      'pull_request_target',
      'workflow_run',
      'issue_comment',
      'issues',
      'discussion',
      'fork',
      'pull_request',
    ].map((event) => ({
      name: event,
      input: built({ buildTrigger: event }),
      says: 'warning' as const,
      words: event,
    })),
    {
      name: 'workflow_run, pinned',
      input: built({ buildTrigger: 'workflow_run' }),
      policy: pinOf({ repository: 'acme/pkg', event: 'workflow_run' }),
      says: nothing,
    },
    { name: 'no event', input: built({ buildTrigger: undefined }), says: 'note', demanded: 'error' },
    { name: 'an empty event', input: built({ buildTrigger: '' }), says: 'note', demanded: 'error' },
    {
      name: 'an unknown event',
      input: built({ buildTrigger: 'moonrise' }),
      says: 'warning',
      words: 'moonrise',
    },
    {
      name: 'an unknown event, pinned',
      input: built({ buildTrigger: 'moonrise' }),
      policy: pinOf({ repository: 'acme/pkg', event: 'moonrise' }),
      says: nothing,
    },
  ],
  'tag-matches-version': [
    {
      name: 'a tag of the version',
      input: built({ sourceRepositoryRef: 'refs/tags/v1.2.3' }),
      says: nothing,
    },
    {
      name: 'a tag of another version',
      input: built({ sourceRepositoryRef: 'refs/tags/v1.2.4' }),
      says: nothing,
      demanded: 'error',
    },
    { name: 'a branch', input: assess(), says: nothing, demanded: 'error' },
    {
      name: 'no ref',
      input: built({ sourceRepositoryRef: undefined }),
      says: nothing,
      demanded: 'error',
    },
  ],
  'default-branch-or-tag': [
    { name: 'main', input: assess(), says: nothing },
    { name: 'a tag', input: built({ sourceRepositoryRef: 'refs/tags/anything' }), says: nothing },
    {
      name: 'a pull request',
      input: built({ sourceRepositoryRef: 'refs/pull/7/merge' }),
      says: 'warning',
      words: 'refs/pull/7/merge',
    },
    {
      name: 'a branch that may be the default one',
      input: built({ sourceRepositoryRef: 'refs/heads/Develop' }),
      says: 'note',
      demanded: 'error',
    },
    {
      name: 'a branch that is pinned',
      input: built({ sourceRepositoryRef: 'refs/heads/Develop' }),
      policy: pinOf({ repository: 'acme/pkg', ref: 'refs/heads/Develop' }),
      says: nothing,
    },
    { name: 'no ref', input: built({ sourceRepositoryRef: undefined }), says: 'note', demanded: 'error' },
  ],
  'public-source': [
    { name: 'a public source', input: assess(), says: nothing },
    {
      name: 'a private source',
      input: built({ sourceRepositoryVisibility: 'private' }),
      says: 'warning',
      words: 'private',
    },
    {
      name: 'a private source that is pinned',
      input: built({ sourceRepositoryVisibility: 'private' }),
      policy: pinOf({ repository: 'acme/pkg', visibility: 'private' }),
      says: nothing,
    },
    {
      name: 'a certificate that does not say',
      input: built({ sourceRepositoryVisibility: undefined }),
      says: 'note',
      demanded: 'error',
    },
  ],
  yanked: [
    { name: 'a version that is not yanked', input: assess(), says: nothing },
    {
      name: 'a yanked version',
      input: assess({ registryClaims: { ...registryClaims, yanked: true } }),
      says: 'warning',
    },
    {
      name: 'a yanked version without provenance',
      input: assessAbsent({ registryClaims: { ...registryClaims, yanked: true } }),
      says: 'warning',
    },
  ],
  'late-attestation': [
    { name: 'a minute later', input: assess(), says: nothing },
    {
      name: 'three days later',
      input: assess({ provenance: provenance(identity(), { loggedAt: new Date('2026-08-23T10:00:00Z') }) }),
      says: 'warning',
      words: '3 days after',
    },
    {
      name: 'a registry that gives no date',
      input: assess({
        registryClaims: {
          yanked: false,
          unlinked: false,
          rekorLogId: '4711',
          linked: { owner: 'acme', name: 'pkg' },
        },
      }),
      says: nothing,
      demanded: 'error',
    },
  ],
  'attested-before-checked': [
    { name: 'a badge from after 15 June 2026', input: assess(), says: nothing },
    {
      name: 'a badge from before',
      input: assess({
        provenance: provenance(identity(), { loggedAt: new Date('2026-06-14T23:59:59Z') }),
        registryClaims: { ...registryClaims, publishedAt: new Date('2026-06-14T23:59:00Z') },
      }),
      says: 'note',
      words: 'checked now',
    },
    {
      name: 'no badge to speak of',
      input: assess({
        provenance: provenance(identity(), { loggedAt: new Date('2025-01-01T00:00:00Z') }),
        registryClaims: { ...registryClaims, rekorLogId: null },
      }),
      says: nothing,
    },
  ],
  'recovered-provenance': [
    { name: 'an attestation the registry names', input: assess(), says: nothing },
    {
      name: 'the outage',
      input: assess({
        attestationFinder: 'log-index',
        registryClaims: {
          ...registryClaims,
          rekorLogId: null,
          publishedAt: new Date('2026-07-10T00:00:00Z'),
        },
        provenance: provenance(identity(), { loggedAt: new Date('2026-07-10T00:01:00Z') }),
      }),
      says: 'note',
      words: '2026-07-03',
    },
    {
      name: 'a registry that says null at another time',
      input: assess({
        attestationFinder: 'log-index',
        registryClaims: { ...registryClaims, rekorLogId: null },
      }),
      says: 'note',
      words: 'the registry says there is none',
    },
    {
      name: 'a registry that names an entry that does not fit',
      input: assess({ attestationFinder: 'log-index' }),
      says: 'note',
      words: 'does not match',
    },
    {
      name: 'a stranger',
      input: assess({ attestationFinder: 'log-index', provenance: provenance(builtBy('evil', 'pkg')) }),
      says: 'warning',
      words: 'anyone may log one',
    },
    {
      name: 'a registry that could not be asked',
      input: assess({ attestationFinder: 'log-index', registryClaims: { yanked: false, unlinked: false } }),
      policy: pinOf({ repository: 'acme/pkg' }),
      says: 'note',
      words: 'could not be reached',
    },
  ],
  'conflicting-attestations': [
    { name: 'one attestation', input: assess(), says: nothing },
    {
      name: 'the same story twice',
      input: assess({ others: [provenance(identity(), { logIndex: '4712' })] }),
      says: nothing,
    },
    {
      name: 'another commit of the same repository',
      input: assess({
        others: [provenance(identity({ sourceRepositoryDigest: 'd1'.repeat(20) }), { logIndex: '9' })],
      }),
      says: 'warning',
      words: 'log entry 9',
    },
    {
      name: 'a stranger, whom nobody can keep from logging',
      input: assess({ others: [provenance(builtBy('evil', 'pkg'))] }),
      says: 'note',
      demanded: 'error',
    },
  ],
  'foreign-signer': [
    { name: 'what deno publish writes', input: assess(), says: nothing },
    {
      name: 'another build type',
      input: assess({
        provenance: provenance(identity(), {
          predicate: { buildType: 'https://actions.github.io/buildtypes/workflow/v1' },
        }),
      }),
      says: 'warning',
      words: 'buildtypes',
    },
    {
      name: 'a different commit claimed than proven',
      input: assess({
        provenance: provenance(identity(), {
          differs: [{ claim: 'commit', claimed: 'aaaa', proven: 'bbbb' }],
        }),
      }),
      says: 'warning',
      words: 'commit aaaa (claimed), bbbb (proven)',
    },
    {
      name: 'the uploaded tarball',
      input: assess({ provenance: provenance(identity(), { subjectOf: 'upload' }) }),
      says: 'warning',
      words: 'uploaded tarball',
    },
  ],
  'reusable-workflow': [
    { name: 'its own workflow', input: assess(), says: nothing },
    {
      name: 'the workflow of another repository',
      input: built({
        buildSignerURI: 'https://github.com/shared/ci/.github/workflows/jsr.yml@refs/tags/v1',
        subjectAlternativeName: 'https://github.com/shared/ci/.github/workflows/jsr.yml@refs/tags/v1',
      }),
      says: 'note',
      words: 'shared/ci',
    },
    {
      name: 'a signer that is not clear',
      input: built({
        buildSignerURI: 'https://gitlab.com/x',
        subjectAlternativeName: 'https://gitlab.com/x',
      }),
      says: 'note',
      words: 'does not state clearly',
    },
  ],
  unpinned: [
    { name: 'a manifest digest', input: assess({ occurrences: [occurrence()] }), says: nothing },
    {
      name: 'nothing locked',
      input: assess({
        occurrences: [occurrence({ locked: { kind: 'nothing', why: 'yarn hashes its own zip' } })],
      }),
      says: 'warning',
      words: 'yarn hashes its own zip',
    },
    { name: 'no lockfile', input: assess(), says: nothing },
  ],
  'foreign-registry': [
    { name: 'the configured registries', input: assess({ occurrences: [occurrence()] }), says: nothing },
    {
      name: 'another host',
      input: assess({
        foreign: [{ at: { file: 'package-lock.json', line: 9 }, package: target, host: 'npm.evil.example' }],
      }),
      says: 'error',
      words: 'npm.evil.example',
    },
    { name: 'no lockfile', input: assess(), says: nothing },
  ],
  'underived-declarations': [
    { name: 'all derived', input: tarballWith([]), says: nothing },
    {
      name: 'two that were not',
      input: tarballWith(['/_dist/a.d.ts', '/_dist/b.d.ts']),
      says: 'note',
      words: '/_dist/a.d.ts and 1 more',
    },
    {
      name: 'one that was not, strictly',
      input: tarballWith(['/_dist/a.d.ts']),
      policy: { strict: true },
      says: 'error',
    },
    { name: 'a tarball nobody asked for', input: assess(), says: nothing },
  ],
};

function tarballWith(notDerived: readonly string[]): Assessment {
  const counts = { verbatim: 1, rewritten: 0, derived: 1, generated: 1 };
  const fact = {
    url: 'https://npm.jsr.io/~/11/@jsr/acme__pkg/1.2.3.tgz',
    integrity: 'sha512-',
    ...counts,
    notDerived,
  };
  return assess({ checks: checks({ tarball: { status: 'passed', fact } }) });
}

const findingsFor = (id: RuleId, { input, policy: change = {} }: Case, rules: Policy['rules'] = {}) =>
  judge(input, policy({ ...change, rules: { ...change.rules, ...rules } }), now).findings.filter(
    (finding) => finding.id === id,
  );

test('every rule about packages is in the table', () => {
  expect(Object.keys(table).sort()).toEqual(packageRules.map(({ id }) => id).sort());
});

describe.each(packageRules.map(({ id }) => ({ id, cases: table[id] })))('$id', ({ id, cases }) => {
  test.each(cases)('$name', (one) => {
    const findings = findingsFor(id, one);
    expect(findings.map(({ severity }) => severity)).toEqual(one.says === undefined ? [] : [one.says]);
    if (one.words !== undefined) expect(findings[0]?.message).toContain(one.words);
  });

  test.each(cases)('demanded as an error: $name', (one) => {
    const demanded = one.demanded ?? (one.says === undefined ? undefined : 'error');
    const severities = findingsFor(id, one, { [id]: 'error' }).map(({ severity }) => severity);
    expect(severities).toEqual(demanded === undefined ? [] : [demanded]);
  });

  test('has one case that breaks it and one that does not', () => {
    expect(cases.some(({ says, demanded }) => says === undefined && demanded === undefined)).toBe(true);
    expect(cases.some(({ says, demanded }) => says !== undefined || demanded === 'error')).toBe(true);
  });

  test('messages and hints are written for people', () => {
    const said = cases.flatMap((one) => findingsFor(id, one, { [id]: 'error' }));
    for (const { message, hint = '' } of said) {
      expect(message).not.toMatch(/^[A-Z](?!SR)|\.$|undefined|\[object/);
      expect(hint).not.toMatch(/^[A-Z](?!SR)|\.$|undefined|\[object/);
    }
  });
});

describe('a package nobody wrote a policy for', () => {
  test.each([
    ['pushed to main', {}],
    ['released from a tag', { sourceRepositoryRef: 'refs/tags/release-2026.08', buildTrigger: 'release' }],
    ['dispatched by hand', { buildTrigger: 'workflow_dispatch' }],
  ])('%s is verified without a word', (_, change) => {
    expect(judge(built(change), policy(), now)).toMatchObject({
      verdict: { kind: 'verified' },
      findings: [],
    });
  });

  test('says what to do when it has just been published', () => {
    const young = { ...registryClaims, rekorLogId: null, publishedAt: new Date(now.getTime() - 3 * 60_000) };
    expect(judge(assessAbsent({ registryClaims: young }), policy(), now).findings[0]?.hint).toContain(
      'published 3 minutes ago',
    );
  });
});
