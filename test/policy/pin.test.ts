import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/model/policy.ts';
import type { Identity } from '../../src/model/provenance.ts';
import type { PackageReport } from '../../src/model/report.ts';
import type { Assessment } from '../../src/policy/assessment.ts';
import { judge } from '../../src/policy/judge.ts';
import { parsePolicy } from '../../src/policy/parse/parse.ts';
import { pin } from '../../src/policy/pin/pin.ts';
import { PolicyDraft } from '../../src/policy/pin/pin-text.ts';
import {
  assess,
  assessAbsent,
  builtBy,
  checks,
  identity,
  now,
  policy,
  provenance,
  registryClaims,
  report,
  reportOf,
} from './assessments.ts';

const file = 'jsr-verify.json';
const issuer = 'https://token.actions.githubusercontent.com';

/** `@scope/name@version`, built by `who` in the repository that the registry links. */
function built(text: string, who: Identity): Assessment {
  const [, scope = '', name = '', version = ''] = /^@(.+)\/(.+)@(.+)$/.exec(text) ?? [];
  const [, owner = '', repository = ''] =
    /^https:\/\/github\.com\/(.+)\/(.+)$/.exec(who.sourceRepositoryURI ?? '') ?? [];
  const about = { scope, name, version };
  return assess({
    package: about,
    provenance: provenance(who, { package: about }),
    registryClaims: { ...registryClaims, linked: { owner, name: repository } },
  });
}

const unattested = (text: string): Assessment => {
  const [, scope = '', name = '', version = ''] = /^@(.+)\/(.+)@(.+)$/.exec(text) ?? [];
  return assessAbsent({ package: { scope, name, version } });
};

const std = builtBy('denoland', 'std', { id: '7', ownerId: '8', workflow: 'publish.yml' });
const tagged = builtBy('denoland', 'std', { id: '7', ownerId: '8', ref: 'refs/tags/release-1' });
const hono = builtBy('honojs', 'hono', {
  id: '17',
  ownerId: '18',
  ref: 'refs/tags/v4.0.0',
  event: 'release',
});

function pinned(inputs: readonly Assessment[], text?: string, under: Policy = policy()) {
  return pin(report(inputs.map((input) => reportOf(input, under))), text, { file });
}

const verdicts = (inputs: readonly Assessment[], text: string) =>
  inputs.map((input) => judge(input, parsePolicy(text, { file }), now).verdict.kind);

