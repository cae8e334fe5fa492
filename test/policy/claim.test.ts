import { describe, expect, test } from 'vitest';
import { duringOutage } from '../../src/policy/history.ts';
import { type Claim, githubIssuer } from '../../src/policy/identity.ts';
import { claimReaders, isDay, show } from '../../src/policy/parse/claim.ts';

const read = (claim: Claim, value: unknown) => claimReaders[claim](value);
const refused = (problem: string, hint?: string) => ({
  ok: false,
  problem,
  ...(hint !== undefined && { hint }),
});

const a = (count: number) => 'a'.repeat(count);
const repository = 'is not owner/name';
const workflow = 'is not a path like .github/workflows/publish.yml';
const ref = 'is not a full ref, with * allowed at its end only';
const id = 'is not a GitHub id: a whole number above zero';
const date = 'is not a date like 2027-01-31 or 2027-01-31T12:00:00Z';
const understood = `write ${githubIssuer}, with /<enterprise> after it if it is your enterprise's`;
const unless = 'leave the key out if the tag does not matter';

describe('a value that is not understood is refused, with what to write instead where that can be told', () => {
  test.each<[Claim, unknown, string, string?]>([
    ['repository', 'https://github.com/acme/pkg', repository, 'write acme/pkg'],
    ['repository', 'http://github.com/acme/pkg/', repository, 'write acme/pkg'],
    ['repository', 'git+https://github.com/acme/pkg.git', repository, 'write acme/pkg'],
    ['repository', 'xhttps://github.com/acme/pkg', repository],
    ['repository', 'https://github.com/acme/pkg/tree/main', repository],
    ['repository', 'https://gitlab.com/acme/pkg', repository],
    ['repository', 'acme/..', repository],
    ['repository', 7, repository],
    ['owner', 7, 'is not the name of a GitHub user or organisation'],
    ['owner', ['acme'], 'is not the name of a GitHub user or organisation'],
    ['workflow', 'publish.yml', workflow, 'write .github/workflows/publish.yml'],
    ['workflow', 'publish.yaml', workflow, 'write .github/workflows/publish.yaml'],
    ['workflow', 'ci/publish.yml', workflow],
    ['workflow', 'publish.yml.bak', workflow],
    ['ref', 'main', ref, 'write refs/heads/main or refs/tags/main'],
    ['ref', 'v1.*', ref, 'write refs/heads/v1.* or refs/tags/v1.*'],
    ['ref', '/main', ref],
    ['ref', 'main or so', ref],
    ['ref', 'v*.*', ref],
    ['commit', 'c0ffee', 'is not a full commit id of 40 or 64 hexadecimal digits'],
    ['event', 'Push', 'is not the name of a GitHub event, like push or workflow_dispatch'],
    ['repositoryId', 0, id],
    ['repositoryId', -1, id],
    ['repositoryId', 1.5, id],
    ['repositoryId', 2 ** 60, id],
    ['repositoryId', '0', id],
    ['ownerId', '12x', id],
    ['ownerId', ['5'], id],
    ['ownerId', null, id],
    ['runner', 'mine', 'is not one of github-hosted, self-hosted'],
    ['visibility', 'Public', 'is not one of public, private, internal'],
    ['issuer', 7, 'is not a supported issuer', understood],
    ['issuer', `${githubIssuer}/`, 'is not a supported issuer', understood],
    ['tagMatchesVersion', false, 'is not true', unless],
    ['tagMatchesVersion', 'true', 'is not true', unless],
    ['notBefore', ['2027-01-31'], date],
    ['notBefore', 20270131, date],
    ['notAfter', '2027-02-30', date],
    ['notAfter', '2027-01-31T25:00:00Z', date],
    ['notAfter', '2027-02-30T12:00:00Z', date],
    ['notAfter', '2027-01-31T12:00:00', date],
    ['notAfter', '2027-01-31T12:00:00.1234Z', date],
    ['notAfter', '2027-01-31T12:00:00Z (noon)', date],
  ])('%s: %j', (claim, value, problem, hint) => {
    expect(read(claim, value)).toStrictEqual(refused(`${JSON.stringify(value)} ${problem}`, hint));
  });

  test('and one that is too long to be meant, without a word of advice', () => {
    expect(read('owner', a(1024))).toEqual({ ok: true, value: a(1024) });
    expect(read('owner', a(1025)).ok).toBe(false);
    expect(read('workflow', `${a(1030)}.yml`)).toStrictEqual(refused(`"${a(78)}… ${workflow}`));
  });
});

test.each<[Claim, unknown, unknown?]>([
  ['repository', 'acme/.github'],
  ['repositoryId', 7, '7'],
  ['repositoryId', Number.MAX_SAFE_INTEGER, `${Number.MAX_SAFE_INTEGER}`],
  ['ownerId', '9'.repeat(19)],
  ['issuer', githubIssuer],
  ['issuer', `${githubIssuer}/acme`],
  ['runner', 'self-hosted'],
  ['tagMatchesVersion', true],
  ['notBefore', '2027-01-31', new Date('2027-01-31T00:00:00.000Z')],
  ['notAfter', '2027-01-31', new Date('2027-01-31T23:59:59.999Z')],
  ['notAfter', '2027-01-31T12:00:00Z', new Date('2027-01-31T12:00:00Z')],
  ['notAfter', '2027-01-31T12:00:00.1Z', new Date('2027-01-31T12:00:00.100Z')],
  ['notAfter', '2027-01-31T12:00:00.123Z', new Date('2027-01-31T12:00:00.123Z')],
])('%s: %j is understood', (claim, value, meant = value) => {
  expect(read(claim, value)).toEqual({ ok: true, value: meant });
});

test.each([
  ['2027-01-31', true],
  ['2028-02-29', true],
  ['2027-02-29', false],
  ['2027-01', false],
  ['2027', false],
  ['2027-1-31', false],
  ['+012027-01-31', false],
  ['2027-01-31T00', false],
  ['', false],
])('"%s" is a day: %s', (text, outcome) => {
  expect(isDay(text)).toBe(outcome);
});

test('a value is shown whole up to 80 characters', () => {
  expect(show(a(78))).toBe(`"${a(78)}"`);
  expect(show(a(79))).toBe(`"${a(78)}…`);
  expect(show(undefined)).toBe('undefined');
});

test.each([
  ['2026-07-03T08:41:59.999Z', false],
  ['2026-07-03T08:42:00Z', true],
  ['2026-08-04T23:59:59Z', true],
  ['2026-08-05T00:00:00Z', false],
])('the outage at %s: %s', (moment, outcome) => {
  expect(duringOutage(new Date(moment))).toBe(outcome);
});
