import { describe, expect, it } from 'vitest';
import { checkSourceMap } from '../../src/npm/sourcemap.ts';

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
    ['with a second source', { sources: ['./mod.ts', './b.ts'] }, /only source/],
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