describe('the first pin', () => {
  test('writes repository, ids, workflow, event and runner, and the ref of a branch', () => {
    expect(pinned([built('@std/path@1.0.8', std)])).toEqual({
      text: `{
  "packages": {
    "@std/path": {
      "repository": "denoland/std",
      "repositoryId": "7",
      "ownerId": "8",
      "workflow": ".github/workflows/publish.yml",
      "event": "push",
      "runner": "github-hosted",
      "ref": "refs/heads/main"
    }
  }
}
`,
      changes: [
        {
          kind: 'added',
          pattern: '@std/path',
          packages: ['@std/path@1.0.8'],
          after: [
            {
              repository: 'denoland/std',
              repositoryId: '7',
              ownerId: '8',
              workflow: '.github/workflows/publish.yml',
              event: 'push',
              runner: 'github-hosted',
              ref: 'refs/heads/main',
            },
          ],
        },
      ],
      refused: [],
    });
  });

  test('leaves a tag out, since the next version has another one', () => {
    const { text } = pinned([built('@hono/hono@4.0.0', hono)]);
    expect(text).not.toContain('"ref"');
    expect(
      verdicts([built('@hono/hono@4.0.1', { ...hono, sourceRepositoryRef: 'refs/tags/v4.0.1' })], text),
    ).toEqual(['verified']);
  });

  test('names the issuer of an enterprise, and only that', () => {
    const who = { ...std, issuer: `${issuer}/deno` };
    const under = policy({
      packages: [{ pattern: '*', expect: [{ owner: 'denoland', issuer: who.issuer }] }],
    });
    const inputs = [built('@std/path@1.0.8', who)];
    const { text } = pinned(inputs, undefined, under);
    expect(text).toContain(`"issuer": "${issuer}/deno"`);
    expect(verdicts(inputs, text)).toEqual(['verified']);
    expect(pinned([built('@std/path@1.0.8', std)]).text).not.toContain('issuer');
  });

  test('groups a scope whose packages all agree', () => {
    const inputs = [
      built('@std/path@1.0.8', std),
      built('@std/fs@1.0.0', std),
      built('@hono/hono@4.0.0', hono),
    ];
    const { changes, text } = pinned(inputs);
    expect(changes.map(({ kind, pattern, packages }) => [kind, pattern, packages])).toEqual([
      ['added', '@hono/hono', ['@hono/hono@4.0.0']],
      ['added', '@std/*', ['@std/fs@1.0.0', '@std/path@1.0.8']],
    ]);
    expect(verdicts(inputs, text)).toEqual(['verified', 'verified', 'verified']);
  });

  test('does not group a scope whose packages differ', () => {
    const inputs = [
      built('@std/path@1.0.8', std),
      built('@std/fs@1.0.0', builtBy('denoland', 'fs', { id: '9' })),
    ];
    expect(pinned(inputs).changes.map(({ pattern }) => pattern)).toEqual(['@std/fs', '@std/path']);
  });

  test('does not speak for a scope of which a part is not verified', () => {
    const inputs = [
      built('@std/path@1.0.8', std),
      built('@std/fs@1.0.0', std),
      unattested('@std/yaml@1.0.0'),
    ];
    const { changes, refused, text } = pinned(inputs, undefined, policy({ provenance: 'optional' }));
    expect(changes.map(({ pattern }) => pattern)).toEqual(['@std/fs', '@std/path']);
    expect(refused).toEqual([{ purl: 'pkg:jsr/@std/yaml@1.0.0', reason: 'it has no attestation' }]);
    const optional = text.replace('{', '{ "provenance": "optional",');
    expect(verdicts(inputs, optional)).toEqual(['verified', 'verified', 'unattested']);
  });

  test('writes alternatives for versions that were built differently, without needless ones', () => {
    const inputs = [
      built('@std/path@1.0.7', builtBy('denoland', 'std', { id: '7', ownerId: '8', workflow: 'old.yml' })),
      built('@std/path@1.0.8', std),
      built('@std/path@1.0.9', tagged),
    ];
    const { changes, text } = pinned(inputs);
    // The alternative for the tag holds for the branch too, so the branch needs none of its own.
    expect(changes[0]?.after.map(({ workflow, ref }) => [workflow, ref])).toEqual([
      ['.github/workflows/old.yml', 'refs/heads/main'],
      ['.github/workflows/publish.yml', undefined],
    ]);
    expect(verdicts(inputs, text)).toEqual(['verified', 'verified', 'verified']);
  });
});

