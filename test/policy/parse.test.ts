import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { policySchema } from '../../scripts/build/policy-schema.ts';
import { JsrVerifyError } from '../../src/model/error.ts';
import type { Policy } from '../../src/model/policy.ts';
import { claimReaders } from '../../src/policy/parse/claim.ts';
import { parsePolicy } from '../../src/policy/parse/parse.ts';
import { isAboutLockfiles, rules } from '../../src/policy/rules/index.ts';

const file = 'jsr-verify.jsonc';
const parse = (text: string, files: Readonly<Record<string, string>> = {}): Policy =>
  parsePolicy(text, { file, read: (path) => files[path] });

/** The message and hint of the refusal; a policy that is accepted is an error of the test. */
function refusal(text: string, files: Readonly<Record<string, string>> = {}): string {
  try {
    parse(text, files);
  } catch (error) {
    if (!(error instanceof JsrVerifyError)) throw error;
    expect(error.code).toBe('POLICY_INVALID');
    return `${error.message}\n${error.hint ?? ''}`;
  }
  throw new Error('the policy was accepted');
}

const schema = (await policySchema(join(import.meta.dirname, '../..'))) as {
  readonly definitions: {
    readonly exemptibleRule: { readonly enum: readonly string[] };
    readonly rules: { readonly properties: Readonly<Record<string, { readonly description: string }>> };
    readonly package: { readonly properties: Readonly<Record<string, unknown>> };
  };
};

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
const accordingToSchema = ajv.compile(schema);

/** Policies that every reader must accept. */
const good: Readonly<Record<string, unknown>> = {
  'nothing at all': {},
  'a schema for the editor': { $schema: './node_modules/jsr-verify/dist/policy.schema.json' },
  'optional provenance': { provenance: 'optional' },
  'severities of every rule': { rules: Object.fromEntries(rules.map(({ id }) => [id, 'note'])) },
  'a rule that is off': { rules: { yanked: 'off', unpinned: 'error' } },
  'a pin': { packages: { '@std/path': { repository: 'denoland/std' } } },
  'a pin of everything': {
    packages: {
      '@std/*': {
        versions: '^1.0.0',
        provenance: 'required',
        repository: 'denoland/std',
        repositoryId: '622233573',
        owner: 'denoland',
        ownerId: 42048915,
        workflow: '.github/workflows/workspace_publish.yml',
        ref: 'refs/tags/release-*',
        commit: 'c0'.repeat(20),
        event: 'release',
        runner: 'github-hosted',
        issuer: 'https://token.actions.githubusercontent.com/acme',
        visibility: 'public',
        tagMatchesVersion: true,
        notBefore: '2024-03-01',
        notAfter: '2027-01-31T12:00:00Z',
      },
    },
  },
  alternatives: { packages: { '*': [{ owner: 'denoland' }, { owner: 'acme', versions: '<2.0.0' }] } },
  'versions that may go without': {
    packages: { '@std/path': { versions: '1.0.8', provenance: 'optional' } },
  },
  'a workflow with a space': {
    packages: { '*': { owner: 'acme', workflow: '.github/workflows/my publish.yml' } },
  },
  'any ref': { packages: { '*': { owner: 'acme', ref: '*' } } },
  'a sha-256 commit': { packages: { '*': { owner: 'acme', commit: 'c0'.repeat(32) } } },
  'an exemption': {
    exemptions: [
      {
        package: '@std/*',
        versions: '1.0.8',
        rule: 'require-provenance',
        reason: 'by hand',
        until: '2027-01-31',
      },
    ],
  },
  'overrides for a lockfile': {
    overrides: {
      'tools/deno.lock': {
        provenance: 'optional',
        rules: { unpinned: 'off' },
        packages: { '*': { owner: 'acme' } },
      },
    },
  },
  'an override that says nothing': { overrides: { '../deno.lock': {} } },
};

