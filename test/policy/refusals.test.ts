import { describe, expect, test } from 'vitest';
import { JsrVerifyError } from '../../src/model/error.ts';
import type { Policy } from '../../src/model/policy.ts';
import { parsePolicy } from '../../src/policy/parse/parse.ts';

/** Every line that is told, the hint last; nothing when the policy was accepted. */
function told(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  try {
    parsePolicy(text, { file: 'p.json', read: (path) => files[path] });
    return [];
  } catch (error) {
    if (!(error instanceof JsrVerifyError)) throw error;
    return [...error.message.split('\n'), ...(error.hint === undefined ? [] : [error.hint])];
  }
}

const cases: readonly (readonly [string, string, readonly string[]])[] = [
  ['a schema that is no text', '{ "$schema": 7 }', ['p.json:1:14: 7 is not a string']],
  [
    'an unknown key',
    '{ "plugins": [] }',
    [
      'p.json:1:3: unknown key "plugins"',
      'known keys are $schema, extends, provenance, rules, packages, exemptions, overrides',
    ],
  ],
  [
    'an override of no path at all',
    '{ "overrides": { "": {} } }',
    ['p.json:1:22: "" is not a path', 'write the path of a lockfile from here'],
  ],
  [
    'an override of two lines',
    '{ "overrides": { "deno\\nlock": {} } }',
    ['p.json:1:32: "deno\\nlock" is not a path', 'write the path of a lockfile from here'],
  ],
  [
    'a URL as the path of an override',
    '{ "overrides": { "https://example.com/deno.lock": {} } }',
    [
      'p.json:1:51: "https://example.com/deno.lock" is not a relative path',
      'write the path of a lockfile from here',
    ],
  ],
  [
    'a URL to extend',
    '{ "extends": "https://example.com/p.json" }',
    [
      'p.json:1:14: "https://example.com/p.json" is not a relative path',
      'only a file beside this one can be extended',
    ],
  ],
  [
    'a path of two lines to extend',
    '{ "extends": "a\\nb" }',
    ['p.json:1:14: "a\\nb" is not a path', 'only a file beside this one can be extended'],
  ],
  [
    'two problems, of which the second has a hint',
    '{ "provenance": true, "rules": { "yankd": "off" } }',
    [
      'p.json:1:17: true is not one of required, optional',
      'p.json:1:43: there is no rule "yankd"',
      'did you mean "yanked"?',
    ],
  ],
  [
    'half a file, whatever else is wrong in it',
    '{ "colour": 1, "rules": {',
    ['p.json:1:26: close brace expected', 'p.json:1:26: close brace expected'],
  ],
  ['a comma too few', '{ "rules": {} "packages": {} }', ['p.json:1:15: comma expected']],
  ['an empty file', '', ['p.json:1:1: value expected']],
  ['a value in the first column', '\n[]', ['p.json:2:1: this array is not an object']],
  [
    'a key behind an empty line',
    '\n{ "colour": 1 }',
    [
      'p.json:2:3: unknown key "colour"',
      'known keys are $schema, extends, provenance, rules, packages, exemptions, overrides',
    ],
  ],
  [
    'a rule that nothing resembles',
    '{ "rules": { "no-left-handed-authors": "off" } }',
    ['p.json:1:40: there is no rule "no-left-handed-authors"', 'run `jsr-verify explain` for a list'],
  ],
  [
    'a check as a rule',
    '{ "rules": { "signature": "off" } }',
    ['p.json:1:27: "signature" is a check, not a rule', 'a check has no severity and cannot be exempted'],
  ],
  [
    'a rule that is switched by a list',
    '{ "rules": { "yanked": [] } }',
    ['p.json:1:24: this array is not one of error, warning, note, off'],
  ],
  [
    'an entry that is a text',
    '{ "packages": { "*": "denoland/std" } }',
    ['p.json:1:22: "denoland/std" is not an object'],
  ],
  [
    'an entry with a misspelt claim only',
    '{ "packages": { "*": { "repositry": "a/b" } } }',
    ['p.json:1:24: unknown key "repositry"', 'did you mean "repository"?'],
  ],
  [
    'an entry that says nothing',
    '{ "packages": { "*": { "versions": "^1" } } }',
    [
      'p.json:1:22: this entry has no condition',
      'name at least one of repository, repositoryId, owner, ownerId, workflow, ref, commit, event, runner, issuer, visibility, tagMatchesVersion, notBefore, notAfter',
    ],
  ],
  [
    'an empty list of alternatives',
    '{ "packages": { "*": [] } }',
    ['p.json:1:22: the list is empty', 'take the package out'],
  ],
  [
    'a pin whose provenance is optional',
    '{ "packages": { "*": { "owner": "a", "provenance": "optional" } } }',
    [
      'p.json:1:52: a pin implies provenance, so it cannot be optional here',
      'add a separate entry for the versions without provenance, with "versions" and "provenance" only',
    ],
  ],
  [
    'a claim that is a list',
    '{ "packages": { "*": { "owner": ["a"] } } }',
    ['p.json:1:33: this array is not a valid value for "owner"'],
  ],
  [
    'words in front of a package',
    '{ "packages": { "jsr:@std/path": { "owner": "a" } } }',
    [
      'p.json:1:34: "jsr:@std/path" names no package',
      'write @scope/name, @scope/* or *; versions go into "versions"',
    ],
  ],
  [
    'a path behind a package',
    '{ "packages": { "@std/path/posix": { "owner": "a" } } }',
    [
      'p.json:1:36: "@std/path/posix" names no package',
      'write @scope/name, @scope/* or *; versions go into "versions"',
    ],
  ],
  [
    'a package without @, with a version',
    '{ "packages": { "std/path@1": { "owner": "a" } } }',
    [
      'p.json:1:31: "std/path@1" names no package',
      'write @scope/name, @scope/* or *; versions go into "versions"',
    ],
  ],
  [
    'a star inside a name',
    '{ "packages": { "@std/pa*": { "owner": "a" } } }',
    [
      'p.json:1:29: "@std/pa*" names no package',
      'write @scope/name, @scope/* or *; versions go into "versions"',
    ],
  ],
  [
    'upper case and a prefix',
    '{ "packages": { "npm:@Std/path": { "owner": "a" } } }',
    [
      'p.json:1:34: "npm:@Std/path" names no package',
      'write @scope/name, @scope/* or *; versions go into "versions"',
    ],
  ],
  [
    'upper case and a version',
    '{ "packages": { "@Std/path@1": { "owner": "a" } } }',
    [
      'p.json:1:32: "@Std/path@1" names no package',
      'write @scope/name, @scope/* or *; versions go into "versions"',
    ],
  ],
  [
    'upper case',
    '{ "packages": { "@Std/Path": { "owner": "a" } } }',
    ['p.json:1:30: "@Std/Path" names no package', 'did you mean "@std/path"?'],
  ],
  [
    'a range that is none',
    '{ "packages": { "*": { "owner": "a", "versions": "newest" } } }',
    ['p.json:1:50: "newest" is not a range of versions', 'write it like 1.2.3, ^1.2.0 or <2.0.0'],
  ],
  [
    'bounds the wrong way round',
    '{ "packages": { "*": { "notBefore": "2027-01-02", "notAfter": "2027-01-01" } } }',
    ['p.json:1:22: "notBefore" is later than "notAfter", so nothing can match'],
  ],
  ['exemptions that are an object', '{ "exemptions": {} }', ['p.json:1:17: this object is not a list']],
  [
    'an exemption that is a text',
    '{ "exemptions": ["@std/path"] }',
    ['p.json:1:18: "@std/path" is not an object'],
  ],
  [
    'an exemption that says nothing',
    '{ "exemptions": [{}] }',
    [
      'p.json:1:18: an exemption needs "package"',
      'p.json:1:18: an exemption needs "rule"',
      'p.json:1:18: an exemption needs "reason"',
      'p.json:1:18: an exemption needs "until"',
      'name the package: @scope/name, @scope/* or *',
    ],
  ],
  [
    'an exemption for no package',
    '{ "exemptions": [{ "package": "std/path", "rule": "yanked", "reason": "x", "until": "2027-01-31" }] }',
    ['p.json:1:31: "std/path" names no package', 'did you mean "@std/path"?'],
  ],
  [
    'an exemption from an unknown rule',
    '{ "exemptions": [{ "package": "*", "rule": "yankd", "reason": "x", "until": "2027-01-31" }] }',
    ['p.json:1:44: there is no rule "yankd"', 'did you mean "yanked"?'],
  ],
  [
    'an exemption until no day',
    '{ "exemptions": [{ "package": "*", "rule": "yanked", "reason": "x", "until": "31 January" }] }',
    ['p.json:1:78: "31 January" is not a day', 'write it like 2027-01-31'],
  ],
  [
    'an exemption of versions that are none',
    '{ "exemptions": [{ "package": "*", "versions": "newest", "rule": "yanked", "reason": "x", "until": "2027-01-31" }] }',
    ['p.json:1:48: "newest" is not a range of versions', 'write it like 1.2.3, ^1.2.0 or <2.0.0'],
  ],
];