describe('nothing that is not verified is pinned', () => {
  test.each<[string, Assessment, string]>([
    ['unattested', unattested('@std/path@1.0.8'), 'it is rejected: no attestation'],
    [
      'rejected',
      {
        ...built('@std/path@1.0.8', std),
        checks: checks({ signature: { status: 'failed', reason: 'forged' } }),
      },
      'it is rejected: forged',
    ],
    [
      'inconclusive',
      {
        ...built('@std/path@1.0.8', std),
        checks: checks({ files: { status: 'unknown', why: 'no answer' } }),
      },
      'it is inconclusive: no answer',
    ],
  ])('%s', (_, input, reason) => {
    const { text, changes, refused } = pinned([input], '{}\n');
    expect(text).toBe('{}\n');
    expect(changes).toEqual([]);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toContain(reason);
  });

  test('exempt', () => {
    const under = policy({
      exemptions: [{ package: '*', rule: 'linked-repository', reason: 'moving', until: '2027-01-01' }],
    });
    const moved = {
      ...built('@std/path@1.0.8', std),
      registryClaims: { ...registryClaims, linked: { owner: 'x', name: 'y' } },
    };
    expect(pinned([moved], undefined, under)).toMatchObject({
      changes: [],
      refused: [{ reason: 'it is only exempt: moving' }],
    });
  });

  test('a package of which another version would then be rejected', () => {
    const inputs = [built('@std/path@1.0.7', std), unattested('@std/path@1.0.8')];
    const { changes, refused } = pinned(inputs, undefined, policy({ provenance: 'optional' }));
    expect(changes).toEqual([]);
    expect(refused.map(({ purl }) => purl)).toEqual(['pkg:jsr/@std/path@1.0.8', 'pkg:jsr/@std/path@1.0.7']);
    expect(refused[1]?.reason).toContain(
      '@std/path@1.0.8 is unattested, and a pin for the package would reject it',
    );
  });

  test('a version without provenance does not stand in the way once it has an entry of its own', () => {
    const text = `{
  "packages": { "@std/path": { "versions": "1.0.8", "provenance": "optional" } }
}
`;
    const inputs = [built('@std/path@1.0.7', std), unattested('@std/path@1.0.8')];
    const result = pinned(inputs, text, parsePolicy(text, { file }));
    expect(result.changes).toMatchObject([{ kind: 'added', pattern: '@std/path' }]);
    expect(verdicts(inputs, result.text)).toEqual(['verified', 'unattested']);
  });

  test('a claim that a policy file could not say exactly', () => {
    for (const change of [{ sourceRepositoryRef: 'refs/heads/*' }, { buildTrigger: 'push; rm -rf' }]) {
      const who = identity(change);
      const { changes, refused } = pinned([built('@acme/pkg@1.0.0', who)]);
      expect(changes).toEqual([]);
      expect(refused[0]?.reason).toContain('cannot be written into a policy file');
    }
  });
});

