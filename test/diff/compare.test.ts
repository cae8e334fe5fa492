import { describe, expect, test } from 'vitest';
import { compare, type History } from '../../src/diff/changes.ts';
import { earlierInLine, isSameLine } from '../../src/diff/line.ts';
import { purlOf } from '../../src/model/package.ts';
import type { Identity } from '../../src/model/provenance.ts';
import type { Change, PackageReport } from '../../src/model/report.ts';
import {
  absentChecks,
  assess,
  assessAbsent,
  builtBy,
  checks,
  identity,
  policy,
  provenance,
  report,
  reportOf,
  unlinkedClaims,
} from '../policy/assessments.ts';

interface Version {
  readonly version: string;
  /** The day it was published; left out, the registry does not say. */
  readonly day?: string;
  /** Who built it; `null` is nobody, `'unknown'` is nobody knows. */
  readonly by?: Identity | null | 'unknown';
  readonly name?: string;
}

function version({ version, day, by = identity(), name = 'pkg' }: Version): PackageReport {
  const about = { scope: 'acme', name, version };
  const { publishedAt: _, ...undated } = unlinkedClaims();
  const registryClaims =
    day === undefined ? undated : { ...undated, publishedAt: new Date(`${day}T00:00:00Z`) };
  if (by === 'unknown')
    return reportOf(
      assessAbsent({
        package: about,
        registryClaims,
        checks: { ...absentChecks, bundle: { status: 'unknown', why: 'no answer' } },
      }),
    );
  if (by === null)
    return reportOf(assessAbsent({ package: about, registryClaims }), policy({ provenance: 'optional' }));
  return reportOf(assess({ package: about, registryClaims, provenance: provenance(by, { package: about }) }));
}

const history = (...versions: readonly Version[]): History =>
  new Map([[purlOf({ scope: 'acme', name: 'pkg' }), versions.map(version)]]);

function change(before: readonly Version[], after: readonly Version[], known: History = new Map()): Change {
  const [one, ...more] = compare(report(before.map(version)), report(after.map(version)), known);
  if (one === undefined || more.length > 0) throw new Error(`${more.length + 1} changes, not one`);
  return one;
}

const provenanceOf = (one: Change) => ('provenance' in one ? one.provenance : undefined);
const publisherOf = (one: Change) => ('publisher' in one ? one.publisher : undefined);

describe('what came, went and moved', () => {
  const seen = (before: readonly Version[], after: readonly Version[]) =>
    compare(report(before.map(version)), report(after.map(version))).map((one) => [
      one.kind,
      one.kind === 'added' ? undefined : one.before.package.version,
      one.kind === 'removed' ? undefined : one.after.package.version,
    ]);

  test.each<[string, readonly string[], readonly string[], readonly unknown[]]>([
    ['nothing', ['1.0.0'], ['1.0.0'], []],
    ['added', [], ['1.0.0'], [['added', undefined, '1.0.0']]],
    ['removed', ['1.0.0'], [], [['removed', '1.0.0', undefined]]],
    ['moved up', ['1.0.0'], ['1.1.0'], [['moved', '1.0.0', '1.1.0']]],
    ['moved down', ['1.1.0'], ['1.0.0'], [['moved', '1.1.0', '1.0.0']]],
    ['a second version', ['1.0.0'], ['1.0.0', '2.0.0'], [['added', undefined, '2.0.0']]],
    [
      'two lines, each to its own',
      ['1.0.0', '2.0.0'],
      ['2.1.0', '1.0.1'],
      [
        ['moved', '2.0.0', '2.1.0'],
        ['moved', '1.0.0', '1.0.1'],
      ],
    ],
    ['to another line', ['1.9.0'], ['2.0.0'], [['moved', '1.9.0', '2.0.0']]],
    [
      'two become one',
      ['1.0.0', '1.1.0'],
      ['1.2.0'],
      [
        ['moved', '1.1.0', '1.2.0'],
        ['removed', '1.0.0', undefined],
      ],
    ],
  ])('%s', (_, before, after, expected) => {
    const versions = (list: readonly string[]) => list.map((text) => ({ version: text }));
    expect(seen(versions(before), versions(after))).toEqual(expected);
  });

  test('each package by itself, in the order of their names', () => {
    const changes = compare(
      report([version({ version: '1.0.0', name: 'bb' })]),
      report([version({ version: '1.0.0', name: 'cc' }), version({ version: '1.0.0', name: 'aa' })]),
    );
    expect(changes.map(({ kind, purl }) => [kind, purl])).toEqual([
      ['added', 'pkg:jsr/@acme/aa'],
      ['removed', 'pkg:jsr/@acme/bb'],
      ['added', 'pkg:jsr/@acme/cc'],
    ]);
  });
});

