import { readClientSettings, settingsFiles } from '../../src/lockfile/find/client-settings.ts';
import { readDenoProject } from '../../src/lockfile/find/deno-project.ts';
import { detect, formats, type LockfileFormatId, readLockfile } from '../../src/lockfile/lockfile.ts';
import { readJson } from '../../src/lockfile/text/json.ts';
import { TreeError } from '../../src/lockfile/text/value.ts';
import { readYaml } from '../../src/lockfile/text/yaml.ts';
import { parseRepository, parseWorkflow } from '../../src/model/claims.ts';
import { JsrVerifyError } from '../../src/model/error.ts';
import { parseRequirement } from '../../src/npm/tarball/specifiers.ts';
import { parsePolicy } from '../../src/policy/parse/parse.ts';
import { parseSpec } from '../../src/registry/spec.ts';
import { refusal } from '../../src/source/address.ts';
import { retryAfterMs } from '../../src/source/http/retry.ts';
import { tame } from '../../src/source/reason.ts';
import { fromBase64, parseJson, toInteger } from '../../src/wire/json.ts';
import { casesOf, publicRegistries } from '../lockfile/support.ts';
import { textFrom } from './inputs.ts';
import type { Parser } from './outcome.ts';

const buffers = (...texts: readonly string[]): readonly Buffer[] => texts.map((text) => Buffer.from(text));

const policy = `{
  // what we hold ourselves to
  "$schema": "./schema.json",
  "extends": "./base.json",
  "provenance": "required",
  "rules": { "yanked": "error", "unpinned": "off" },
  "packages": {
    "@std/path": { "repository": "denoland/std", "workflow": ".github/workflows/publish.yml", "ref": "refs/heads/*" },
    "@acme/*": [{ "versions": "^1.0.0", "repositoryId": 5, "notBefore": "2026-01-01" }, { "provenance": "optional", "versions": "<1.0.0" }],
  },
  "exemptions": [{ "package": "@old/thing", "versions": "<2", "rule": "yanked", "reason": "long story", "until": "2027-01-31" }],
  "overrides": { "legacy/deno.lock": { "provenance": "optional", "rules": {} } }
}`;

