import { describe, expect, it } from 'vitest';
import { checkStatement } from '../../src/verify/statement.ts';
import { acme } from '../support/identity.ts';
import { type StatementOptions, statementBytes } from '../support/statement.ts';
import { reasonOf } from './chain.ts';

const IN_TOTO_V1 = 'https://in-toto.io/Statement/v1';
const IN_TOTO_V01 = 'https://in-toto.io/Statement/v0.1';
const subject = { name: 'pkg:jsr/@acme/widget@1.0.0', sha256: 'a'.repeat(64) };

function check(options: StatementOptions = {}) {
  return checkStatement({ signature: { payload: statementBytes(subject, acme, options) } });
}

const checkText = (text: string | Uint8Array) =>
  checkStatement({ signature: { payload: Buffer.from(text as string) } });

describe('a statement', () => {
  it('as Deno writes it is read in full', () => {
    expect(check()).toEqual({
      status: 'passed',
      fact: {
        typeKey: 'type',
        type: IN_TOTO_V1,
        predicateType: 'https://slsa.dev/provenance/v1',
        subjects: [{ name: subject.name, sha256: subject.sha256 }],
        subjectShape: 'array',
        predicate: {
          buildType: 'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1',
          builderId: 'https://github.com/actions/runner/github-hosted',
          repository: 'https://github.com/acme/widget',
          ref: 'refs/heads/main',
          workflowPath: '.github/workflows/publish.yml',
          commit: acme.commit,
          dependencyUri: 'git+https://github.com/acme/widget@refs/heads/main',
          event: 'push',
          repositoryId: acme.repositoryId,
          ownerId: acme.ownerId,
          run: 'https://github.com/acme/widget/actions/runs/30709797553/attempts/1',
        },
      },
    });
  });

  it('as actions/attest writes it is read in full, parameters in snake case and all', () => {
    expect(check({ style: 'actions-attest' })).toMatchObject({
      fact: {
        typeKey: '_type',
        predicate: {
          buildType: 'https://actions.github.io/buildtypes/workflow/v1',
          event: 'push',
          repositoryId: acme.repositoryId,
          ownerId: acme.ownerId,
        },
      },
    });
  });

  it.each([
    ['type', 'type'],
    ['_type', '_type'],
    ['both', 'both'],
  ] as const)('may name its type under %s', (typeKey, expected) => {
    expect(check({ typeKey })).toMatchObject({ status: 'passed', fact: { typeKey: expected } });
  });

  it('of version 0.1 is read, too', () => {
    expect(check({ statementType: IN_TOTO_V01 })).toMatchObject({ fact: { type: IN_TOTO_V01 } });
  });

  it('with one subject that is an object, as early Deno wrote it, is read', () => {
    expect(check({ subjectShape: 'object' })).toMatchObject({
      fact: { subjectShape: 'object', subjects: [{ name: subject.name, sha256: subject.sha256 }] },
    });
  });

  it('keeps what is empty apart from what is missing', () => {
    const { fact } = check({ claims: { event: '' } }) as { fact: { predicate: { event?: string } } };
    expect(fact.predicate.event).toBe('');
    const none = check({ edit: ({ predicate: _, ...rest }) => ({ ...rest, predicate: {} }) });
    expect(none).toMatchObject({ fact: { predicate: { buildType: '' } } });
    expect((none as { fact: { predicate: object } }).fact.predicate).toStrictEqual({ buildType: '' });
  });

  it('with several subjects has them all, for the next check to refuse', () => {
    const two = [
      { name: 'a', digest: { sha256: 'a'.repeat(64) } },
      { name: 'b', digest: { sha512: 'b' } },
    ];
    const { fact } = check({ subjects: two }) as { fact: { subjects: readonly object[] } };
    expect(fact.subjects).toStrictEqual([{ name: 'a', sha256: 'a'.repeat(64) }, { name: 'b' }]);
  });

  it.each([
    ['names no type', { typeKey: 'none' }, /not an in-toto statement: its type is missing/],
    ['has two types that disagree', { typeKey: 'disagreeing' }, /has two different types/],
    [
      'is of another type',
      { statementType: 'https://in-toto.io/Statement/v2' },
      /its type is "https:\/\/in-toto.io\/Statement\/v2"/,
    ],
    [
      'is of a type that only begins like ours',
      { statementType: `${IN_TOTO_V1}.evil` },
      /not an in-toto statement/,
    ],
    [
      'is no provenance',
      { predicateType: 'https://slsa.dev/provenance/v0.2' },
      /not SLSA provenance v1: its predicate type is "https:\/\/slsa.dev\/provenance\/v0.2"/,
    ],
    [
      'has a predicate type of another version',
      { predicateType: 'https://slsa.dev/provenance/v1.1' },
      /not SLSA provenance v1/,
    ],
    ['has no predicate', { edit: ({ predicate: _, ...rest }) => rest }, /no predicate/],
    [
      'has a list for a predicate',
      { edit: (statement) => ({ ...statement, predicate: [] }) },
      /no predicate/,
    ],
    ['has no subject', { edit: ({ subject: _, ...rest }) => rest }, /no readable subject/],
    ['has an empty list of subjects', { subjects: [] }, /no readable subject/],
    [
      'has a subject without a name',
      { subjects: [{ digest: { sha256: 'a'.repeat(64) } }] },
      /no readable subject/,
    ],
    ['has a subject without digests', { subjects: [{ name: 'a' }] }, /no readable subject/],
    ['has null for a subject', { subjects: [null] }, /no readable subject/],
    [
      'has one readable subject and one that is not',
      { subjects: [{ name: 'a', digest: {} }, 7] },
      /no readable subject/,
    ],
    [
      'names its type in a list',
      { edit: (statement) => ({ ...statement, type: [IN_TOTO_V1] }) },
      /its type is missing/,
    ],
    [
      'says null beside its type',
      { edit: (statement) => ({ ...statement, _type: null }) },
      /has two different types/,
    ],
  ] satisfies [string, StatementOptions, RegExp][])('that %s is refused', (_, options, why) => {
    const outcome = check(options);
    expect(outcome.status).toBe('failed');
    expect(reasonOf(outcome)).toMatch(why);
  });

  it.each([
    ['no JSON', 'statement', 'not JSON'],
    ['two documents', '{}{}', 'not JSON'],
    ['a number', '7', 'not an in-toto statement: its type is missing'],
    ['null', 'null', 'not an in-toto statement: its type is missing'],
    ['a key twice', '{"type":"a","type":"b"}', 'ambiguous: duplicate key "type"'],
    [
      'a subject twice',
      statementBytes(subject, acme).toString().replace('"subject":', '"subject":[],"subject":'),
      'ambiguous: duplicate key "subject"',
    ],
    [
      'a digest twice',
      statementBytes(subject, acme).toString().replace('"sha256":', '"sha256":"b","sha256":'),
      'ambiguous: duplicate key "sha256"',
    ],
    [
      'a byte order mark',
      Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), statementBytes(subject, acme)]),
      'preceded by a byte order mark',
    ],
    [
      'bytes that are no UTF-8',
      Buffer.concat([statementBytes(subject, acme), Buffer.of(0xff)]),
      'not valid UTF-8',
    ],
    ['a tower', `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`, 'nested deeper than 64'],
    [
      'its type by inheritance',
      `{"__proto__":${statementBytes(subject, acme).toString()}}`,
      'not an in-toto statement: its type is missing',
    ],
  ])('of %s is refused', (_, text, why) => {
    expect(checkText(text)).toEqual({ status: 'failed', reason: `the signed payload is ${why}` });
  });

  it('never echoes a type of any length', () => {
    expect(reasonOf(check({ statementType: 'x'.repeat(10_000) })).length).toBeLessThan(200);
  });
});