describe('provenance', () => {
  test.each<[string, Version, Version, string]>([
    ['kept', { version: '1.0.0' }, { version: '1.0.1' }, 'kept'],
    ['kept across lines', { version: '1.0.0' }, { version: '2.0.0' }, 'kept'],
    ['gained', { version: '1.0.0', by: null }, { version: '1.0.1' }, 'gained'],
    ['lost', { version: '1.0.0' }, { version: '1.0.1', by: null }, 'lost'],
    ['never there', { version: '1.0.0', by: null }, { version: '1.0.1', by: null }, 'none'],
    ['not to be told', { version: '1.0.0' }, { version: '1.0.1', by: 'unknown' }, 'unknown'],
    ['not to be told before', { version: '1.0.0', by: 'unknown' }, { version: '1.0.1', by: null }, 'unknown'],
    ['lost within 0.x', { version: '0.3.0' }, { version: '0.3.1', by: null }, 'lost'],
    ['another 0.x line', { version: '0.3.0' }, { version: '0.4.0', by: null }, 'none'],
    ['another major line', { version: '1.9.0' }, { version: '2.0.0', by: null }, 'none'],
  ])('%s', (_, before, after, expected) => {
    expect(provenanceOf(change([before], [after]))).toBe(expected);
  });

  test('that a back-port on an old major never had is no loss', () => {
    const known = history(
      { version: '1.8.0', by: null, day: '2024-01-01' },
      { version: '2.0.0', day: '2025-01-01' },
    );
    const one = change(
      [{ version: '1.8.0', by: null, day: '2024-01-01' }],
      [{ version: '1.8.1', by: null, day: '2026-01-01' }],
      known,
    );
    expect(provenanceOf(one)).toBe('none');
  });

  test('that a version of the unattested era lacks is no loss, though a lower number has it', () => {
    // 1.3.0 was published by hand long before 1.2.9 was back-ported with an attestation.
    const one = change(
      [{ version: '1.2.9', day: '2026-01-01' }],
      [{ version: '1.3.0', by: null, day: '2024-01-01' }],
    );
    expect(provenanceOf(one)).toBe('none');
  });

  test('is lost even when a lower number was published after an attested one', () => {
    const one = change(
      [{ version: '1.1.0', by: null, day: '2024-01-01' }],
      [{ version: '1.1.1', by: null, day: '2026-02-01' }],
      history({ version: '1.2.0', day: '2026-01-01' }),
    );
    expect(one).toMatchObject({ provenance: 'lost', earlier: '1.2.0' });
  });

  test('is lost even when the version before had lost it too', () => {
    const one = change(
      [{ version: '1.0.2', by: null }],
      [{ version: '1.0.3', by: null }],
      history({ version: '1.0.0' }, { version: '1.0.1', by: null }),
    );
    expect(one).toMatchObject({ kind: 'moved', provenance: 'lost', earlier: '1.0.0' });
  });

  test('of a package that is new here is compared with its own past', () => {
    const known = history({ version: '1.0.0' });
    expect(change([], [{ version: '1.0.1', by: null }], known)).toMatchObject({
      kind: 'added',
      provenance: 'lost',
      earlier: '1.0.0',
    });
    expect(change([], [{ version: '1.0.1' }], known)).toMatchObject({ provenance: 'kept', earlier: '1.0.0' });
    expect(provenanceOf(change([], [{ version: '2.0.0', by: null }], known))).toBe('none');
  });

  test('of a past that could not be looked at is unknown, not none', () => {
    const known = history({ version: '1.0.0', by: 'unknown' });
    expect(provenanceOf(change([], [{ version: '1.0.1', by: null }], known))).toBe('unknown');
  });

  test('that fails its checks is neither kept nor lost', () => {
    const broken = reportOf(
      assessAbsent({
        package: { scope: 'acme', name: 'pkg', version: '1.0.1' },
        checks: checks({ signature: { status: 'failed', reason: 'forged' } }),
      }),
    );
    const [one] = compare(report([version({ version: '1.0.0' })]), report([broken]));
    expect(one).toMatchObject({ provenance: 'unknown', publisher: { kind: 'unknown' } });
  });

  test('is not had because a stranger logged something', () => {
    const stranger = reportOf(
      assess({
        package: { scope: 'acme', name: 'pkg', version: '1.0.1' },
        provenance: provenance(builtBy('evil', 'pkg'), {
          package: { scope: 'acme', name: 'pkg', version: '1.0.1' },
        }),
        attestationFinder: 'log-index',
      }),
      policy({ provenance: 'optional' }),
    );
    const [one] = compare(report([version({ version: '1.0.0' })]), report([stranger]));
    expect(one).toMatchObject({ provenance: 'lost' });
  });
});

