import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cells, hang, wrap } from '../../src/report/words/lines.ts';
import { toLinks } from '../../src/report/words/links.ts';
import { expectedBy, toOrigin } from '../../src/report/words/origin.ts';
import { byRepository } from '../../src/report/words/summary.ts';
import { toUtc } from '../../src/report/words/time.ts';
import { aContext, anUnattested, aProvenance, aVerified } from './sample.ts';

describe('lines', () => {
  it('count wide characters twice and combining ones not at all', () => {
    expect(cells('abc')).toBe(3);
    expect(cells('標準')).toBe(4);
    expect(cells('👍')).toBe(2);
    expect(cells('e\u0301')).toBe(1);
  });

  it('are never wider than the room, and lose no word', () => {
    const text = fc
      .array(fc.stringMatching(/^[a-z標👍-]{1,50}$/u), { maxLength: 20 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 60 }), (words, width) => {
        const lines = wrap(words, width);
        expect(lines.every((line) => cells(line) <= width)).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.replaceAll(' ', ''));
      }),
    );
  });

  it('keep an address whole', () => {
    const address = `https://jsr.io/${'x'.repeat(90)}`;
    expect(wrap(`see ${address} for more`, 40)).toEqual(['see', address, 'for more']);
  });

  it('hang under what they begin with', () => {
    expect(hang('  hint: ', 'one two three four five six', 28)).toEqual([
      '  hint: one two three four',
      '        five six',
    ]);
  });
});

describe('origins', () => {
  const pkg = { scope: 'acme', name: 'widget', version: '1.2.3' };
  const origin = (identity: Parameters<typeof aProvenance>[2]) =>
    toOrigin({ provenance: aProvenance(pkg, 'acme/widget', identity) });

  it('take the path of the workflow out of its address, though the ref holds an @', () => {
    const ref = 'refs/tags/@acme/widget@1.2.3';
    const uri = `https://github.com/acme/widget/.github/workflows/publish.yml@${ref}`;
    expect(origin({ buildConfigURI: uri, sourceRepositoryRef: ref })?.workflow).toBe(
      '.github/workflows/publish.yml',
    );
  });

  it('name the signer only where it is another workflow', () => {
    expect(origin({})?.signer).toBeUndefined();
    expect(
      origin({ buildSignerURI: 'https://github.com/ci/ci/.github/workflows/r.yml@refs/heads/main' })?.signer,
    ).toBe('https://github.com/ci/ci/.github/workflows/r.yml@refs/heads/main');
  });

  it('are unknown where the chain does not hold', () => {
    expect(toOrigin(anUnattested())).toBeUndefined();
    expect(byRepository([anUnattested()])).toEqual([]);
  });

  it('say who expected them', () => {
    expect(expectedBy(aVerified())).toBe('registry link (acme/widget)');
    expect(expectedBy({ ...aVerified(), expectation: 'flag', expectedFlags: ['--repo', '--ref'] })).toBe(
      'command line (--repo, --ref)',
    );
    expect(expectedBy({ ...aVerified(), expectation: 'none' })).toBe(
      'no expected publisher is known; any identity would have passed',
    );
  });

  it('link to nothing that is not what it says', () => {
    const links = (identity: Parameters<typeof aProvenance>[2]) =>
      toLinks({ package: pkg }, origin(identity), aContext());
    expect(links({ sourceRepositoryURI: 'https://github.com/acme/widget?x=/commit/' })).toMatchObject({
      repository: undefined,
      commit: undefined,
      workflow: undefined,
    });
    expect(links({ sourceRepositoryDigest: '../../evil/evil' }).commit).toBeUndefined();
    expect(links({ runInvocationURI: 'javascript:alert(1)' }).run).toBeUndefined();
    const climbing = 'https://github.com/acme/widget/../../evil/x@refs/tags/1.2.3';
    expect(links({ buildConfigURI: climbing }).workflow).toBeUndefined();
  });
});

describe('moments', () => {
  it('are written in UTC to the second, and not at all where four digits do not do', () => {
    expect(toUtc(new Date('2026-06-01T12:00:00.789Z'))).toBe('2026-06-01T12:00:00Z');
    expect(toUtc(new Date(Number.NaN))).toBeUndefined();
    expect(toUtc(new Date(8.64e15))).toBeUndefined();
    expect(toUtc(new Date(-8.64e15))).toBeUndefined();
  });
});
