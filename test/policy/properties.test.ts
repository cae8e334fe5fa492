import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Expectation, Policy } from '../../src/model/policy.ts';
import type { Identity } from '../../src/model/provenance.ts';
import type { Assessment } from '../../src/policy/assessment.ts';
import { judge } from '../../src/policy/judge.ts';
import { parsePolicy } from '../../src/policy/parse/parse.ts';
import { pin } from '../../src/policy/pin/pin.ts';
import { pinOf } from '../../src/policy/pin/pin-facts.ts';
import {
  assess,
  assessAbsent,
  builtBy,
  identity,
  now,
  policy,
  provenance,
  registryClaims,
  report,
  reportOf,
} from './assessments.ts';

vi.setConfig({ testTimeout: 60_000 });

const file = 'jsr-verify.json';

/** Builders that share names, ids and workflows often enough to be mistaken for each other. */
const builder: fc.Arbitrary<Identity> = fc
  .record({
    owner: fc.constantFrom('acme', 'acmeX', 'evil'),
    name: fc.constantFrom('pkg', 'pkg-evil', 'std'),
    id: fc.constantFrom('1', '2', '11'),
    ownerId: fc.constantFrom('5', '6'),
    workflow: fc.constantFrom('publish.yml', 'publish.yaml', 'my release.yml', 'a@b.yml'),
    ref: fc.constantFrom(
      'refs/heads/main',
      'refs/heads/main2',
      'refs/tags/v1.0.0',
      'refs/tags/@acme/pkg@1.0.0',
    ),
    event: fc.constantFrom('push', 'release', 'workflow_dispatch'),
  })
  .map(({ owner, name, ...rest }) => builtBy(owner, name, rest));

const version = fc.record({
  scope: fc.constantFrom('acme', 'std'),
  name: fc.constantFrom('aa', 'bb', 'cc'),
  version: fc.constantFrom('1.0.0', '1.1.0', '2.0.0-rc.1', '0.3.0+build'),
});

/** Package versions: attested and linked to their own repository, or not attested at all. */
const world: fc.Arbitrary<readonly Assessment[]> = fc
  .uniqueArray(fc.record({ about: version, who: fc.option(builder, { freq: 6 }) }), {
    selector: ({ about }) => JSON.stringify(about),
    minLength: 1,
    maxLength: 8,
  })
  .map((items) =>
    items.map(({ about, who }) => {
      if (who === null) return assessAbsent({ package: about });
      const [, owner = '', name = ''] =
        /^https:\/\/github\.com\/(.+)\/(.+)$/.exec(who.sourceRepositoryURI ?? '') ?? [];
      return assess({
        package: about,
        provenance: provenance(who, { package: about }),
        registryClaims: { ...registryClaims, linked: { owner, name } },
      });
    }),
  );

const claims: fc.Arbitrary<Expectation> = fc.record(
  {
    repository: fc.constantFrom('acme/pkg', 'ACME/pkg', 'evil/std'),
    repositoryId: fc.constantFrom('1', '2'),
    owner: fc.constantFrom('acme', 'evil'),
    event: fc.constantFrom('push', 'release'),
    ref: fc.constantFrom('refs/heads/main', 'refs/tags/*'),
  },
  { requiredKeys: [] },
);

const packages: fc.Arbitrary<Policy['packages']> = fc.array(
  fc.record(
    {
      pattern: fc.constantFrom('*', '@acme/*', '@std/*', '@acme/aa', '@std/bb'),
      versions: fc.constantFrom('^1.0.0', '1.1.0', '<3'),
      provenance: fc.constantFrom('required' as const, 'optional' as const),
      expect: fc.array(claims, { maxLength: 2 }),
    },
    { requiredKeys: ['pattern', 'expect'] },
  ),
  { maxLength: 6 },
);

