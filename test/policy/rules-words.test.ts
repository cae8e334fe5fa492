import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/model/policy.ts';
import type { Assessment } from '../../src/policy/assessment.ts';
import { judge } from '../../src/policy/judge.ts';
import type { RuleId } from '../../src/policy/rules/index.ts';
import {
  assess,
  assessAbsent,
  builtBy,
  checks,
  type IdentityChange,
  identity,
  now,
  policy,
  provenance,
  registryClaims,
  unlinkedClaims,
} from './assessments.ts';

type Said = readonly [severity: 'error' | 'warning' | 'note', message: string, hint?: string];
type Row = readonly [name: string, input: Assessment, said: readonly Said[], under?: Partial<Policy>];

const built = (change: IdentityChange, more: Partial<Assessment> = {}): Assessment =>
  assess({ provenance: provenance(identity(change)), ...more });

const pins = (...expect: Policy['packages'][number]['expect']): Partial<Policy> => ({
  packages: [{ pattern: '*', expect }],
});

const loggedAt = (text: string, more: Partial<Assessment> = {}): Assessment =>
  assess({ provenance: provenance(identity(), { loggedAt: new Date(text) }), ...more });

const publishedAt = (text: string) =>
  assessAbsent({ registryClaims: { ...registryClaims, publishedAt: new Date(text) } });

const commit = { claim: 'commit', claimed: 'a', proven: 'b' };
const ref = { claim: 'ref', claimed: 'c', proven: 'd' };
const { publishedAt: _, ...undated } = registryClaims;
const anonymous: IdentityChange = { sourceRepositoryURI: undefined };
const searched = { attestationFinder: 'log-index', search: 'found' } as const;
const strangers = assess({
  ...searched,
  provenance: provenance(builtBy('zoe', 'pkg')),
  others: [
    provenance(builtBy('evil', 'pkg')),
    provenance(builtBy('evil', 'pkg')),
    provenance(identity(anonymous)),
  ],
});
const none = 'no attestation: the registry names none';
const allow =
  'to accept this package without provenance, use --allow-unattested or exempt it in the policy file';
const strangersHint = 'if that repository is the true source, pin it with --repo or in the policy file';
const strangerCase = (repository: string | undefined): Assessment =>
  assess({
    ...searched,
    provenance: provenance(repository === undefined ? identity(anonymous) : builtBy('evil', 'pkg')),
  });