describe('the publisher', () => {
  const acme = builtBy('acme', 'pkg', { id: '1', ownerId: '2' });

  test.each<[string, Identity, readonly string[]]>([
    ['is the same', acme, []],
    ['is the same under a new name', builtBy('acme', 'renamed', { id: '1', ownerId: '2' }), []],
    ['is the same at another tag', { ...acme, sourceRepositoryRef: 'refs/heads/next' }, []],
    ['has another repository', builtBy('acme', 'other', { id: '9', ownerId: '2' }), ['repositoryId']],
    [
      'has a name that belongs to another account now',
      builtBy('acme', 'pkg', { id: '66', ownerId: '67' }),
      ['repositoryId', 'ownerId'],
    ],
    ['has another owner', builtBy('buyer', 'pkg', { id: '1', ownerId: '3' }), ['ownerId']],
    [
      'has another workflow',
      builtBy('acme', 'pkg', { id: '1', ownerId: '2', workflow: 'x.yml' }),
      ['workflow'],
    ],
    ['has another event', { ...acme, buildTrigger: 'workflow_dispatch' }, ['event']],
    ['has another runner', { ...acme, runnerEnvironment: 'self-hosted' }, ['runner']],
    ['has another kind of ref', { ...acme, sourceRepositoryRef: 'refs/tags/v1' }, ['ref']],
    [
      'has another issuer',
      { ...acme, issuer: 'https://token.actions.githubusercontent.com/acme' },
      ['issuer'],
    ],
  ])('%s', (_, by, claims) => {
    const publisher = publisherOf(change([{ version: '1.0.0', by: acme }], [{ version: '1.0.1', by }]));
    expect(publisher?.kind).toBe(claims.length === 0 ? 'same' : 'changed');
    expect(publisher?.from.map(({ claim }) => claim)).toEqual(claims);
  });

  test('is told with names and ids, from and to', () => {
    const evil = builtBy('acme', 'pkg', { id: '66', ownerId: '2' });
    expect(
      publisherOf(change([{ version: '1.0.0', by: acme }], [{ version: '1.0.1', by: evil }]))?.from,
    ).toEqual([{ claim: 'repositoryId', before: 'acme/pkg (1)', after: 'acme/pkg (66)' }]);
  });

  test('is compared across a version that has none', () => {
    const one = change(
      [{ version: '1.0.1', by: null }],
      [{ version: '1.0.2', by: builtBy('evil', 'pkg') }],
      history({ version: '1.0.0', by: acme }),
    );
    expect(one).toMatchObject({ publisher: { kind: 'changed' }, earlier: '1.0.0', provenance: 'kept' });
  });

  test('of a package that is new here is compared with its own past, even on another line', () => {
    const known = history({ version: '1.0.0', by: acme });
    expect(change([], [{ version: '2.0.0', by: builtBy('evil', 'pkg') }], known)).toMatchObject({
      publisher: { kind: 'changed' },
      earlier: '1.0.0',
    });
  });

  test('is unknown where there is nobody to compare with', () => {
    expect(publisherOf(change([], [{ version: '1.0.0' }]))?.kind).toBe('unknown');
    expect(publisherOf(change([{ version: '1.0.0' }], [{ version: '1.0.1', by: null }]))?.kind).toBe(
      'unknown',
    );
  });
});

describe('release lines', () => {
  test.each([
    ['1.0.0', '1.9.9', true],
    ['1.0.0', '2.0.0', false],
    ['0.1.0', '0.1.9', true],
    ['0.1.0', '0.2.0', false],
    ['1.0.0-rc.1', '1.0.0', true],
    ['0.0.1', '0.0.2', true],
    ['1.0.0', 'rubbish', false],
  ])('%s and %s', (a, b, same) => {
    expect(isSameLine(a, b)).toBe(same);
    expect(isSameLine(b, a)).toBe(same);
  });

  test('are looked through from the newest on', () => {
    const dated = (text: string, day: string) => ({ version: text, publishedAt: new Date(day) });
    const all = [
      dated('1.0.0', '2024-01-01'),
      dated('1.2.0', '2024-03-01'),
      dated('1.1.0', '2024-02-01'),
      dated('1.1.1', '2024-04-01'),
      dated('2.0.0', '2024-05-01'),
      dated('1.3.0', '2024-06-01'),
    ];
    expect(earlierInLine(dated('1.2.1', '2024-05-15'), all).map((one) => one.version)).toEqual([
      '1.1.1',
      '1.2.0',
      '1.1.0',
      '1.0.0',
    ]);
    expect(
      earlierInLine(
        { version: '1.2.1' },
        all.map((one) => ({ version: one.version })),
      ).map((one) => one.version),
    ).toEqual(['1.2.0', '1.1.1', '1.1.0', '1.0.0']);
  });
});