/** Everything that is read as text: what users type, lockfiles, policies, and the pieces that others are made of. */
export const textParsers: readonly Parser[] = [
  {
    name: 'JSON from outside',
    samples: buffers('{"a":[1,{"b":"c"}],"d":null}', '[{"a":{"b":[]}}]'),
    read: parseJson,
    examples: [
      '{"a":1,"\\u0061":2}',
      '{"__proto__":{"a":1}}',
      '\ufeff{}',
      `${'['.repeat(65)}${']'.repeat(65)}`,
    ],
  },
  {
    name: 'base64, integers, addresses and headers',
    samples: buffers(
      'QUJD',
      '18446744073709551615',
      'https://jsr.io/@std/path',
      'Wed, 21 Oct 2026 07:28:00 GMT',
      '120',
    ),
    read: (bytes) => {
      const text = textFrom(bytes);
      return [fromBase64(text), toInteger(text), refusal(text), retryAfterMs(text, 0), tame(text)];
    },
  },
  {
    name: 'package spec',
    samples: buffers(
      '@std/path@^1.0.0',
      'jsr:@std/path@1.0.8',
      'npm:@jsr/std__path@~1.2',
      'pkg:jsr/%40std/path@1.0.8',
      '@std/path@>=1.0.0-rc.1 <2 || 3.x',
    ),
    read: (bytes) => parseSpec(textFrom(bytes)),
    throws: ['SPEC_INVALID'],
    examples: ['https://jsr.io/@std/path@1.0.0', 'std/path', 'npm:@jsr/std_path'],
  },
  {
    name: 'requirement in a module',
    samples: buffers('jsr:@std/path@^1/posix', 'npm:@types/node@20/fs', 'jsr:/@std/path'),
    read: (bytes) => parseRequirement(textFrom(bytes)),
  },
  {
    name: 'repository and workflow in a certificate',
    samples: buffers(
      'https://github.com/acme/widget',
      'https://github.com/acme/widget/.github/workflows/publish.yml@refs/tags/v1@2',
    ),
    read: (bytes) => [parseRepository(textFrom(bytes)), parseWorkflow(textFrom(bytes))],
  },
  ...formats.map(lockfile),
  {
    name: 'lockfile of unknown format',
    samples: formats.flatMap(({ id }) => smallest(id, 1)),
    read: (bytes) => [
      detect('some.lock', textFrom(bytes)),
      readLockfile('some.lock', textFrom(bytes), publicRegistries),
    ],
    throws: ['LOCKFILE_INVALID', 'LOCKFILE_UNSUPPORTED'],
  },
  {
    name: 'JSON with places',
    samples: buffers('{"a": [1, "b"], "d": {"e": null}}'),
    read: (bytes) => [readJson, relaxedJson].map((read) => treeOrRefusal(() => read(textFrom(bytes)))),
    examples: ['{"a": [1, "b"], // c\n "d": {},}', '{"a":1,"\\u0061":2}'],
  },
  {
    name: 'YAML with places',
    samples: buffers('a:\n  - b: c\n    d: [e, {f: g}]\n"h": |\n  i\n? j\n: k\n---\nl: m\n'),
    read: (bytes) => treeOrRefusal(() => readYaml(textFrom(bytes))),
    examples: ['a: &b c\nd: *b\n', '__proto__: a\n', 'a: 1\n"a": 2\n'],
  },
  {
    name: 'deno.json',
    samples: buffers(
      '{ "lock": { "path": "./other.lock", "frozen": true }, "workspace": ["./a", "b/*"] }',
      '{"lock": false}',
    ),
    read: (bytes) => readDenoProject('deno.json', textFrom(bytes)),
    throws: ['LOCKFILE_INVALID'],
  },
  {
    name: 'settings of clients',
    samples: buffers(
      '; npm\npackage-lock = "false" ; off\nlockfile-dir=locks\nmerge-git-branch-lockfiles-branch-pattern[]=main\n',
      'lockfileDir: ../locks\ngitBranchLockfile: true\nmergeGitBranchLockfilesBranchPattern: [main, "release*"]\n',
      'lockfileFilename: other.lock\nenableImmutableInstalls: false\n',
      '"--install.no-lockfile" true\n',
      '[install.lockfile]\nsave = false\npath = "x.lock" # y\n',
    ),
    read: (bytes) => settingsFiles.map((name) => readClientSettings(name, textFrom(bytes))),
    examples: [`a = ${'['.repeat(5000)}`, '[__proto__]\nlockfile = 1', 'install.lockfile.save = 0'],
  },
  {
    name: 'policy',
    samples: buffers(policy),
    // What it extends is another text of the same kind, or the file itself.
    read: (bytes) =>
      ['{ "rules": { "yanked": "note" }, "overrides": { "legacy/deno.lock": {} } }', textFrom(bytes)].map(
        (base) => policyOrRefusal(textFrom(bytes), base),
      ),
    examples: [
      '{"extends":"./jsr-verify.json"}',
      '{"rules":{"__proto__":"off"}}',
      '{"packages":{"__proto__":{}}}',
    ],
  },
];

function lockfile({ id, fileNames: [name] }: (typeof formats)[number]): Parser {
  return {
    name: `lockfile of ${id}`,
    samples: smallest(id, 6),
    read: (bytes) => readLockfile(name, textFrom(bytes), { ...publicRegistries, format: id }),
    throws: ['LOCKFILE_INVALID', 'LOCKFILE_UNSUPPORTED'],
  };
}

// Mutants of small files differ in what matters more often.
function smallest(id: LockfileFormatId, count: number): readonly Buffer[] {
  return casesOf(id)
    .filter(({ text, expected }) => text.length > 200 && !JSON.stringify(expected).startsWith('{"code"'))
    .toSorted((a, b) => a.text.length - b.text.length)
    .slice(0, count)
    .map(({ text }) => Buffer.from(text));
}

function policyOrRefusal(text: string, base: string): unknown {
  try {
    return parsePolicy(text, {
      file: 'jsr-verify.json',
      read: (path) => (path === 'base.json' ? base : undefined),
    });
  } catch (error) {
    if (error instanceof JsrVerifyError && error.code === 'POLICY_INVALID') return error;
    throw error;
  }
}

const relaxedJson = (text: string) => readJson(text, { relaxed: true });

function treeOrRefusal(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof TreeError) return error;
    throw error;
  }
}
