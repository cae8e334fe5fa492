import { describe, expect, test } from 'vitest';
import { relocks } from '../../src/diff/relock.ts';
import { type Sha256, toSha256 } from '../../src/model/package.ts';
import type { Locked, Occurrence } from '../../src/model/target.ts';

function digest(one: string): Sha256 {
  const made = toSha256(one.repeat(64));
  if (made === undefined) throw new Error(`${one} is no digit`);
  return made;
}
const manifest = (one: string): Locked => ({ kind: 'manifest', digest: digest(one) });
const sri = (one: string) => `sha512-${one.repeat(86)}==`;
const at = (revision: number) => `https://npm.jsr.io/~/${revision}/@jsr/acme__pkg/1.0.0.tgz`;
const tarball = (integrity: string, url?: string): Locked => ({
  kind: 'tarball',
  integrity,
  ...(url !== undefined && { url }),
});
const tar = (integrity: string, url: string): Locked => ({ kind: 'tarball', integrity, of: 'tar', url });
const nothing: Locked = { kind: 'nothing', why: 'a workspace' };

const mentions = (list: readonly Locked[]): readonly Occurrence[] =>
  list.map((locked) => ({ at: { file: 'a.lock', line: 1 }, locked, dependents: [] }));

describe('what the same version is locked to', () => {
  test.each<[string, readonly Locked[], readonly Locked[], readonly string[]]>([
    ['the same manifest', [manifest('a')], [manifest('a')], []],
    ['another manifest', [manifest('a')], [manifest('b')], ['digest']],
    ['another manifest beside the old one', [manifest('a')], [manifest('a'), manifest('b')], ['digest']],
    ['one of two manifests', [manifest('a'), manifest('b')], [manifest('b')], []],
    ['the lockfile of another tool', [manifest('a')], [manifest('a'), tarball(sri('a'), at(11))], []],
    ['only that of another tool', [manifest('a')], [tarball(sri('a'), at(11))], []],
    ['other bytes at the same address', [tarball(sri('a'), at(11))], [tarball(sri('b'), at(11))], ['digest']],
    ['other bytes without an address', [tarball(sri('a'))], [tarball(sri('b'))], ['digest']],
    ['other bytes, the address dropped', [tarball(sri('a'), at(11))], [tarball(sri('b'))], ['digest']],
    ['other bytes, an address added', [tarball(sri('a'))], [tarball(sri('b'), at(11))], ['digest']],
    [
      'the tar where the tarball was locked',
      [tarball(sri('a'), at(11))],
      [tar(sri('a'), at(11))],
      ['digest'],
    ],
    ['the same tar', [tar(sri('a'), at(11))], [tar(sri('a'), at(11))], []],
    ['another tar', [tar(sri('a'), at(11))], [tar(sri('b'), at(11))], ['digest']],
    ['the next revision', [tarball(sri('a'), at(10))], [tarball(sri('b'), at(11))], ['revision']],
    ['the same bytes elsewhere', [tarball(sri('a'), at(10))], [tarball(sri('a'), at(11))], []],
    [
      'the bytes of one revision at another',
      [tarball(sri('a'), at(10)), tarball(sri('b'), at(11))],
      [tarball(sri('a'), at(11))],
      ['digest'],
    ],
    ['the same with a fragment', [tarball(sri('a'), `${at(11)}#AB`)], [tarball(sri('a'), at(11))], []],
    [
      'other bytes behind another fragment',
      [tarball(sri('a'), `${at(11)}#AB`)],
      [tarball(sri('b'), `${at(11)}#CD`)],
      ['digest'],
    ],
    [
      'a second digest that would do as well',
      [tarball(sri('b'), at(11))],
      [tarball(`${sri('a')} ${sri('b')}`, at(11))],
      ['digest'],
    ],
    [
      'a weaker digest dropped',
      [tarball(`sha1-${'A'.repeat(27)}= ${sri('a')}`, at(11))],
      [tarball(sri('a'), at(11))],
      [],
    ],
    ['nothing any more', [tarball(sri('a'), at(11))], [nothing], ['unlocked']],
    ['something at last', [nothing], [manifest('a')], []],
    ['nothing, still', [nothing], [nothing], []],
    [
      'the worst first',
      [manifest('a'), tarball(sri('a'), at(10))],
      [tarball(sri('b'), at(11)), manifest('b')],
      ['digest', 'revision'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(relocks(mentions(before), mentions(after)).map(({ how }) => how)).toEqual(expected);
  });
});