describe('word by word, with the place and no word more', () => {
  test.each(cases)('%s', (_, text, lines) => {
    expect(told(text)).toEqual(lines);
  });
});

describe('extending another file', () => {
  test('in a circle names the circle', () => {
    const files = { 'a.json': '{ "extends": "b/b.json" }', 'b/b.json': '{ "extends": "../a.json" }' };
    expect(told('{ "extends": "a.json" }', files)).toEqual([
      'b/b.json:1:14: "../a.json" extends this file again',
      'the cycle is p.json → a.json → b/b.json → a.json',
    ]);
  });

  test('that cannot be read says so once', () => {
    const read = () => {
      throw new Error('permission denied');
    };
    expect(() => parsePolicy('{ "extends": "a.json" }', { file: 'p.json', read })).toThrow(
      /^p\.json:1:14: a\.json cannot be read: permission denied$/,
    );
  });

  test.each([
    [8, []],
    [9, ['7.json:1:14: more than 8 files extend each other']],
  ])('through %i files', (length, lines) => {
    const files = Object.fromEntries(
      Array.from({ length }, (_, index) => [
        `${index}.json`,
        index === length - 1 ? '{}' : `{ "extends": "${index + 1}.json" }`,
      ]),
    );
    expect(told('{ "extends": "0.json" }', files)).toEqual(lines);
  });

  test('beside a file with a path of Windows', () => {
    const asked: string[] = [];
    const read = (path: string) => {
      asked.push(path);
      return '{}';
    };
    parsePolicy('{ "extends": "base.json" }', { file: 'C:\\project\\ours\\p.json', read });
    expect(asked).toEqual(['C:/project/ours/base.json']);
  });

  test('with a colon in its path, which makes no URL of it', () => {
    expect(told('{ "extends": "./a:b.json" }', { 'a:b.json': '{}' })).toEqual([]);
  });
});