/** Policies that no reader may accept: `[what is wrong, the policy, what the message says]`. */
const bad: readonly (readonly [string, unknown, string])[] = [
  ['no object', [], 'this array is not an object'],
  ['null', null, 'is not an object'],
  ['an unknown key', { provenence: 'required' }, 'did you mean "provenance"?'],
  ['a key of another tool', { plugins: [] }, 'known keys are'],
  ['a wrong word', { provenance: 'Required' }, 'did you mean "required"?'],
  ['a wrong type', { provenance: true }, 'true is not one of'],
  ['rules as a list', { rules: [] }, 'is not an object'],
  ['an unknown rule', { rules: { 'require-provenence': 'off' } }, 'did you mean "require-provenance"?'],
  ['a check as a rule', { rules: { signature: 'off' } }, 'is a check, not a rule'],
  ['an inherited name as a rule', { rules: { constructor: 'off' } }, 'no rule "constructor"'],
  ['an unknown severity', { rules: { yanked: 'warn' } }, 'did you mean "warning"?'],
  ['packages as a list', { packages: [] }, 'is not an object'],
  ['a pattern without @', { packages: { 'std/path': { owner: 'a' } } }, 'did you mean "@std/path"?'],
  [
    'a pattern with a version',
    { packages: { '@std/path@1': { owner: 'a' } } },
    'versions go into "versions"',
  ],
  ['an upper-case pattern', { packages: { '@Std/path': { owner: 'a' } } }, 'did you mean "@std/path"?'],
  ['a star inside a name', { packages: { '@std/pa*': { owner: 'a' } } }, 'names no package'],
  ['a star as scope', { packages: { '@*/path': { owner: 'a' } } }, 'names no package'],
  ['a double star', { packages: { '**': { owner: 'a' } } }, 'names no package'],
  ['a scope of one letter', { packages: { '@s/path': { owner: 'a' } } }, 'names no package'],
  ['an empty pattern', { packages: { '': { owner: 'a' } } }, 'names no package'],
  ['an empty entry', { packages: { '*': {} } }, 'this entry has no condition'],
  ['versions only', { packages: { '*': { versions: '^1' } } }, 'this entry has no condition'],
  ['an empty list of alternatives', { packages: { '*': [] } }, 'the list is empty'],
  ['an entry that is a text', { packages: { '*': 'denoland/std' } }, 'is not an object'],
  ['an unknown claim', { packages: { '*': { repo: 'a/b' } } }, 'did you mean "repository"?'],
  ['a misspelt claim', { packages: { '*': { repositry: 'a/b' } } }, 'did you mean "repository"?'],
  ['a repository as URL', { packages: { '*': { repository: 'https://github.com/a/b' } } }, 'write a/b'],
  ['a repository without owner', { packages: { '*': { repository: 'std' } } }, 'is not owner/name'],
  ['a repository with a trailing slash', { packages: { '*': { repository: 'a/b/' } } }, 'is not owner/name'],
  ['a repository with a pattern', { packages: { '*': { repository: 'a/*' } } }, 'is not owner/name'],
  ['a repository that climbs', { packages: { '*': { repository: 'a/..' } } }, 'is not owner/name'],
  [
    'a repository with a confusable',
    { packages: { '*': { repository: '\u0430cme/b' } } },
    'is not owner/name',
  ],
  [
    'a repository as object',
    { packages: { '*': { repository: {} } } },
    'is not a valid value for "repository"',
  ],
  ['an id of zero', { packages: { '*': { repositoryId: 0 } } }, 'not a GitHub id'],
  ['an id with a fraction', { packages: { '*': { repositoryId: 1.5 } } }, 'not a GitHub id'],
  ['an id that is a name', { packages: { '*': { ownerId: 'denoland' } } }, 'not a GitHub id'],
  ['an id with a zero in front', { packages: { '*': { ownerId: '01' } } }, 'not a GitHub id'],
  [
    'a bare workflow',
    { packages: { '*': { workflow: 'publish.yml' } } },
    'write .github/workflows/publish.yml',
  ],
  ['a workflow elsewhere', { packages: { '*': { workflow: 'ci/publish.yml' } } }, 'is not a path like'],
  ['a short ref', { packages: { '*': { ref: 'main' } } }, 'write refs/heads/main or refs/tags/main'],
  ['a star inside a ref', { packages: { '*': { ref: 'refs/*/main' } } }, '* allowed at its end only'],
  ['two stars', { packages: { '*': { ref: 'refs/heads/**' } } }, '* allowed at its end only'],
  ['a short commit', { packages: { '*': { commit: 'c0ffee0' } } }, '40 or 64'],
  ['an event with a dash', { packages: { '*': { event: 'workflow-run' } } }, 'name of a GitHub event'],
  ['an unknown runner', { packages: { '*': { runner: 'ubuntu-latest' } } }, 'not one of github-hosted'],
  ['an unknown visibility', { packages: { '*': { visibility: 'hidden' } } }, 'not one of public'],
  ['another issuer', { packages: { '*': { issuer: 'https://gitlab.com' } } }, 'is not a supported issuer'],
  [
    'an issuer with a suffix',
    { packages: { '*': { issuer: 'https://token.actions.githubusercontent.com.evil' } } },
    'is not a supported issuer',
  ],
  ['a tag rule that is false', { packages: { '*': { tagMatchesVersion: false } } }, 'leave the key out'],
  ['a date that is a word', { packages: { '*': { owner: 'a', notBefore: 'yesterday' } } }, 'not a date'],
  ['a day that does not exist', { packages: { '*': { owner: 'a', notAfter: '2026-02-30' } } }, 'not a date'],
  [
    'a month that does not exist',
    { packages: { '*': { owner: 'a', notAfter: '2026-13-01' } } },
    'not a date',
  ],
  [
    'an hour that does not exist',
    { packages: { '*': { owner: 'a', notAfter: '2026-01-01T25:00:00Z' } } },
    'not a date',
  ],
  [
    'a local time',
    { packages: { '*': { owner: 'a', notAfter: '2026-01-01T10:00:00+02:00' } } },
    'not a date',
  ],
  [
    'a pin with optional provenance',
    { packages: { '*': { owner: 'a', provenance: 'optional' } } },
    'a pin implies',
  ],
  ['a blank range', { packages: { '*': { owner: 'a', versions: ' ' } } }, 'is not a string'],
  ['exemptions as an object', { exemptions: {} }, 'is not a list'],
  [
    'an exemption without reason',
    { exemptions: [{ package: '*', rule: 'yanked', until: '2027-01-31' }] },
    'needs "reason"',
  ],
  [
    'an exemption with a blank reason',
    { exemptions: [{ package: '*', rule: 'yanked', reason: '  ', until: '2027-01-31' }] },
    'is not a string',
  ],
  [
    'an exemption without end',
    { exemptions: [{ package: '*', rule: 'yanked', reason: 'x' }] },
    'needs "until"',
  ],
  [
    'an exemption until never',
    { exemptions: [{ package: '*', rule: 'yanked', reason: 'x', until: 'never' }] },
    'is not a day',
  ],
  [
    'an exemption until a day that does not exist',
    { exemptions: [{ package: '*', rule: 'yanked', reason: 'x', until: '2027-02-29' }] },
    'is not a day',
  ],
  [
    'an exemption from a check',
    { exemptions: [{ package: '*', rule: 'signature', reason: 'x', until: '2027-01-31' }] },
    'is a check, not a rule',
  ],
  ['an exemption that is a text', { exemptions: ['@std/path'] }, 'is not an object'],
  [
    'an exemption from a rule that is not about a package',
    { exemptions: [{ package: '*', rule: 'uncompared-lockfile', reason: 'x', until: '2027-01-31' }] },
    'so it cannot be exempted',
  ],
  ['a URL to extend', { extends: 'https://example.com/policy.json' }, 'not a relative path'],
  ['a file URL to extend', { extends: 'file:///etc/policy.json' }, 'not a relative path'],
  ['an absolute path to extend', { extends: '/etc/policy.json' }, 'not a relative path'],
  ['a Windows path to extend', { extends: 'C:\\policy.json' }, 'not a relative path'],
  ['a share to extend', { extends: '\\\\host\\policy.json' }, 'not a relative path'],
  ['a list to extend', { extends: ['base.json'] }, 'is not a string'],
  ['an override with exemptions', { overrides: { 'deno.lock': { exemptions: [] } } }, 'unknown key'],
  ['an override of an absolute path', { overrides: { '/deno.lock': {} } }, 'not a relative path'],
  ['an override that is a list', { overrides: { 'deno.lock': [] } }, 'is not an object'],
];

