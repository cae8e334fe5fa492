import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsrVerifyError } from '../../src/model/error.ts';
import { isPackageName, isScope } from '../../src/model/package.ts';
import { parseSpec, parseSpecFor } from '../../src/registry/spec.ts';

function refusal(text: string): { readonly message: string; readonly hint: string } {
  try {
    parseSpec(text);
  } catch (error) {
    if (!(error instanceof JsrVerifyError)) throw error;
    expect(error.code).toBe('SPEC_INVALID');
    return { message: error.message, hint: error.hint ?? '' };
  }
  throw new Error(`${text} was understood`);
}

describe('every spelling of a package is understood', () => {
  it.each([
    ['@std/path', '*'],
    ['@std/path@latest', '*'],
    ['@std/path@*', '*'],
    ['@std/path@1.0.8', '1.0.8'],
    ['@std/path@^1', '^1'],
    ['@std/path@1', '1'],
    ['@std/path@>=1.0.0 <2', '>=1.0.0 <2'],
    ['@std/path@1.0.0-rc.1', '1.0.0-rc.1'],
    ['jsr:@std/path', '*'],
    ['jsr:@std/path@^1', '^1'],
    ['jsr:/@std/path@^1', '^1'],
    ['npm:@jsr/std__path', '*'],
    ['npm:@jsr/std__path@^1', '^1'],
    ['@jsr/std__path', '*'],
    ['@jsr/std__path@1.0.8', '1.0.8'],
    ['pkg:jsr/@std/path@1.0.8', '1.0.8'],
    ['pkg:jsr/%40std/path@1.0.8', '1.0.8'],
    ['pkg:jsr/@std/path', '*'],
    ['pkg:jsr/@std/path@1.0.0%2Bbuild.5', '1.0.0+build.5'],
    ['pkg:npm/%40jsr/std__path@1.0.8', '1.0.8'],
    ['pkg:npm/@jsr/std__path@1.0.8', '1.0.8'],
    ['pkg:npm/@jsr/std__path', '*'],
    ['jsr:@std/path@1.0.8/mod.ts', '1.0.8'],
    ['jsr:@std/path@^1/posix/join', '^1'],
    ['jsr:@std/path/posix', '*'],
    ['jsr:/@std/path@1.0.8/', '1.0.8'],
    ['npm:@jsr/std__path@1.0.8/posix', '1.0.8'],
    ['npm:/@jsr/std__path@1.0.8/posix', '1.0.8'],
    ['npm:@jsr/std__path/posix', '*'],
    ['https://jsr.io/@std/path', '*'],
    ['https://jsr.io/@std/path/', '*'],
    ['https://JSR.io:443/@std/path@1.0.8', '1.0.8'],
    ['https://jsr.io/%40std/path@1.0.8', '1.0.8'],
    ['https://jsr.io/@std/path@^1', '^1'],
    ['https://jsr.io/@std/path@1.0.8/doc/~/join#examples', '1.0.8'],
    ['https://jsr.io/@std/path/doc', '*'],
    ['https://jsr.io/@std/path/meta.json', '*'],
    ['https://jsr.io/@std/path/1.0.8/posix/mod.ts', '1.0.8'],
    ['https://jsr.io/@std/path/1.0.8_meta.json', '1.0.8'],
    ['  @std/path  ', '*'],
  ])('%s', (text, range) => {
    expect(parseSpec(text)).toEqual({ scope: 'std', name: 'path', range, text: text.trim() });
  });

  it('and an address of the registry that is asked', () => {
    const here = { registry: 'http://127.0.0.1:8000/jsr' };
    expect(parseSpecFor('http://127.0.0.1:8000/jsr/@std/path@1.0.8/mod.ts', here)).toMatchObject({
      scope: 'std',
      name: 'path',
      range: '1.0.8',
    });
    expect(parseSpecFor('https://jsr.io/@std/path', here)).toMatchObject({ scope: 'std', name: 'path' });
    for (const other of [
      'http://127.0.0.1:8000/@std/path',
      'http://127.0.0.1:8000/jsr2/@std/path',
      'http://127.0.0.1:8001/jsr/@std/path',
    ])
      expect(() => parseSpecFor(other, here), other).toThrow(
        'is not the address of a package in the registry',
      );
  });

  it('a name on npm is split at its first two underscores', () => {
    expect(parseSpec('@jsr/luca__cases')).toMatchObject({ scope: 'luca', name: 'cases' });
  });
});