const severity = fc.constantFrom('error', 'warning', 'note', 'off');
const anyPolicy: fc.Arbitrary<Policy> = fc
  .record({
    provenance: fc.constantFrom('required' as const, 'optional' as const),
    strict: fc.boolean(),
    packages,
    rules: fc.dictionary(
      fc.constantFrom('require-provenance', 'pinned-identity', 'linked-repository'),
      severity,
    ),
    exemptions: fc.array(
      fc.record({
        package: fc.constantFrom('*', '@acme/*', '@acme/aa'),
        rule: fc.constantFrom('require-provenance', 'pinned-identity', 'linked-repository'),
        reason: fc.constantFrom('a', 'b'),
        until: fc.constantFrom('2026-08-31', '2026-09-01', '2027-01-01'),
      }),
      { maxLength: 4 },
    ),
    flags: fc.option(claims, { nil: undefined }),
  })
  .map(({ flags, ...rest }) => policy(flags === undefined ? rest : { ...rest, flags }));

const kindOf = (input: Assessment, under: Policy) => judge(input, under, now).verdict.kind;
const green = (kind: string) => kind === 'verified' || kind === 'unattested' || kind === 'exempt';

describe('pin, then audit', () => {
  test('is green wherever it was green before', () => {
    fc.assert(
      fc.property(world, fc.constantFrom('required' as const, 'optional' as const), (inputs, demand) => {
        const before = `{ "provenance": "${demand}" }`;
        const day = parsePolicy(before, { file });
        const { text } = pin(report(inputs.map((input) => reportOf(input, day))), before, { file });
        const after = parsePolicy(text, { file });
        for (const input of inputs)
          if (green(kindOf(input, day))) expect(kindOf(input, after)).toBe(kindOf(input, day));
      }),
      { numRuns: 150 },
    );
  });

  test('is the policy of everything it says it pinned, and a second run changes nothing', () => {
    fc.assert(
      fc.property(world, (inputs) => {
        const reports = report(inputs.map((input) => reportOf(input)));
        const first = pin(reports, undefined, { file });
        const after = parsePolicy(first.text, { file });
        const refused = new Set<string>(first.refused.map(({ purl }) => purl));
        for (const one of reports.packages)
          if (!refused.has(one.purl)) {
            const input = inputs.find((candidate) => reportOf(candidate).purl === one.purl);
            expect(input && judge(input, after, now)).toMatchObject({
              verdict: { kind: 'verified' },
              expectation: 'policy',
            });
          }
        const second = pin(reports, first.text, { file });
        expect(second.changes).toEqual([]);
        expect(second.text).toBe(first.text);
      }),
      { numRuns: 150 },
    );
  });

  test('follows every move of a publisher, without touching what did not move', () => {
    fc.assert(
      fc.property(world, world, (before, after) => {
        const first = pin(report(before.map((input) => reportOf(input))), undefined, { file });
        const second = pin(report(after.map((input) => reportOf(input))), first.text, { file });
        const refused = new Set<string>(second.refused.map(({ purl }) => purl));
        const under = parsePolicy(second.text, { file });
        for (const input of after)
          if (!refused.has(reportOf(input).purl)) expect(kindOf(input, under)).toBe('verified');
        const third = pin(report(after.map((input) => reportOf(input))), second.text, { file });
        expect(third.text).toBe(second.text);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a pinned claim', () => {
  const pinned: Readonly<Record<string, readonly string[]>> = {
    sourceRepositoryIdentifier: ['1002', '01001', '', ' 1001'],
    sourceRepositoryOwnerIdentifier: ['2003', ''],
    buildConfigURI: [
      'https://github.com/acme/pkg/.github/workflows/other.yml@refs/heads/main',
      'https://github.com/acme/pkg-evil/.github/workflows/publish.yml@refs/heads/main',
      'https://github.com/acme/pkg/.github/workflows/Publish.yml@refs/heads/main',
      '',
    ],
    buildTrigger: ['pull_request_target', 'Push', 'push ', ''],
    runnerEnvironment: ['self-hosted', ''],
    sourceRepositoryRef: ['refs/heads/main2', 'refs/tags/main', 'refs/heads/', ''],
    issuer: [
      'https://token.actions.githubusercontent.com/acme',
      'https://token.actions.githubusercontent.com.evil',
      '',
    ],
  };

  test('that changed in any way, or is gone, is red', () => {
    const input = assess();
    const { text } = pin(report([reportOf(input)]), undefined, { file });
    const under = parsePolicy(text, { file });
    expect(kindOf(input, under)).toBe('verified');
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(pinned)).chain((extension) =>
          fc.record({
            extension: fc.constant(extension),
            value: fc.oneof(
              fc.constantFrom(...(pinned[extension] ?? [])),
              fc.string(),
              fc.string({ unit: 'binary' }),
            ),
          }),
        ),
        ({ extension, value }) => {
          fc.pre(value !== identity()[extension as keyof Identity]);
          const changed = provenance(identity({ [extension]: value }));
          expect(kindOf({ ...input, provenance: changed }, under)).toBe('rejected');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('holds for nobody else', () => {
    fc.assert(
      fc.property(builder, builder, (one, other) => {
        const mine = pinOf(provenance(one));
        if (!mine.ok) throw new Error(mine.reason);
        const theirs = pinOf(provenance(other));
        const under = policy({ packages: [{ pattern: '*', expect: [mine.value] }] });
        const verdict = kindOf(assess({ provenance: provenance(other) }), under);
        // A pin with a ref is met by the same build only; one for a tag does not say which ref.
        const { ref: _, ...withoutRef } = theirs.ok ? theirs.value : {};
        const same =
          JSON.stringify(mine.value.ref === undefined ? withoutRef : theirs.ok && theirs.value) ===
          JSON.stringify(mine.value);
        // The same ids under another name are the same repository.
        const renamed =
          JSON.stringify({ ...withoutRef, repository: '' }) ===
          JSON.stringify({ ...mine.value, repository: '', ref: undefined });
        expect(verdict === 'verified').toBe(
          same || (renamed && (mine.value.ref ?? ref(other)) === ref(other)),
        );
      }),
      { numRuns: 500 },
    );
  });
});

function ref(who: Identity): string | undefined {
  return who.sourceRepositoryRef;
}

describe('the order of anything', () => {
  const shuffled = <T>(list: readonly T[]): fc.Arbitrary<readonly T[]> =>
    fc.shuffledSubarray([...list], { minLength: list.length, maxLength: list.length });

  const reordered = <T extends object>(value: T): T =>
    Object.fromEntries(Object.entries(value).reverse()) as T;

  test('never changes a verdict', () => {
    const cases = fc.tuple(world, anyPolicy).chain(([inputs, under]) =>
      fc.record({
        inputs: fc.constant(inputs),
        under: fc.constant(under),
        packages: shuffled(under.packages),
        exemptions: shuffled(under.exemptions),
      }),
    );
    fc.assert(
      fc.property(cases, ({ inputs, under, packages: entries, exemptions }) => {
        const other = reordered({
          ...under,
          rules: reordered(under.rules),
          packages: entries.map((entry) =>
            reordered({ ...entry, expect: [...entry.expect].reverse().map(reordered) }),
          ),
          exemptions: exemptions.map(reordered),
        });
        for (const input of inputs) {
          const [one, two] = [judge(input, under, now), judge(input, other, now)];
          expect(two.verdict.kind).toBe(one.verdict.kind);
          expect(two.expectation).toBe(one.expectation);
          expect(two.findings).toEqual(one.findings);
        }
      }),
      { numRuns: 250 },
    );
  });
});

describe('no policy whatever', () => {
  test('verifies without a proof, or accepts a failed check', () => {
    const forged = fc.constantFrom('signature', 'manifest', 'lockfile', 'files' as const);
    fc.assert(
      fc.property(world, anyPolicy, forged, (inputs, under, id) => {
        for (const input of inputs) {
          const broken = {
            ...input,
            checks: { ...input.checks, [id]: { status: 'failed', reason: 'no' } as const },
          };
          expect(kindOf(broken, under)).toBe('rejected');
          if (input.provenance === undefined) expect(kindOf(input, under)).not.toBe('verified');
        }
      }),
      { numRuns: 150 },
    );
  });
});