/** What JSON Schema cannot see; the reader refuses it all the same. */
const beyondSchema: readonly (readonly [string, string, string])[] = [
  ['a key twice', '{ "provenance": "required", "provenance": "optional" }', 'duplicate key "provenance"'],
  ['a package twice', '{ "packages": { "*": { "owner": "a" }, "*": { "owner": "b" } } }', 'duplicate key'],
  ['a range that is none', '{ "packages": { "*": { "owner": "a", "versions": "newest" } } }', 'not a range'],
  [
    'bounds the wrong way round',
    '{ "packages": { "*": { "notBefore": "2027-01-02", "notAfter": "2027-01-01" } } }',
    'later than',
  ],
  [
    'one lockfile under two names',
    '{ "overrides": { "a/../deno.lock": {}, "deno.lock": {} } }',
    'has an override already',
  ],
];

describe('parser and schema', () => {
  test.each(Object.entries(good))('accept %s', (_, value) => {
    expect(() => parse(JSON.stringify(value))).not.toThrow();
    expect(accordingToSchema(value), JSON.stringify(accordingToSchema.errors)).toBe(true);
  });

  test.each(bad)('refuse %s', (_, value, words) => {
    expect(refusal(JSON.stringify(value))).toContain(words);
    expect(accordingToSchema(value)).toBe(false);
  });

  test.each(beyondSchema)('the parser refuses %s', (_, text, words) => {
    expect(refusal(text)).toContain(words);
  });

  test('know the same rules, with the same titles', () => {
    expect(schema.definitions.exemptibleRule.enum).toEqual(
      rules.map(({ id }) => id).filter((id) => !isAboutLockfiles(id)),
    );
    expect(Object.keys(schema.definitions.rules.properties)).toEqual(rules.map(({ id }) => id));
    for (const { id, title } of rules)
      expect(schema.definitions.rules.properties[id]?.description.toLowerCase()).toBe(
        `${title}.`.toLowerCase(),
      );
  });

  test('know the same claims', () => {
    const known = Object.keys(schema.definitions.package.properties).filter(
      (key) => key !== 'versions' && key !== 'provenance',
    );
    expect(known.sort()).toEqual(Object.keys(claimReaders).sort());
  });
});