describe('bounds of a policy file', () => {
  const deep = (open: string, close: string, depth: number) =>
    `${open.repeat(depth - 1)}[]${close.repeat(depth - 1)}`;
  const tooDeep = (column: number) => [`p.json:1:${column}: the file is nested too deeply`];
  const path = (length: number) => `{ "overrides": { "${'d'.repeat(length)}": {} } }`;

  test.each<[string, string, readonly string[]]>([
    ['more than 4,000,000 characters', `{}${' '.repeat(3_999_999)}`, ['p.json:1:1: the file is too large']],
    ['lists 32 deep', deep('[', ']', 32), ['p.json:1:1: this array is not an object']],
    ['lists 33 deep', deep('[', ']', 33), tooDeep(33)],
    ['objects 33 deep', deep('{"a":', '}', 33), tooDeep(161)],
    ['forty lists side by side', `[${'[],'.repeat(40)}[]]`, ['p.json:1:1: this array is not an object']],
    ['forty objects side by side', `[${'{},'.repeat(40)}{}]`, ['p.json:1:1: this array is not an object']],
    ['a path of 4096 characters', path(4096), []],
  ])('%s', (_, text, lines) => {
    expect(told(text)).toEqual(lines);
  });

  test('a path of 4097 characters', () => {
    expect(told(path(4097))[0]).toMatch(/^p\.json:1:4119: "d{78}… is not a path$/);
  });

  test.each([
    [256, true],
    [257, false],
  ])('a range of %i characters', (length, isRead) => {
    const range = `${'1.0.0 || '.repeat(27)}${' '.repeat(length - 248)}2.0.0`;
    const text = JSON.stringify({ packages: { '*': { owner: 'a', versions: range } } });
    expect(range).toHaveLength(length);
    expect(told(text).length === 0).toBe(isRead);
  });
});

test('what is not written is not there, and what is written is all there', () => {
  const read = (path: string) =>
    ({ 'base.json': '{ "overrides": { "deno.lock": {}, "b.lock": {} } }' })[path];
  const policy: Policy = parsePolicy(
    `{ "extends": "base.json",
"packages": { "@std/path": { "owner": "a" }, "@std/fs": { "versions": "1.0.8", "provenance": "optional" } },
"exemptions": [
  { "package": "@std/fs", "versions": "1.0.8", "rule": "yanked", "reason": "x", "until": "2027-01-31" },
  { "package": "*", "rule": "yanked", "reason": "y", "until": "2027-01-31" }
],
"overrides": { "deno.lock": { "rules": { "yanked": "off" } }, "c.lock": {} } }`,
    { file: 'p.json', read },
  );
  const { packages, exemptions, overrides } = policy;
  const at = (line: number, column: number) => ({ file: 'p.json', line, column });
  const about = { rule: 'yanked', until: '2027-01-31' };
  expect({ packages, exemptions, overrides }).toStrictEqual({
    packages: [
      { pattern: '@std/path', expect: [{ owner: 'a' }], at: at(2, 28) },
      { pattern: '@std/fs', versions: '1.0.8', provenance: 'optional', expect: [], at: at(2, 57) },
    ],
    exemptions: [
      { package: '@std/fs', versions: '1.0.8', ...about, reason: 'x', at: at(4, 3) },
      { package: '*', ...about, reason: 'y', at: at(5, 3) },
    ],
    overrides: [
      { lockfile: 'deno.lock', rules: { yanked: 'off' }, packages: [] },
      { lockfile: 'c.lock', rules: {}, packages: [] },
      { lockfile: 'b.lock', rules: {}, packages: [] },
    ],
  });
});

test('two bounds at the same moment leave that moment', () => {
  const moment = '2027-01-01T12:00:00Z';
  expect(told(JSON.stringify({ packages: { '*': { notBefore: moment, notAfter: moment } } }))).toEqual([]);
});