const table: Readonly<Partial<Record<RuleId, readonly Row[]>>> = {
  'require-provenance': [
    ['nothing was found', assessAbsent(), [['error', `${none}, and a search of the log found none`, allow]]],
    [
      'what was found does not fit',
      assessAbsent({ search: 'found' }),
      [['error', `${none}, and what the log has does not match`, allow]],
    ],
    [
      'the log was silent',
      assessAbsent({ search: 'unavailable' }),
      [['error', `${none}, and the log could not be searched`, allow]],
    ],
    ['nobody searched', assessAbsent({ search: 'not-asked' }), [['error', none, allow]]],
    [
      'it is pinned',
      assessAbsent({ search: 'not-asked' }),
      [['error', `${none}; the package is pinned, and a pin implies provenance`, allow]],
      pins({ owner: 'acme' }),
    ],
    [
      'a stranger logged one',
      strangerCase('evil'),
      [
        [
          'error',
          'no attestation that counts: the log has one by evil/pkg, which is not linked to the package',
          allow,
        ],
      ],
    ],
    [
      'nobody nameable logged one',
      strangerCase(undefined),
      [
        [
          'error',
          'no attestation that counts: the log has one by an unnamed repository, which is not linked to the package',
          allow,
        ],
      ],
    ],
    [
      'no date',
      assessAbsent({ registryClaims: undated }),
      [['error', `${none}, and a search of the log found none`, allow]],
    ],
    ...(
      [
        [
          'just now',
          '2026-09-01T12:00:00Z',
          'published 0 minutes ago: the attestation may still be on its way, try again in a few minutes',
        ],
        [
          'nearly ten minutes ago',
          '2026-09-01T11:50:01Z',
          'published 9 minutes ago: the attestation may still be on its way, try again in a few minutes',
        ],
        ['ten minutes ago', '2026-09-01T11:50:00Z', allow],
        ['in the future', '2026-09-01T12:00:01Z', allow],
        [
          'before there was provenance',
          '2024-02-29T23:59:59Z',
          `published before JSR had provenance; ${allow}`,
        ],
        ['when there was provenance', '2024-03-01T00:00:00Z', allow],
        ['before the outage', '2026-07-03T08:41:59Z', allow],
        [
          'when the outage began',
          '2026-07-03T08:42:00Z',
          `published while JSR refused every attestation; ${allow}`,
        ],
        [
          'when the outage ended',
          '2026-08-04T23:59:59Z',
          `published while JSR refused every attestation; ${allow}`,
        ],
        ['after the outage', '2026-08-05T00:00:00Z', allow],
      ] as const
    ).map(
      ([name, date, hint]): Row => [
        `published ${name}`,
        publishedAt(date),
        [['error', `${none}, and a search of the log found none`, hint]],
      ],
    ),
  ],
  'linked-repository': [
    [
      'another repository',
      assess({ provenance: provenance(builtBy('evil', 'pkg')) }),
      [
        [
          'error',
          'built from evil/pkg, but JSR links acme/pkg',
          'if the repository moved and you trust both, pin it with --repo or `jsr-verify pin`',
        ],
      ],
    ],
    [
      'a name in new hands',
      assess({ provenance: provenance(builtBy('acme', 'pkg')) }),
      [
        [
          'error',
          'built from acme/pkg, and JSR links a repository of that name with another id: the name now belongs to someone else',
          'find out which of the two is right, and pin its id with --repo-id',
        ],
      ],
    ],
    ...(['repository', 'owner'] as const).map(
      (claim): Row => [
        `a name in new hands, where the ${claim} is pinned by name`,
        assess({ provenance: provenance(builtBy('acme', 'pkg')) }),
        [
          [
            'error',
            'built from acme/pkg, and JSR links a repository of that name with another id: the name now belongs to someone else',
            'find out which of the two is right, and pin its id with --repo-id',
          ],
        ],
        pins(claim === 'owner' ? { owner: 'acme' } : { repository: 'acme/pkg' }),
      ],
    ),
    ...([{ repositoryId: '2002' }, { owner: 'acme', ownerId: '2003' }] as const).map(
      (expect): Row => [
        `a name whose new id is pinned: ${Object.keys(expect).join()}`,
        assess({ provenance: provenance(builtBy('acme', 'pkg', { id: '2002', ownerId: '2003' })) }),
        [['note', 'built from acme/pkg, while JSR links acme/pkg today by another id; the policy decides']],
        pins(expect),
      ],
    ),
    [
      'a name in new hands, where the id of the old ones is an alternative',
      assess({ provenance: provenance(builtBy('acme', 'pkg', { id: '2002' })) }),
      [
        [
          'error',
          'built from acme/pkg, and JSR links a repository of that name with another id: the name now belongs to someone else',
          'find out which of the two is right, and pin its id with --repo-id',
        ],
      ],
      pins({ repository: 'acme/pkg' }, { repositoryId: '1001' }),
    ],
    [
      'a name in new hands whose owner the certificate does not know by id',
      built({ sourceRepositoryIdentifier: '2002', sourceRepositoryOwnerIdentifier: undefined }),
      [
        [
          'error',
          'built from acme/pkg, and JSR links a repository of that name with another id: the name now belongs to someone else',
          'find out which of the two is right, and pin its id with --repo-id',
        ],
      ],
      pins({ repository: 'acme/pkg' }),
    ],
    [
      'no repository',
      built(anonymous),
      [
        [
          'error',
          'built from a repository the certificate does not name, but JSR links acme/pkg',
          'if the repository moved and you trust both, pin it with --repo or `jsr-verify pin`',
        ],
      ],
    ],
    [
      'a renamed repository',
      assess({ provenance: provenance(builtBy('acme', 'old', { id: '1001' })) }),
      [
        [
          'note',
          'built from acme/old, which JSR links as acme/pkg today: the id is the same, so it was renamed',
        ],
      ],
    ],
    [
      'a link that wandered off',
      assess({ provenance: provenance(builtBy('evil', 'pkg')) }),
      [['note', 'built from evil/pkg, while JSR links acme/pkg today; the policy decides']],
      pins({ owner: 'evil' }),
    ],
    [
      'no link',
      assess({ registryClaims: unlinkedClaims() }),
      [
        [
          'warning',
          'built from acme/pkg; no expected publisher is known: JSR links no repository to the package',
          'pin it with --repo acme/pkg, or `jsr-verify pin`, after you have checked it',
        ],
      ],
    ],
    [
      'no link, no repository',
      built(anonymous, { registryClaims: unlinkedClaims() }),
      [
        [
          'warning',
          'built from a repository the certificate does not name; no expected publisher is known: JSR links no repository to the package',
          'pin it with --repo <owner/name>, or `jsr-verify pin`, after you have checked it',
        ],
      ],
    ],
    [
      'no answer',
      assess({ registryClaims: unlinkedClaims({ unlinked: false }) }),
      [
        [
          'warning',
          'built from acme/pkg; it could not be compared: the registry did not say which repository it links',
          'pin it with --repo acme/pkg, or try again later',
        ],
      ],
    ],
    [
      'no answer, no repository',
      built(anonymous, { registryClaims: unlinkedClaims({ unlinked: false }) }),
      [
        [
          'warning',
          'built from a repository the certificate does not name; it could not be compared: the registry did not say which repository it links',
          'pin it with --repo <owner/name>, or try again later',
        ],
      ],
    ],
  ],
  'github-hosted-runner': [
    [
      'self-hosted',
      built({ runnerEnvironment: 'self-hosted' }),
      [
        [
          'warning',
          'built on a self-hosted runner',
          'the machine could change the build; pin "runner" if you know it',
        ],
      ],
    ],
    [
      'only one alternative names it',
      built({ runnerEnvironment: 'self-hosted' }),
      [
        [
          'warning',
          'built on a self-hosted runner',
          'the machine could change the build; pin "runner" if you know it',
        ],
      ],
      pins({ owner: 'acme' }, { owner: 'acme', runner: 'self-hosted' }),
    ],
    [
      'another one is pinned',
      built({ runnerEnvironment: 'self-hosted' }),
      [
        [
          'warning',
          'built on a self-hosted runner',
          'the machine could change the build; pin "runner" if you know it',
        ],
      ],
      pins({ runner: 'github-hosted' }),
    ],
    [
      'not stated, whatever else is pinned',
      built({ runnerEnvironment: undefined }),
      [['note', 'the certificate does not say what kind of runner the build ran on']],
      pins({ owner: 'acme' }),
    ],
  ],
  'trusted-event': [
    [
      'one that outsiders cause',
      built({ buildTrigger: 'issues' }),
      [
        [
          'warning',
          'the build was started by issues, which people without write access can cause',
          'read the workflow; if it is safe, pin "event" for this package',
        ],
      ],
    ],
    [
      'only one alternative names it',
      built({ buildTrigger: 'issues' }),
      [
        [
          'warning',
          'the build was started by issues, which people without write access can cause',
          'read the workflow; if it is safe, pin "event" for this package',
        ],
      ],
      pins({ owner: 'acme' }, { owner: 'acme', event: 'issues' }),
    ],
    [
      'another one is pinned',
      built({ buildTrigger: 'issues' }),
      [
        [
          'warning',
          'the build was started by issues, which people without write access can cause',
          'read the workflow; if it is safe, pin "event" for this package',
        ],
      ],
      pins({ event: 'push' }),
    ],
    [
      'not stated, whatever else is pinned',
      built({ buildTrigger: undefined }),
      [['note', 'the certificate does not say what started the build']],
      pins({ owner: 'acme' }),
    ],
    [
      'unheard of',
      built({ buildTrigger: 'moonrise' }),
      [
        [
          'warning',
          'the build was started by moonrise, an unknown event that people without write access may be able to cause',
          'read the workflow; if it is safe, pin "event" for this package',
        ],
      ],
    ],
  ],
  'tag-matches-version': [
    [
      'no ref',
      built({ sourceRepositoryRef: undefined }),
      [['error', 'the certificate does not name a ref, so no tag can match the version']],
    ],
    [
      'another tag',
      built({ sourceRepositoryRef: 'refs/tags/v1' }),
      [['error', 'built for refs/tags/v1, which is not a tag of version 1.2.3']],
    ],
    [
      'a branch',
      assess(),
      [['error', 'built for refs/heads/main, which is not a tag, so it cannot match version 1.2.3']],
    ],
  ],
  'default-branch-or-tag': [
    [
      'some branch',
      built({ sourceRepositoryRef: 'refs/heads/x' }),
      [
        [
          'note',
          'built from refs/heads/x, and it is unknown whether that is the default branch',
          'pin "ref" if this is the branch the project publishes from',
        ],
      ],
    ],
    [
      'only one alternative names it',
      built({ sourceRepositoryRef: 'refs/pull/1/merge' }),
      [['warning', 'built from refs/pull/1/merge, which is neither a tag nor a branch']],
      pins({ owner: 'acme' }, { owner: 'acme', ref: 'refs/pull/*' }),
    ],
    [
      'no alternative names it',
      built({ sourceRepositoryRef: 'refs/pull/1/merge' }),
      [['warning', 'built from refs/pull/1/merge, which is neither a tag nor a branch']],
      pins({ owner: 'acme' }),
    ],
    [
      'not stated, though pinned',
      built({ sourceRepositoryRef: undefined }),
      [['note', 'the certificate does not say which ref was built']],
      pins({ ref: 'refs/heads/x' }),
    ],
  ],
  'public-source': [
    [
      'a private source',
      built({ sourceRepositoryVisibility: 'private' }),
      [['warning', 'built from a source that is private: the commit cannot be read by everyone']],
    ],
    [
      'only one alternative names it',
      built({ sourceRepositoryVisibility: 'private' }),
      [['warning', 'built from a source that is private: the commit cannot be read by everyone']],
      pins({ owner: 'acme' }, { owner: 'acme', visibility: 'private' }),
    ],
    [
      'another one is pinned',
      built({ sourceRepositoryVisibility: 'private' }),
      [['warning', 'built from a source that is private: the commit cannot be read by everyone']],
      pins({ visibility: 'internal' }),
    ],
    [
      'not stated, whatever else is pinned',
      built({ sourceRepositoryVisibility: undefined }),
      [['note', 'the certificate does not say whether the source is public']],
      pins({ owner: 'acme' }),
    ],
  ],
  yanked: [
    [
      'a yanked version',
      assess({ registryClaims: { ...registryClaims, yanked: true } }),
      [['warning', 'version 1.2.3 was yanked by its owner', 'move to a version that is not yanked']],
    ],
  ],
  'late-attestation': [
    ['an hour later', loggedAt('2026-08-20T11:00:00Z'), []],
    ...(
      [
        ['more than an hour later', '2026-08-20T11:00:01Z', '1 hours'],
        ['nearly two days later', '2026-08-22T09:59:59Z', '47 hours'],
        ['two days later', '2026-08-22T10:00:00Z', '2 days'],
      ] as const
    ).map(
      ([name, date, late]): Row => [
        name,
        loggedAt(date),
        [
          [
            'warning',
            `logged ${late} after the version was published`,
            'look at the run that signed it: https://github.com/acme/pkg/actions/runs/3/attempts/1',
          ],
        ],
      ],
    ),
    [
      'by an unnamed run',
      assess({
        provenance: provenance(identity({ runInvocationURI: undefined }), {
          loggedAt: new Date('2026-08-30T10:00:00Z'),
        }),
      }),
      [
        [
          'warning',
          'logged 10 days after the version was published',
          'look at the run that signed it: the certificate names none',
        ],
      ],
    ],
  ],
  'attested-before-checked': [
    [
      'just before',
      loggedAt('2026-06-14T23:59:59Z'),
      [['note', 'published before JSR checked signatures; checked now']],
    ],
    ['from the first moment on', loggedAt('2026-06-15T00:00:00Z'), []],
  ],
  'recovered-provenance': [
    [
      'strangers, each named once',
      strangers,
      [
        [
          'warning',
          'the log has a valid attestation of these bytes by an unnamed repository, evil/pkg, zoe/pkg, while JSR links acme/pkg; anyone may log one, so it does not count',
          strangersHint,
        ],
      ],
    ],
    [
      'a stranger, and no link',
      assess({
        ...searched,
        provenance: provenance(builtBy('evil', 'pkg')),
        registryClaims: unlinkedClaims(),
      }),
      [
        [
          'warning',
          'the log has a valid attestation of these bytes by evil/pkg, and JSR links none; anyone may log one, so it does not count',
          strangersHint,
        ],
      ],
    ],
    [
      'nobody’s, where it could not be told whose',
      assess({ ...searched, registryClaims: unlinkedClaims({ unlinked: false }) }),
      [],
    ],
    [
      'one that does not fit the badge',
      assess(searched),
      [['note', 'the registry names log entry 4711, which does not match; found by searching the log']],
    ],
    [
      'one of the outage',
      loggedAt('2026-07-10T00:00:00Z', {
        ...searched,
        registryClaims: {
          ...registryClaims,
          rekorLogId: null,
          publishedAt: new Date('2026-07-10T00:00:00Z'),
        },
      }),
      [
        [
          'note',
          'the registry says there is none, as for everything published from 2026-07-03 to 2026-08-04; found by searching the log',
        ],
      ],
    ],
    [
      'one of the outage by the log’s date',
      loggedAt('2026-07-10T00:00:00Z', { ...searched, registryClaims: { ...undated, rekorLogId: null } }),
      [
        [
          'note',
          'the registry says there is none, as for everything published from 2026-07-03 to 2026-08-04; found by searching the log',
        ],
      ],
    ],
    [
      'one that was only logged in the outage',
      loggedAt('2026-07-10T00:00:00Z', {
        ...searched,
        registryClaims: {
          ...registryClaims,
          rekorLogId: null,
          publishedAt: new Date('2026-06-30T00:00:00Z'),
        },
      }),
      [['note', 'the registry says there is none; found by searching the log']],
    ],
  ],
  'conflicting-attestations': [
    [
      'the one that counts is not the first',
      assess({
        provenance: provenance(identity({ buildTrigger: 'release' }), { logIndex: '1' }),
        others: [provenance(undefined, { logIndex: '2' })],
      }),
      [['warning', 'log entry 1 attests the same bytes differently: event release instead of push']],
      pins({ event: 'push' }),
    ],
    [
      'the same repository twice, by its id',
      assess({
        others: [
          provenance(identity({ sourceRepositoryRef: 'refs/heads/x', buildTrigger: undefined }), {
            logIndex: '9',
          }),
        ],
      }),
      [
        [
          'warning',
          'log entry 9 attests the same bytes differently: ref refs/heads/x instead of refs/heads/main, event not stated instead of push',
        ],
      ],
    ],
    [
      'the same repository twice, by its name',
      assess({
        others: [provenance(identity({ sourceRepositoryIdentifier: undefined }), { logIndex: '9' })],
      }),
      [
        [
          'warning',
          'log entry 9 attests the same bytes differently: repositoryId not stated instead of 1001',
        ],
      ],
    ],
    [
      'the same repository twice, where the first has no id',
      assess({
        provenance: provenance(identity({ sourceRepositoryIdentifier: undefined })),
        others: [provenance(undefined, { logIndex: '9' })],
      }),
      [
        [
          'warning',
          'log entry 9 attests the same bytes differently: repositoryId 1001 instead of not stated',
        ],
      ],
    ],
    [
      'the same repository twice, neither with an id',
      assess({
        provenance: provenance(identity({ sourceRepositoryIdentifier: undefined })),
        others: [
          provenance(identity({ sourceRepositoryIdentifier: undefined, buildTrigger: 'release' }), {
            logIndex: '9',
          }),
        ],
      }),
      [['warning', 'log entry 9 attests the same bytes differently: event release instead of push']],
    ],
    [
      'the same repository twice, under two names',
      assess({ others: [provenance(builtBy('acme', 'old', { id: '1001' }), { logIndex: '9' })] }),
      [
        [
          'warning',
          'log entry 9 attests the same bytes differently: repository acme/old instead of acme/pkg',
        ],
      ],
    ],
    [
      'another repository without an id',
      assess({
        others: [
          provenance(
            identity({
              sourceRepositoryIdentifier: undefined,
              sourceRepositoryURI: 'https://github.com/acme/x',
              buildConfigURI: undefined,
            }),
            { logIndex: '9' },
          ),
        ],
      }),
      [
        [
          'note',
          'log entry 9 attests the same bytes differently: repositoryId not stated instead of 1001, repository acme/x instead of acme/pkg, workflow not stated instead of .github/workflows/publish.yml',
        ],
      ],
    ],
    [
      'two that name no repository are not the same one',
      assess({
        provenance: provenance(identity({ ...anonymous, sourceRepositoryIdentifier: undefined })),
        others: [
          provenance(
            identity({ ...anonymous, sourceRepositoryIdentifier: undefined, buildTrigger: 'release' }),
            { logIndex: '9' },
          ),
        ],
      }),
      [['note', 'log entry 9 attests the same bytes differently: event release instead of push']],
    ],
  ],
  'foreign-registry': [
    [
      'another host',
      assess({
        foreign: [
          { at: { file: 'deno.lock', line: 9 }, package: assess().package, host: 'npm.evil.example' },
        ],
      }),
      [
        [
          'error',
          'the lockfile fetches @acme/pkg@1.2.3 from npm.evil.example, which is not a configured registry',
          'correct the lockfile, or name the registry with --registry or --npm-registry if it is yours',
        ],
      ],
    ],
  ],
  'foreign-signer': [
    [
      'claims that differ',
      assess({ provenance: provenance(identity(), { differs: [commit, ref] }) }),
      [
        [
          'warning',
          'the statement names a different build than the one that signed it: commit a (claimed), b (proven), ref c (claimed), d (proven)',
        ],
      ],
    ],
    [
      'claims that differ, of one that does not count',
      assess({
        provenance: provenance(builtBy('evil', 'pkg'), { differs: [commit] }),
        others: [provenance()],
      }),
      [],
    ],
    [
      'claims that differ, of one that counts although a stranger was first',
      assess({
        provenance: provenance(builtBy('evil', 'pkg')),
        others: [provenance(identity(), { differs: [commit] })],
      }),
      [
        [
          'warning',
          'the statement names a different build than the one that signed it: commit a (claimed), b (proven)',
        ],
      ],
    ],
  ],
  'underived-declarations': [
    [
      'one',
      tarballWith(['/a.d.ts']),
      [
        [
          'note',
          '/a.d.ts in the npm tarball could not be derived from the attested files, and count as not attested',
          'declarations are not executed; read them before you rely on them',
        ],
      ],
    ],
    [
      'three',
      tarballWith(['/a.d.ts', '/b.d.ts', '/c.d.ts']),
      [
        [
          'note',
          '/a.d.ts and 2 more in the npm tarball could not be derived from the attested files, and count as not attested',
          'declarations are not executed; read them before you rely on them',
        ],
      ],
    ],
  ],
};