describe('a policy is read as', () => {
  test('the default where it says nothing', () => {
    expect(parse('{}')).toEqual({
      provenance: 'required',
      rules: {},
      packages: [],
      exemptions: [],
      overrides: [],
      strict: false,
      file,
    });
  });

  test('JSON with comments, trailing commas and a byte order mark', () => {
    const text = '\uFEFF// ours\n{\n  /* why */ "rules": { "yanked": "off", },\n}\n';
    expect(parse(text).rules).toEqual({ yanked: 'off' });
  });

  test('entries with places, numbers as ids, days as moments', () => {
    const text = `{
  "packages": {
    "@std/path": [
      { "repositoryId": 7, "notAfter": "2027-01-31" },
      { "versions": "1.0.8", "provenance": "optional" }
    ]
  }
}`;
    expect(parse(text).packages).toEqual([
      {
        pattern: '@std/path',
        expect: [{ repositoryId: '7', notAfter: new Date('2027-01-31T23:59:59.999Z') }],
        at: { file, line: 4, column: 7 },
      },
      {
        pattern: '@std/path',
        versions: '1.0.8',
        provenance: 'optional',
        expect: [],
        at: { file, line: 5, column: 7 },
      },
    ]);
  });
});

describe('what is wrong is told', () => {
  test('with line and column', () => {
    expect(refusal('{\n  "rules": {\n    "yankd": "off"\n  }\n}')).toBe(
      'jsr-verify.jsonc:3:14: there is no rule "yankd"\ndid you mean "yanked"?',
    );
  });

  test('with line and column behind Windows line ends', () => {
    expect(refusal('{\r\n  "provenance": 1\r\n}')).toContain('jsr-verify.jsonc:2:17: ');
  });

  test('all at once', () => {
    expect(refusal('{ "a": 1, "rules": { "b": "off" }, "extends": 7 }').match(/jsonc:1:/g)).toHaveLength(3);
  });

  test('but no more than twenty times', () => {
    const rulesOfNothing = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`r${index}`, 'off']),
    );
    expect(refusal(JSON.stringify({ rules: rulesOfNothing })).match(/jsonc:/g)).toHaveLength(20);
  });

  test.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['a comment', '// to do'],
    ['half a file', '{ "rules": {'],
    ['two values', '{} {}'],
    ['single quotes', "{ 'rules': {} }"],
    ['conflict markers', '{\n<<<<<<< HEAD\n  "rules": {}\n=======\n>>>>>>> other\n}'],
    ['YAML', 'rules:\n  yanked: off\n'],
    ['HTML', '<!doctype html>'],
    ['a NUL', '{ \0 }'],
    ['nesting without end', '['.repeat(100_000)],
    ['objects without end', '{"a":'.repeat(100_000)],
    ['a key of a megabyte', `{ "${'k'.repeat(1_000_000)}": 1 }`],
    ['eight megabytes', ' '.repeat(8_000_000)],
  ])('for %s', (_, text) => {
    const message = refusal(text);
    expect(message).toMatch(/^jsr-verify\.jsonc:\d+:\d+: /);
    expect(message.length).toBeLessThan(4000);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'for the key %s, which is nothing special',
    (key) => {
      for (const text of [
        `{ "${key}": {} }`,
        `{ "rules": { "${key}": "off" } }`,
        `{ "packages": { "*": { "${key}": "x", "owner": "a" } } }`,
        `{ "packages": { "${key}": { "owner": "a" } } }`,
      ])
        expect(refusal(text)).toContain(key);
      expect(Object.prototype).not.toHaveProperty('owner');
    },
  );
});

