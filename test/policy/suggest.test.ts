import { describe, expect, test } from 'vitest';
import { nearest } from '../../src/policy/parse/suggest.ts';

const claims = ['repositoryId', 'repository', 'ownerId', 'owner', 'versions', 'notBefore', 'notAfter'];

describe('the word that was probably meant', () => {
  test.each<[string, readonly string[], string | undefined]>([
    ['repo', claims, 'repository'],
    ['ver', claims, 'versions'],
    ['OWNER', claims, 'owner'],
    ['repositry', claims, 'repository'],
    ['sitory', claims, undefined],
    ['not', claims, undefined],
    ['ab', ['abcdefgh'], undefined],
    ['er', ['owner'], undefined],
    ['ner', ['owner'], 'owner'],
    ['ownerxy', ['owner'], 'owner'],
    ['ownerxyz', ['owner'], undefined],
    ['off', ['of'], 'of'],
    ['all', ['api'], undefined],
    ['apo', ['api'], 'api'],
    ['abcdefxxx', ['abcdefghi'], 'abcdefghi'],
    ['abcdexxxx', ['abcdefghi'], undefined],
    ['xour', ['four', 'hour'], 'four'],
    ['hepl', ['repo', 'help'], 'help'],
    ['HEPL', ['repo', 'Help'], 'Help'],
    ['a'.repeat(64), ['a'.repeat(63)], 'a'.repeat(63)],
    ['a'.repeat(65), ['a'.repeat(64)], undefined],
  ])('for %s', (written, known, meant) => {
    expect(nearest(written, known)).toBe(meant);
  });
});