function tarballWith(notDerived: readonly string[]): Assessment {
  const fact = { url: 'u', integrity: 'i', verbatim: 1, rewritten: 0, derived: 1, generated: 1, notDerived };
  return assess({ checks: checks({ tarball: { status: 'passed', fact } }) });
}

describe.each(Object.entries(table).map(([id, rows]) => ({ id, rows })))(
  '$id says in full',
  ({ id, rows }) => {
    test.each(rows.map(([name, input, said, under = {}]) => ({ name, input, said, under })))(
      '$name',
      ({ input, said, under }) => {
        const rules = id === 'tag-matches-version' ? { [id]: 'error' as const } : {};
        const { findings } = judge(input, policy({ rules, ...under }), now);
        expect(
          findings.filter((finding) => finding.id === id).map(({ at: __, ...finding }) => finding),
        ).toStrictEqual(
          said.map(([severity, message, hint]) => ({
            id,
            severity,
            message,
            ...(hint !== undefined && { hint }),
          })),
        );
      },
    );
  },
);

test('a registry that gives no date is told of where somebody insists', () => {
  const { findings } = judge(
    assess({ registryClaims: undated }),
    policy({ rules: { 'late-attestation': 'error' } }),
    now,
  );
  expect(findings).toStrictEqual([
    {
      id: 'late-attestation',
      severity: 'error',
      message: 'the registry does not say when the version was published',
    },
  ]);
});
