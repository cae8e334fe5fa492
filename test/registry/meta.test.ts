import { describe, expect, it } from 'vitest';
import { chooseVersion, exactVersion, type PackageMeta, parseMeta, toLink } from '../../src/registry/meta.ts';
import { parseSpec } from '../../src/registry/spec.ts';

const parse = (value: unknown) =>
  parseMeta(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

function metaOf(versions: Readonly<Record<string, object>>): PackageMeta {
  const parsed = parse({ scope: 'a', name: 'b', versions });
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.value;
}

function choose(range: string, ...versions: readonly string[]) {
  const yanked = Object.fromEntries(
    versions.map((text) => [text.replace(/^-/, ''), text.startsWith('-') ? { yanked: true } : {}]),
  );
  const choice = chooseVersion(parseSpec(`@acme/widget@${range}`), metaOf(yanked));
  return choice.kind === 'chosen' ? choice.package.version : choice;
}

describe('the list of versions', () => {
  it('is read with all that is said of a version', () => {
    const { versions, linked } = metaOf({
      '1.0.0': { createdAt: '2026-08-01T10:00:00.191487057Z' },
      '0.9.0': { yanked: true },
    });
    expect(versions.get('1.0.0')).toEqual({
      yanked: false,
      publishedAt: new Date('2026-08-01T10:00:00.191Z'),
    });
    expect(versions.get('0.9.0')).toEqual({ yanked: true });
    expect(linked).toBeUndefined();
  });

  it('may lack whatever old documents lack', () => {
    expect(parse({ versions: { '1.0.0': {} } })).toMatchObject({ ok: true });
    expect(parse({ scope: 'a', name: 'b', latest: null, versions: {} })).toMatchObject({ ok: true });
  });

  it('passes over what is no version, and what says nothing', () => {
    const { versions } = metaOf({ '1.0.0': {}, latest: {}, '1.0': {}, 'v1.0.1': {}, '../evil': {} });
    expect([...versions.keys()]).toEqual(['1.0.0']);
    expect(parse({ versions: { '1.0.0': null } })).toMatchObject({ value: { versions: new Map() } });
  });

  it.each([
    ['yanked: "true"', { yanked: 'true' }],
    ['yanked: 1', { yanked: 1 }],
    ['yanked: null', { yanked: null }],
  ])('takes %s for not yanked: only true is true', (_, about) => {
    expect(metaOf({ '1.0.0': about }).versions.get('1.0.0')?.yanked).toBe(false);
  });

  it.each([
    ['a date that is none', 'yesterday'],
    ['a number', 7],
    ['a story', `2026-01-01${' '.repeat(1000)}`],
  ])('takes %s for no date', (_, createdAt) => {
    expect(metaOf({ '1.0.0': { createdAt } }).versions.get('1.0.0')).toEqual({ yanked: false });
  });

  it.each([
    ['no JSON', '<html>', /is not JSON/],
    ['a key twice', '{"versions":{"1.0.0":{"yanked":true},"1.0.0":{}}}', /duplicate key "1.0.0"/],
    ['no versions', {}, /lists no versions/],
    ['a list of versions', { versions: ['1.0.0'] }, /lists no versions/],
    ['null', 'null', /lists no versions/],
  ])('of %s is no answer', (_, value, why) => {
    const parsed = parse(value);
    expect(parsed.ok ? 'accepted' : parsed.why).toMatch(why);
  });

  it.each([
    [
      { owner: 'acme', name: 'widget' },
      { owner: 'acme', name: 'widget' },
    ],
    [
      { owner: 'acme', name: 'widget', id: 7 },
      { owner: 'acme', name: 'widget', id: '7' },
    ],
    [
      { owner: 'acme', name: 'widget', id: '7' },
      { owner: 'acme', name: 'widget' },
    ],
    [
      { owner: 'acme', name: 'widget', id: 1e300 },
      { owner: 'acme', name: 'widget' },
    ],
    [{ owner: 'acme' }, undefined],
    [null, undefined],
    ['acme/widget', undefined],
  ])('links %j as %j', (value, expected) => {
    expect(toLink(value)).toEqual(expected);
  });
});

describe('a version is chosen as Deno chooses it', () => {
  it.each([
    ['*', ['1.0.0', '1.10.0', '1.9.0'], '1.10.0'],
    ['^1', ['1.0.0', '1.2.0', '2.0.0'], '1.2.0'],
    ['~1.2', ['1.2.0', '1.2.9', '1.3.0'], '1.2.9'],
    ['*', ['1.0.0', '-2.0.0'], '1.0.0'],
    ['^1', ['1.0.0', '1.1.0-rc.1'], '1.0.0'],
    ['^1.1.0-rc.0', ['1.0.0', '1.1.0-rc.1'], '1.1.0-rc.1'],
    ['1.1.0-rc.1', ['1.0.0', '1.1.0-rc.1'], '1.1.0-rc.1'],
    ['2.0.0', ['1.0.0', '-2.0.0'], '2.0.0'],
    ['=2.0.0', ['1.0.0', '-2.0.0'], '2.0.0'],
    ['1.0.0+build.5', ['1.0.0+build.5'], '1.0.0+build.5'],
    ['1.0.0+build.5', ['1.0.0+build.4', '1.0.0+build.5'], '1.0.0+build.5'],
  ] as const)('%s of %j is %s', (range, versions, expected) => {
    expect(choose(range, ...versions)).toBe(expected);
  });

  it.each([
    ['3.0.0', ['1.0.0', '2.0.0'], 'there is no version 3.0.0', 'newest is 2.0.0'],
    ['^3', ['1.0.0'], 'no version satisfies ^3', 'newest is 1.0.0'],
    ['*', [], 'there are no versions', undefined],
    ['*', ['-1.0.0', '-2.0.0'], 'every version is yanked', 'name an exact version to check a yanked one'],
    ['*', ['1.0.0-rc.1', '1.0.0-rc.2'], 'there are only prereleases', 'name one: @acme/widget@1.0.0-rc.2'],
    ['^1', ['-1.0.0', '2.0.0'], 'no version satisfies ^1', 'newest is 2.0.0'],
    [
      '^9',
      ['1.1.0', '-1.2.0', '1.1.1-rc.1', '2.0.0-rc.1'],
      'no version satisfies ^9',
      'newest is 1.1.0 (2.0.0-rc.1 is a prerelease)',
    ],
    ['9.0.0', ['1.1.0', '1.1.0-rc.1'], 'there is no version 9.0.0', 'newest is 1.1.0'],
    ['9.0.0', ['1.0.0-rc.1'], 'there is no version 9.0.0', 'newest is 1.0.0-rc.1'],
  ] as const)('%s of %j is none, with a reason', (range, versions, reason, hint) => {
    expect(choose(range, ...versions)).toEqual({ kind: 'none', reason, ...(hint && { hint }) });
  });

  it('an exact version that the list does not have is never made up', () => {
    expect(choose('1.0.0+build.5', '1.0.0')).toMatchObject({
      reason: 'there is no version 1.0.0+build.5',
    });
    expect(choose('1.0.0', '1.0.0+build.5')).toMatchObject({ reason: 'there is no version 1.0.0' });
  });
});

describe('an exact version', () => {
  it.each([
    ['1.0.8', '1.0.8'],
    ['=1.0.8', '1.0.8'],
    ['v1.0.8', '1.0.8'],
    ['1.0.0-rc.1', '1.0.0-rc.1'],
    ['1.0.0+build.5', '1.0.0+build.5'],
    ['1', undefined],
    ['1.0', undefined],
    ['^1.0.8', undefined],
    ['1.0.8 || 1.0.9', undefined],
    ['*', undefined],
  ])('of %s is %s', (range, expected) => {
    expect(exactVersion(range)).toBe(expected);
  });
});