describe('a second run', () => {
  const inputs = [
    built('@std/path@1.0.8', std),
    built('@std/fs@1.0.0', std),
    built('@hono/hono@4.0.0', hono),
  ];

  test('changes nothing when nothing changed', () => {
    const { text } = pinned(inputs);
    expect(pinned(inputs, text)).toEqual({ text, changes: [], refused: [] });
  });

  test('leaves manual edits and comments as they are', () => {
    const text = `// who builds what we use
{
  "packages": {
    // Ben looked at these on Monday
    "@std/*": { "repositoryId": "7" /* std */, },
    "@hono/hono": [
      { "owner": "honojs", "ownerId": 18 }, // they release by hand
    ],
  },
}
`;
    expect(pinned(inputs, text)).toEqual({ text, changes: [], refused: [] });
  });

  test('adds what is new beside what is there, in the style that is there', () => {
    const text = `{
	"packages": {
		"@std/*": { "repositoryId": "7" } // std
		// more to come
	}, // packages
	"provenance": "required"
}
`;
    expect(pinned(inputs, text).text).toBe(`{
	"packages": {
		"@std/*": { "repositoryId": "7" }, // std
		// more to come
		"@hono/hono": {
			"repository": "honojs/hono",
			"repositoryId": "17",
			"ownerId": "18",
			"workflow": ".github/workflows/publish.yml",
			"event": "release",
			"runner": "github-hosted"
		}
	}, // packages
	"provenance": "required"
}
`);
  });

  test('keeps Windows line ends, a byte order mark and a file on one line', () => {
    for (const text of ['{\r\n  "rules": {\r\n  }\r\n}\r\n', '\uFEFF{ "rules": {} }', '{"rules":{}}']) {
      const result = pinned(inputs, text).text;
      expect(result.includes('\r\n')).toBe(text.includes('\r\n'));
      const bare = result.split('\n').slice(0, -1);
      expect(bare.some((line) => line.endsWith('\r'))).toBe(text.includes('\r\n'));
      expect(bare.every((line) => line.endsWith('\r'))).toBe(text.includes('\r\n'));
      expect(result.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'));
      expect(verdicts(inputs, result)).toEqual(['verified', 'verified', 'verified']);
    }
  });
});

describe('when the publisher moves', () => {
  const before = [built('@std/path@1.0.8', std), built('@std/fs@1.0.0', std)];
  const { text: file1 } = pinned(before);
  const moved = builtBy('newhome', 'std', { id: '77', ownerId: '88', workflow: 'publish.yml' });

  test('the pin is red, and pinning again is what turns it green', () => {
    const after = [built('@std/path@1.0.9', moved), built('@std/fs@1.0.0', moved)];
    expect(verdicts(after, file1)).toEqual(['rejected', 'rejected']);
    const { text, changes } = pinned(after, file1);
    expect(changes).toMatchObject([
      {
        kind: 'updated',
        pattern: '@std/*',
        before: { repository: 'denoland/std', repositoryId: '7' },
        after: [{ repository: 'newhome/std', repositoryId: '77' }],
      },
    ]);
    expect(verdicts(after, text)).toEqual(['verified', 'verified']);
    expect(verdicts(before, text)).toEqual(['rejected', 'rejected']);
    expect(text.split('\n')).toHaveLength(file1.split('\n').length);
  });

  test('only one package of the scope gets an entry of its own', () => {
    const after = [built('@std/path@1.0.9', moved), built('@std/fs@1.0.0', std)];
    const { text, changes } = pinned(after, file1);
    expect(changes).toMatchObject([{ kind: 'added', pattern: '@std/path' }]);
    expect(verdicts(after, text)).toEqual(['verified', 'verified']);
  });

  test('a version that is still in use keeps its publisher as an alternative', () => {
    const text = '{ "packages": { "@std/path": { "repositoryId": "7" /* old home */ } } }';
    const after = [built('@std/path@1.0.8', std), built('@std/path@1.0.9', moved)];
    const result = pinned(after, text);
    expect(result.changes).toMatchObject([{ kind: 'extended', pattern: '@std/path' }]);
    expect(result.text).toContain('/* old home */');
    expect(verdicts(after, result.text)).toEqual(['verified', 'verified']);
    expect(pinned(after, result.text).changes).toEqual([]);
  });

  test('keys that somebody left out stay out', () => {
    const text = '{\n  "packages": { "@std/path": { "repositoryId": "7", "event": "push" } }\n}\n';
    const result = pinned([built('@std/path@1.0.9', moved)], text);
    expect(result.text).toBe(text.replace('"7"', '"77"'));
  });

  test.each([
    '{ "packages": { "@std/path": { "repositoryId": "7", "tagMatchesVersion": true } } }',
    '{ "packages": { "*": { "notAfter": "2026-01-01" } } }',
    '{ "packages": { "@std/*": [{ "repositoryId": "7", "notBefore": "2027-01-01" }] } }',
  ])('a demand that only a person can drop is not dropped: %s', (text) => {
    const { changes, refused } = pinned([built('@std/path@1.0.9', std), built('@std/fs@1.0.0', std)], text);
    expect(changes.flatMap(({ pattern }) => pattern)).not.toContain('@std/path');
    expect(refused[refused.length - 1]?.reason).toMatch(/^the policy demands "/);
  });

  test('a name in new hands is not pinned again by a program', () => {
    const taken = builtBy('denoland', 'std', { id: '666', ownerId: '667', workflow: 'publish.yml' });
    const { changes, refused } = pinned([built('@std/path@1.0.9', taken)], file1);
    expect(changes).toEqual([]);
    expect(refused[0]?.reason).toContain('the same name now belongs to someone else');
  });

  test('an entry for some versions only is left to the one who wrote it', () => {
    const text = '{ "packages": { "@std/path": { "versions": "^1", "repositoryId": "7" } } }';
    const { changes, refused } = pinned([built('@std/path@1.0.9', moved)], text);
    expect(changes).toEqual([]);
    expect(refused[0]?.reason).toContain('edit it by hand');
  });
});

describe('a new name for the same repository', () => {
  const renamed = builtBy('denoland', 'library', { id: '7', ownerId: '8', workflow: 'publish.yml' });

  test('is written down in place', () => {
    const { text: before } = pinned([built('@std/path@1.0.8', std)]);
    const result = pinned([built('@std/path@1.0.9', renamed)], before);
    expect(result.text).toBe(before.replace('denoland/std', 'denoland/library'));
    expect(pinned([built('@std/path@1.0.9', renamed)], result.text).changes).toEqual([]);
  });
});

describe('pins of other files', () => {
  const base = '{ "packages": { "@std/*": { "repositoryId": "7" } } }';
  const origin = { file, read: (path: string) => (path === 'base.json' ? base : undefined) };
  const text = '{ "extends": "base.json" }';
  const run = (reports: readonly PackageReport[]) => pin(report(reports), text, origin);

  test('that hold are not repeated', () => {
    expect(run([reportOf(built('@std/path@1.0.8', std))])).toEqual({ text, changes: [], refused: [] });
  });

  test('that hold are not repeated beside what is new', () => {
    const { changes } = run([
      reportOf(built('@std/path@1.0.8', std)),
      reportOf(built('@hono/hono@4.0.0', hono)),
    ]);
    expect(changes.map(({ pattern }) => pattern)).toEqual(['@hono/hono']);
  });

  test('that do not hold are overruled here', () => {
    const moved = built('@std/path@1.0.9', builtBy('newhome', 'std'));
    const result = run([reportOf(moved)]);
    expect(result.changes).toMatchObject([{ kind: 'added', pattern: '@std/path' }]);
    expect(judge(moved, parsePolicy(result.text, origin), now).verdict.kind).toBe('verified');
  });
});

describe('the entry that is there', () => {
  const moved = builtBy('newhome', 'std', { id: '77', ownerId: '88', workflow: 'publish.yml' });

  test('is found behind alternatives that only speak about provenance', () => {
    const text = `{
  "packages": {
    "@std/path": [
      { "versions": "1.0.7", "provenance": "optional" },
      { "repositoryId": "7" }
    ]
  }
}
`;
    expect(pinned([built('@std/path@1.0.9', moved)], text).text).toBe(text.replace('"7"', '"77"'));
  });

  test('keeps its numbers, and loses the branch when tags take its place', () => {
    const text = `{
  "packages": {
    "@std/path": {
      "ref": "refs/heads/main",
      "event": "push",
      "repositoryId": 7
    }
  }
}
`;
    const released = builtBy('denoland', 'std', { id: '7', ref: 'refs/tags/v1', event: 'release' });
    expect(pinned([built('@std/path@1.0.9', released)], text).text).toBe(
      text.replace('"ref": "refs/heads/main",\n      "event": "push"', '"event": "release"'),
    );
  });

  test('of a scope is brought up to date for the only package that is in use', () => {
    const text = '{\n  "packages": { "@std/*": { "repositoryId": "7" } }\n}\n';
    expect(pinned([built('@std/path@1.0.9', moved)], text).text).toBe(text.replace('"7"', '"77"'));
  });

  test('is one of two that do not hold: a third is added, and the list stays one', () => {
    const text = '{\n  "packages": { "@std/path": [{ "repositoryId": "5" }, { "repositoryId": "6" }] }\n}\n';
    const { text: after, changes } = pinned([built('@std/path@1.0.9', moved)], text);
    expect(changes.map(({ kind }) => kind)).toEqual(['extended']);
    expect(parsePolicy(after, { file }).packages.map((one) => one.expect[0]?.repositoryId)).toEqual([
      '5',
      '6',
      '77',
    ]);
  });

  test('is brought up to date for what is verified alone', () => {
    const forged = {
      ...built('@std/path@1.0.8', std),
      checks: checks({ signature: { status: 'failed', reason: 'forged' } }),
    };
    const text = '{\n  "packages": { "@std/path": { "repositoryId": "7" } }\n}\n';
    expect(pinned([forged, built('@std/path@1.0.9', moved)], text).text).toBe(text.replace('"7"', '"77"'));
  });

  test('is extended where one of the builds is not what it demands', () => {
    const text = '{ "packages": { "@std/path": { "repositoryId": "7", "tagMatchesVersion": true } } }';
    const onTag = builtBy('newhome', 'std', { id: '77', ownerId: '88', ref: 'refs/tags/1.0.8' });
    const { changes } = pinned([built('@std/path@1.0.8', onTag), built('@std/path@1.0.9', moved)], text);
    expect(changes.map(({ kind }) => kind)).toEqual(['extended']);
  });

  test('for some versions keeps an outdated name, since no other entry would be looked at', () => {
    const text =
      '{ "packages": { "@std/path": { "versions": "^1", "repository": "denoland/old", "repositoryId": "7" } } }';
    const result = pinned([built('@std/path@1.0.8', std)], text);
    expect(result).toEqual({
      text,
      changes: [],
      refused: [
        {
          purl: 'pkg:jsr/@std/path@1.0.8',
          reason: 'a more specific entry of the policy disagrees: edit it by hand',
        },
      ],
    });
  });

  test('of one package is brought up to date after entries of others were added and changed', () => {
    const text =
      '{ "packages": { "@std/path": { "repositoryId": "7" }, "@other/one": { "event": "release", "ownerId": "1" } } }';
    const other = builtBy('other', 'one', { id: '27', ownerId: '28', event: 'release' });
    const inputs = [
      built('@std/path@1.0.9', moved),
      built('@other/one@1.0.0', other),
      built('@hono/hono@4.0.0', hono),
    ];
    expect(pinned(inputs, text).changes).toMatchObject([
      { kind: 'added', pattern: '@hono/hono' },
      { kind: 'updated', pattern: '@other/one', after: [{ event: 'release', ownerId: '28' }] },
      {
        kind: 'updated',
        pattern: '@std/path',
        before: { repositoryId: '7' },
        after: [{ repositoryId: '77' }],
      },
    ]);
  });
});

describe('a scope is not spoken for', () => {
  const patterns = (inputs: readonly Assessment[], text?: string): readonly string[] =>
    pinned(inputs, text).changes.map(({ pattern }) => pattern);
  const [path, fs] = [built('@std/path@1.0.8', std), built('@std/fs@1.0.0', std)];

  test('by packages of which a version was rejected', () => {
    const forged = {
      ...built('@std/path@1.0.7', std),
      checks: checks({ signature: { status: 'failed', reason: 'forged' } }),
    };
    expect(patterns([path, fs, forged])).toEqual(['@std/fs', '@std/path']);
  });

  test('by most of its packages, with the builder of the other one as an alternative for all', () => {
    const yaml = built('@std/yaml@1.0.0', builtBy('denoland', 'yaml', { id: '9' }));
    expect(patterns([path, fs, yaml])).toEqual(['@std/fs', '@std/path', '@std/yaml']);
  });

  test('by the broadest of the pins its packages would get', () => {
    expect(patterns([path, built('@std/fs@1.0.0', tagged)])).toEqual(['@std/fs', '@std/path']);
  });

  test('by a part of it', () => {
    const base = '{ "packages": { "@std/yaml": { "repositoryId": "7" } } }';
    const text = '{ "extends": "base.json" }';
    const reports = [path, fs, built('@std/yaml@1.0.0', std)].map((input) => reportOf(input));
    const { changes } = pin(report(reports), text, { file, read: () => base });
    expect(changes.map(({ pattern }) => pattern)).toEqual(['@std/fs', '@std/path']);
  });

  test('by a package that has an entry of its own, which does not stand in the way either', () => {
    const text = '{ "packages": { "@std/fs": { "repository": "denoland/old", "repositoryId": "7" } } }';
    expect(patterns([path, fs, built('@std/yaml@1.0.0', std)], text)).toEqual(['@std/*', '@std/fs']);
  });

  test('unless all agree, in whatever order their versions are', () => {
    const old = builtBy('denoland', 'std', { id: '7', ownerId: '8', workflow: 'old.yml' });
    const inputs = [
      built('@std/path@1.0.9', std),
      built('@std/path@1.0.8', old),
      built('@std/fs@1.0.0', old),
      built('@std/fs@1.0.1', std),
    ];
    const { changes } = pinned(inputs);
    expect(changes.map(({ pattern, packages }) => [pattern, packages])).toEqual([
      ['@std/*', ['@std/fs@1.0.0', '@std/fs@1.0.1', '@std/path@1.0.8', '@std/path@1.0.9']],
    ]);
  });
});

describe('a version that is only exempt is not rejected by a pin', () => {
  const moved = builtBy('newhome', 'std', { id: '77', ownerId: '88', workflow: 'publish.yml' });
  const until = '2027-01-01';
  const under = policy({
    exemptions: [{ package: '*', rule: 'linked-repository', reason: 'moving', until }],
  });
  const exempt = {
    ...built('@std/path@1.0.7', std),
    registryClaims: { ...registryClaims, linked: { owner: 'x', name: 'y' } },
  };
  const refused = [
    { purl: 'pkg:jsr/@std/path@1.0.7', reason: 'it is only exempt: moving' },
    {
      purl: 'pkg:jsr/@std/path@1.0.8',
      reason:
        '@std/path@1.0.7 is exempt, and a pin for the package would reject it: add an entry or an exemption for that version',
    },
  ];

  test.each([
    ['a new one', '{}', undefined],
    ['one that is brought up to date', '{ "packages": { "@std/path": { "repositoryId": "7" } } }', undefined],
    [
      'one that takes the place of an extended file',
      '{ "extends": "base.json" }',
      '{ "packages": { "@std/path": { "repositoryId": "7" } } }',
    ],
  ])('%s', (_, text, base) => {
    const reports = [exempt, built('@std/path@1.0.8', moved)].map((input) => reportOf(input, under));
    const result = pin(report(reports), text, { file, read: () => base });
    expect(result).toEqual({ text, changes: [], refused });
  });
});

test('what cannot be written down is the reason for every version of the package', () => {
  const odd = built('@std/path@1.0.8', { ...std, buildTrigger: 'a b' });
  const text = '{ "packages": { "@std/path": { "repositoryId": "5" } } }';
  const { refused, changes } = pinned([odd, built('@std/path@1.0.9', std)], text);
  expect(changes).toEqual([]);
  expect(refused).toEqual([
    { purl: 'pkg:jsr/@std/path@1.0.8', reason: 'its event cannot be written into a policy file' },
    {
      purl: 'pkg:jsr/@std/path@1.0.9',
      reason:
        'a pin for the package would reject @std/path@1.0.8: its event cannot be written into a policy file',
    },
  ]);
});

test('a demand on versions of a scope goes along, of the alternative that holds', () => {
  const base =
    '{ "packages": { "@std/*": [{ "versions": "^1", "visibility": "private" }, { "versions": "^1", "visibility": "public" }] } }';
  const origin = { file, read: () => base };
  const result = pin(report([reportOf(built('@std/path@1.0.8', std))]), '{ "extends": "base.json" }', origin);
  expect(result.changes[0]?.after[0]).toMatchObject({ visibility: 'public', repository: 'denoland/std' });
});

test('a demand on everything goes along into the closer pin', () => {
  const text = '{ "packages": { "*": { "visibility": "public" } } }';
  const inputs = [built('@std/path@1.0.8', std)];
  const result = pinned(inputs, text);
  expect(result.changes[0]?.after[0]).toMatchObject({ visibility: 'public', repository: 'denoland/std' });
  const hidden = { ...std, sourceRepositoryVisibility: 'private' };
  expect(verdicts([built('@std/path@1.0.9', hidden)], result.text)).toEqual(['rejected']);
});

test('a file that is no policy is refused before anything is written', () => {
  expect(() => pinned([built('@std/path@1.0.8', std)], '{ "package": {} }')).toThrow('unknown key "package"');
});

describe('editing', () => {
  const edit = (text: string, change: (draft: PolicyDraft) => void): string => {
    const draft = new PolicyDraft(text);
    change(draft);
    return draft.text;
  };

  test.each([
    ['an empty object', '{}', '{\n  "a": 1\n}'],
    ['an empty object with a comment', '{\n  // nothing yet\n}', '{\n  // nothing yet\n  "a": 1\n}'],
    [
      'a comment with a comma behind the last value',
      '{\n  "b": 2 // one, two\n}',
      '{\n  "b": 2, // one, two\n  "a": 1\n}',
    ],
    ['a trailing comma', '{\n  "b": 2,\n}', '{\n  "b": 2,\n  "a": 1\n}'],
    ['a trailing comma behind a comment', '{\n  "b": 2 /* , */,\n}', '{\n  "b": 2 /* , */,\n  "a": 1\n}'],
    ['one line', '{ "b": 2 }', '{\n  "b": 2,\n  "a": 1\n}'],
    [
      'a comment with a comma alone',
      '{\n  "b": 2 /* one, two */\n}',
      '{\n  "b": 2, /* one, two */\n  "a": 1\n}',
    ],
    [
      'two comments',
      '{\n  "b": 2 /* one */ /* ,\n , */\n}',
      '{\n  "b": 2, /* one */ /* ,\n , */\n  "a": 1\n}',
    ],
    ['four blanks', '{\n    "b": 2\n}', '{\n    "b": 2,\n    "a": 1\n}'],
    ['a tab and a blank', '{\n\t "b": 2\n}', '{\n\t "b": 2,\n\t"a": 1\n}'],
    ['a blank and a tab', '{\n \t"b": 2\n}', '{\n \t"b": 2,\n  "a": 1\n}'],
    ['an empty object behind a byte order mark', '\uFEFF  {}', '\uFEFF  {\n    "a": 1\n  }'],
    ['a byte order mark and a blank', '\uFEFF {\n   "b": 2\n }', '\uFEFF {\n   "b": 2,\n    "a": 1\n }'],
  ])('a new key in %s', (_, before, after) => {
    expect(edit(before, (draft) => draft.set(['a'], 1))).toBe(after);
  });

  test.each([
    [
      'the last one of a file',
      '{\n  "p": {\n    "b": 2\n  }\n}',
      '{\n  "p": {\n    "b": 2,\n    "a": 1\n  }\n}',
    ],
    ['one on one line', '{\n  "p": { "b": 2 }\n}', '{\n  "p": {\n    "b": 2,\n    "a": 1\n  }\n}'],
    ['one that is not there', '{\n  "q": 2\n}', '{\n  "q": 2,\n  "p": {\n    "a": 1\n  }\n}'],
  ])('a new key in an object inside: %s', (_, before, after) => {
    expect(edit(before, (draft) => draft.set(['p', 'a'], 1))).toBe(after);
  });

  test('two keys at once, and a list', () => {
    expect(edit('{}', (draft) => draft.add([], { a: 1, b: [2] }))).toBe(
      '{\n  "a": 1,\n  "b": [\n    2\n  ]\n}',
    );
  });

  test('a list gets longer, and stays one list', () => {
    expect(edit('{\n  "a": [\n    1, // one\n  ]\n}', (draft) => draft.append(['a'], [2, 3]))).toBe(
      '{\n  "a": [\n    1, // one\n    2,\n    3\n  ]\n}',
    );
  });

  test('an object becomes a list with Windows line ends', () => {
    expect(edit('{\r\n  "a": { "x": 1 }\r\n}', (draft) => draft.append(['a'], [2]))).toBe(
      '{\r\n  "a": [\r\n    {\r\n      "x": 1\r\n    },\r\n    2\r\n  ]\r\n}',
    );
  });

  test('knows a list from another value and from nothing', () => {
    const draft = new PolicyDraft('{ "a": [1], "b": {} }');
    expect((['a', 'b', 'c'] as const).map((key) => draft.typeAt([key]))).toEqual([
      'list',
      'other',
      'nothing',
    ]);
  });

  test('an object becomes a list, with its comments', () => {
    expect(edit('{\n  "a": { "x": 1 /* one */ } // a\n}', (draft) => draft.append(['a'], [{ y: 2 }]))).toBe(
      '{\n  "a": [\n    {\n      "x": 1 /* one */\n    },\n    {\n      "y": 2\n    }\n  ] // a\n}',
    );
  });

  test('a key is taken out with its comma', () => {
    expect(edit('{\n  "a": 1,\n  "b": 2\n}', (draft) => draft.remove(['a']))).toBe('{\n  "b": 2\n}');
  });
});