describe('extends', () => {
  test('lays a file over another one', () => {
    const base = `{
      "provenance": "optional",
      "rules": { "yanked": "error", "unpinned": "off" },
      "packages": { "@std/path": { "owner": "old" }, "@std/fs": { "owner": "denoland" } },
      "exemptions": [{ "package": "*", "rule": "yanked", "reason": "base", "until": "2027-01-01" }],
      "overrides": { "deno.lock": { "rules": { "yanked": "note", "unpinned": "note" } } }
    }`;
    const policy = parse(
      `{
        "extends": "../shared/base.json",
        "rules": { "yanked": "note" },
        "packages": { "@std/path": { "owner": "new" } },
        "exemptions": [{ "package": "*", "rule": "unpinned", "reason": "own", "until": "2027-01-01" }],
        "overrides": { "../shared/deno.lock": { "rules": { "yanked": "off" } } }
      }`,
      { '../shared/base.json': base },
    );
    expect(policy.provenance).toBe('optional');
    expect(policy.rules).toEqual({ yanked: 'note', unpinned: 'off' });
    expect(policy.packages.map(({ pattern, expect: [one] }) => [pattern, one?.owner])).toEqual([
      ['@std/path', 'new'],
      ['@std/fs', 'denoland'],
    ]);
    expect(policy.exemptions.map(({ reason }) => reason)).toEqual(['own', 'base']);
    expect(policy.overrides).toEqual([
      { lockfile: '../shared/deno.lock', rules: { yanked: 'off', unpinned: 'note' }, packages: [] },
    ]);
  });

  test('reads paths from the folder of the file that names them', () => {
    const policy = parsePolicy('{ "extends": "a/base.json" }', {
      file: '/home/me/project/jsr-verify.json',
      read: (path) =>
        ({
          '/home/me/project/a/base.json': '{ "extends": "../b/base.json" }',
          '/home/me/project/b/base.json': '{ "provenance": "optional", "overrides": { "deno.lock": {} } }',
        })[path],
    });
    expect(policy.provenance).toBe('optional');
    expect(policy.overrides[0]?.lockfile).toBe('/home/me/project/b/deno.lock');
  });

  test('is refused in a circle', () => {
    expect(refusal(`{ "extends": "./x/../${file}" }`)).toContain('extends this file again');
    expect(
      refusal('{ "extends": "a.json" }', {
        'a.json': '{ "extends": "b.json" }',
        'b.json': '{ "extends": "a.json" }',
      }),
    ).toContain('b.json:1:14');
  });

  test('is refused without end', () => {
    const files = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`${index}.json`, `{ "extends": "${index + 1}.json" }`]),
    );
    expect(refusal('{ "extends": "0.json" }', files)).toContain('more than 8 files');
  });

  test('of a file that is not there, or cannot be read, is told where it is written', () => {
    expect(refusal('{\n "extends": "base.json" }')).toContain(
      'jsr-verify.jsonc:2:13: there is no file base.json',
    );
    expect(() =>
      parsePolicy('{ "extends": "base.json" }', {
        file,
        read: () => {
          throw new Error('permission denied');
        },
      }),
    ).toThrow('base.json cannot be read: permission denied');
    expect(() => parsePolicy('{ "extends": "base.json" }', { file })).toThrow('there is no file');
  });

  test('never hides what is wrong in the other file', () => {
    expect(refusal('{ "extends": "base.json" }', { 'base.json': '{ "rules": { "x": "off" } }' })).toContain(
      'base.json:1:',
    );
  });

  test('asks for nothing that is not a local path', () => {
    const asked: string[] = [];
    for (const path of ['https://evil.example/p.json', '//evil.example/p.json', '/etc/passwd', 'data:,{}'])
      expect(() =>
        parsePolicy(JSON.stringify({ extends: path }), {
          file,
          read: (one) => {
            asked.push(one);
            return '{}';
          },
        }),
      ).toThrow('not a relative path');
    expect(asked).toEqual([]);
  });
});