describe('anything else is refused with a fact and a hint', () => {
  it.each([
    ['std/path', 'is not @scope/name', 'did you mean @std/path'],
    ['std/path@1', 'is not @scope/name', 'did you mean @std/path@1'],
    ['path', 'is not @scope/name', 'a spec is @scope/name'],
    ['', 'is not @scope/name', 'a spec is @scope/name'],
    ['@', 'is not @scope/name', 'a spec is'],
    ['@std', 'is not @scope/name', 'a spec is'],
    ['@std/', 'has the name ""', 'names have 2 to 58'],
    ['@/path', 'has the scope ""', '2 to 20'],
    ['@std/path@', 'ends with an @ and no version', 'remove the @'],
    ['@std/path@1/posix', 'names a path inside the package', 'remove the path'],
    ['@std/path/posix', 'is not @scope/name', 'a spec is'],
    ['pkg:jsr/@std/path@1.0.8/mod.ts', 'names a path inside the package', 'remove the path'],
    ['pkg:jsr/@std/path@1.0.8?arch=x', 'is not a semver range', 'try'],
    ['jsr:@std/../etc', 'has the name ".."', '2 to 58'],
    ['@std/path@newest', 'asks for "newest", which is not a semver range', 'try an exact version'],
    ['@Std/path', 'has the scope "Std", which JSR does not allow', 'names are lower case: std'],
    ['@std/Path', 'has the name "Path"', 'names are lower case: path'],
    ['@s/path', 'has the scope "s"', '2 to 20'],
    [`@${'s'.repeat(21)}/path`, 'has the scope', '2 to 20'],
    ['@std/p', 'has the name "p"', '2 to 58'],
    [`@std/${'p'.repeat(59)}`, 'has the name', '2 to 58'],
    ['@-std/path', 'has the scope "-std"', 'single dashes'],
    ['@std/pa--th', 'has the name "pa--th"', 'single dashes'],
    ['@std/path_x', 'has the name "path_x"', '2 to 58'],
    ['@std/../etc', 'is not @scope/name', 'a spec is'],
    ['@std/..', 'has the name ".."', '2 to 58'],
    ['npm:react', 'is an npm package, not a JSR one', 'npm:@jsr/scope__name'],
    ['npm:@std/path', 'is an npm package, not a JSR one', 'npm:@jsr/scope__name'],
    ['@jsr/path', 'is not the npm name of a JSR package', '@jsr/scope__name'],
    ['@jsr/__path', 'is not the npm name of a JSR package', '@jsr/scope__name'],
    ['https://jsr.io/@std', 'has the name ""', '2 to 58'],
    ['https://jsr.io/@std/path@', 'ends with an @ and no version', 'remove the @'],
    ['https://jsr.io/@std/path@1@2', 'asks for "1@2"', 'try'],
    ['https://jsr.io/@std/path/1.0.x.y/mod.ts', 'asks for "1.0.x.y"', 'try'],
    ['https://jsr.io/@std%2Fpath', 'has the scope "std/path"', '2 to 20'],
    ['pkg:npm/react@1', 'is not @scope/name', 'pkg:npm/@jsr/scope__name'],
    ['pkg:npm/%40jsr/path', 'is not the npm name of a JSR package', '@jsr/scope__name'],
    ['pkg:npm/@std/path@1', 'is not @scope/name', 'a spec is'],
    ['@std/path@1.0.0\n@evil', 'not a semver range', 'try'],
  ])('%j', (text, message, hint) => {
    const refused = refusal(text);
    expect(refused.message).toContain(message);
    expect(refused.hint).toContain(hint);
  });

  it.each([
    'http://jsr.io/@std/path',
    'https://jsr.io',
    'https://jsr.io/std/path',
    'https://jsr.io//@std/path',
    'https://jsr.io/@std/path@1.0.8?v=1.0.7',
    'https://jsr.io/@std/%E0%A4%A',
    'https://me@jsr.io/@std/path',
    'https://jsr.io:8443/@std/path',
    'https://jsr.io.evil.example/@std/path',
    'https://esm.sh/jsr/@std/path@1.0.8',
    'https://npm.jsr.io/~/11/@jsr/std__path/1.0.8.tgz',
    'https:',
  ])('the address %s', (text) => {
    const { message, hint } = refusal(text);
    expect(message).toContain('is not the address of a package in the registry');
    expect(hint).toContain('or https://jsr.io/@scope/name');
  });

  it('and never echoed at any length', () => {
    expect(refusal(`@std/${'x'.repeat(100_000)}`).message.length).toBeLessThan(100);
  });

  it('and never with characters that steer a terminal', () => {
    const { message } = refusal('@std/\u001B[31mpath');
    expect(message).not.toContain('\u001B');
  });
});

describe('whatever is typed', () => {
  it('is either refused in words or a package that JSR would allow', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.stringMatching(
            /^(jsr:|npm:|pkg:jsr\/|pkg:npm\/|https:\/\/jsr\.io\/)?@?[a-z0-9_-]{0,25}\/?[a-zA-Z0-9_./-]{0,60}(@[\^~0-9.x<>= *-]{0,20})?$/,
          ),
        ),
        (text) => {
          try {
            const { scope, name, range } = parseSpec(text);
            expect(isScope(scope) && isPackageName(name) && range !== '').toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(JsrVerifyError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is understood in linear time', () => {
    const begun = performance.now();
    for (const text of [
      `@${'a-'.repeat(240)}/b`,
      `@aa/${'a-'.repeat(240)}!`,
      `@aa/bb@${'1.'.repeat(240)}`,
      `@aa/bb@${'<1 '.repeat(160)}`,
    ])
      try {
        parseSpec(text);
      } catch (error) {
        expect(error).toBeInstanceOf(JsrVerifyError);
      }
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
