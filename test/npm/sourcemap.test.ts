import { describe, expect, it } from 'vitest';
import { checkSourceMap } from '../../src/npm/tarball/sourcemap.ts';

const fields = {
  version: 3,
  file: 'mod.js',
  sources: ['./mod.ts'],
  names: [] as unknown[],
  mappings: 'AAAA,OAAO;AACP',
};

function check(change: object | string) {
  const text = typeof change === 'string' ? change : JSON.stringify({ ...fields, ...change });
  return checkSourceMap({
    text,
    name: 'mod.js',
    from: './mod.ts',
    source: 'let a = 1\nlet b',
    emitted: 'let aaaaaaaa\nb',
  });
}

describe('a source map', () => {
  it('that JSR writes is accepted, also of a module that compiles to nothing', () => {
    expect(check({})).toEqual({ same: true });
    expect(check({ sources: [], mappings: '' })).toEqual({ same: true });
    expect(check({ names: ['let', 'b'], mappings: 'AAAAA,GAAGC' })).toEqual({ same: true });
    // A segment that leads nowhere, and the ends of both lines.
    expect(check({ mappings: 'A,YAAS' })).toEqual({ same: true });
  });

  const refused: readonly (readonly [string, object | string, RegExp])[] = [
    ['that is no JSON', '{', /not a JSON object/],
    ['that is a list', '[]', /not a JSON object/],
    ['with a key twice', JSON.stringify(fields).replace('{', '{"version":2,'), /not a JSON object/],
    ['of another version', { version: 4 }, /version 3/],
    ['of another file', { file: 'x.js' }, /not about mod\.js/],
    ['with a source root', { sourceRoot: 'https://evil.test' }, /field "sourceRoot"/],
    ['with sections', { sections: [] }, /field "sections"/],
    ['with source text', { sourcesContent: ['evil()'] }, /field "sourcesContent"/],
    ['that is nothing', 'null', /^is not a JSON object$/],
    ['that is a text', '"x"', /^is not a JSON object$/],
    ['with sources that are one text', { sources: './mod.ts' }, /^has malformed fields$/],
    ['with names that are one text', { names: 'let' }, /^has malformed fields$/],
    ['with mappings in a list', { mappings: ['AAAA'] }, /^has malformed fields$/],
    ['without mappings', { mappings: undefined }, /^has malformed fields$/],
    ['with a second source', { sources: ['./mod.ts', './b.ts'] }, /only source/],
    ['with its source twice', { sources: ['./mod.ts', './mod.ts'] }, /only source/],
    ['with a name that is a number of its source', { names: [1] }, /name that its source has not/],
    ['with an empty place of a name', { names: [null] }, /name that its source has not/],
    ['with a column before its line', { mappings: 'DAAA' }, /^maps line 1 to a place that does not exist$/],
    ['with a source before the first', { mappings: 'ADAA' }, /^maps line 1 to a place that does not exist$/],
    ['with a line before its source', { mappings: 'AADA' }, /^maps line 1 to a place that does not exist$/],
    [
      'with a column before a line of its source',
      { mappings: ';AAAD' },
      /^maps line 2 to a place that does not exist$/,
    ],
    [
      'with a name before the first',
      { names: ['let'], mappings: 'AAAAD' },
      /^maps line 1 to a place that does not exist$/,
    ],
    [
      'with a name behind the last',
      { names: ['let'], mappings: 'AAAAC' },
      /^maps line 1 to a place that does not exist$/,
    ],
    [
      'with a place in a source it has not',
      { sources: [], mappings: 'AAAA' },
      /^maps line 1 to a place that does not exist$/,
    ],
    ['with a source elsewhere', { sources: ['https://evil.test/mod.ts'] }, /only source/],
    ['with a name its source has not', { names: ['evil'] }, /name that its source has not/],
    ['with mappings of another alphabet', { mappings: 'AA*A' }, /alphabet/],
    ['with mappings cut short', { mappings: 'AAAg' }, /do not decode/],
    ['with mappings that are not written the short way', { mappings: 'AAAAgA' }, /./],
    ['with a second source in its mappings', { mappings: 'ACAA' }, /does not exist/],
    ['with a line behind the end of its source', { mappings: 'AAEA' }, /does not exist/],
    ['with a column behind the end of its line', { mappings: 'AAAK,MAAM' }, /does not exist/],
    ['with lines behind the end of its script', { mappings: ';;AAAA' }, /does not exist/],
    ['with a name that is not listed', { mappings: 'AAAAA' }, /does not exist/],
  ];
  it.each(refused)('%s is refused', (_, change, reason) => {
    const answer = check(change);
    expect(answer).toMatchObject({ same: false });
    if (!answer.same) expect(answer.reason).toMatch(reason);
  });
});
