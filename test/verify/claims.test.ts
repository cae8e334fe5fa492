import { describe, expect, it } from 'vitest';
import type { Facts, Outcome } from '../../src/model/check.ts';
import type { Identity, Predicate } from '../../src/model/provenance.ts';
import { checkClaims } from '../../src/verify/claims.ts';
import { denoWorkflow } from '../../src/verify/workflow.ts';
import { acme, type GitHubIdentity } from '../support/identity.ts';
import { mintWorld } from '../support/jsr.ts';
import type { SigstoreRequest } from '../support/sigstore.ts';
import type { StatementOptions } from '../support/statement.ts';
import { checksOf, expectBroken, expectProven, publish, reasonOf } from './chain.ts';

const world = mintWorld();

/** Publishes under one identity what claims another one. */
function claims(
  claimed: Partial<GitHubIdentity>,
  identity: Partial<GitHubIdentity> = {},
  style: StatementOptions['style'] = 'deno',
) {
  return publish(world, { identity, statement: { claims: claimed, style } });
}

const edited = (from: string, to: string): StatementOptions => ({
  editText: (text) => text.replaceAll(from, to),
});

describe('each claim is held to the certificate', () => {
  it.each([
    ['owner', { owner: 'famous' }, 'repository, source ref, run'],
    ['name', { name: 'famous' }, 'repository, source ref, run'],
    ['name that only begins like it', { name: 'widget-evil' }, 'repository, source ref, run'],
    ['commit', { commit: 'f'.repeat(40) }, 'commit'],
    ['ref', { ref: 'refs/tags/v9' }, 'source ref, workflow ref'],
    ['workflow', { workflow: '.github/workflows/other.yml' }, 'workflow path'],
    ['event', { event: 'workflow_dispatch' }, 'event'],
    ['repository id', { repositoryId: '1' }, 'repository id'],
    ['owner id', { ownerId: '1' }, 'owner id'],
    ['run', { runId: '1' }, 'run'],
    ['attempt', { attempt: '2' }, 'run'],
    ['runner', { runner: 'self-hosted' }, 'runner'],
  ] satisfies [string, Partial<GitHubIdentity>, string][])('another %s', (_, claimed, named) => {
    const checks = expectBroken(
      world,
      claims(claimed),
      {},
      {
        check: 'claims',
        why: `the predicate claims a different ${named} than the certificate proves`,
      },
    );
    const { claims: outcome } = checks;
    if (outcome.status !== 'failed') throw new Error('passed');
    for (const line of outcome.details ?? []) expect(line).toMatch(/^[a-z ]+: claimed ".*", proven ".*"$/);
    expect(outcome.details).toHaveLength(named.split(', ').length);
  });

  it('shows what is claimed and what is proven', () => {
    const { claims: outcome } = checksOf(
      world,
      claims({ commit: 'f'.repeat(40) }, { commit: 'e'.repeat(40) }),
    );
    expect(outcome).toMatchObject({
      details: [`commit: claimed "${'f'.repeat(40)}", proven "${'e'.repeat(40)}"`],
    });
  });

  it('claims all ten where Deno writes them', () => {
    const { checks } = expectProven(world, publish(world));
    expect(checks.claims).toMatchObject({
      fact: {
        compared: [
          'repository',
          'commit',
          'source ref',
          'workflow path',
          'workflow ref',
          'run',
          'event',
          'repository id',
          'owner id',
          'runner',
        ],
        differs: [],
      },
    });
  });

  it('a claim that the certificate says nothing of is not proven', () => {
    const without: SigstoreRequest = { claims: { 15: null } };
    expectBroken(
      world,
      publish(world, { certificate: without }),
      {},
      { check: 'claims', why: /a different repository id/ },
    );
  });

  it('a claim about nothing is not read as one about everything: the certificate must name a repository', () => {
    expectBroken(
      world,
      publish(world, { certificate: { claims: { 12: null } } }),
      {},
      {
        check: 'claims',
        why: 'the certificate does not name a source repository',
      },
    );
  });

  it('never echoes a claim of any length', () => {
    const { claims: outcome } = checksOf(world, claims({ commit: 'x'.repeat(50_000) }));
    expect(JSON.stringify(outcome).length).toBeLessThan(1000);
  });
});

describe('what may honestly differ', () => {
  it('upper and lower case of owner and name, which GitHub does not regard', () => {
    expectProven(world, claims({ owner: 'ACME', name: 'Widget' }));
    expectProven(world, claims({}, { owner: 'stSoftwareAU', name: 'NEAT-AI', ref: 'refs/heads/Develop' }));
  });

  it.each([
    ['a ref', { ref: 'refs/heads/MAIN' }, /source ref/],
    ['a workflow', { workflow: '.github/workflows/Publish.yml' }, /workflow path/],
    ['an event', { event: 'Push' }, /event/],
  ] satisfies [string, Partial<GitHubIdentity>, RegExp][])('but not the case of %s', (_, claimed, why) => {
    expectBroken(world, claims(claimed), {}, { check: 'claims', why });
  });

  it('nor letters that fold to the same by the rules of Unicode', () => {
    // U+212A, the sign of the kelvin, is "k" in lower case.
    const publication = publish(world, {
      identity: { owner: 'kelvin' },
      statement: { claims: { owner: '\u212Aelvin' } },
    });
    expectBroken(world, publication, {}, { check: 'claims', why: /a different repository/ });
  });

  it.each([
    ['no event', { event: '' }],
    ['no ids', { repositoryId: '', ownerId: '' }],
  ] satisfies [string, Partial<GitHubIdentity>][])('fields that the runner left empty: %s', (_, claimed) => {
    expectProven(world, claims(claimed));
  });

  it('a workflow ref that is empty, where the runner gave none', () => {
    expectProven(
      world,
      publish(world, { statement: edited('"workflow":{"ref":"refs/heads/main"', '"workflow":{"ref":""') }),
    );
  });

  it('a runner of its own, as long as the certificate says so, too', () => {
    const { provenance } = expectProven(world, claims({}, { runner: 'self-hosted' }));
    expect(provenance.identity.runnerEnvironment).toBe('self-hosted');
  });

  it('a tag with an @ in it, cut there or not', () => {
    const identity = { ref: 'refs/tags/@acme/widget@1.0.0' };
    expectProven(world, claims({}, identity));
    const cut = edited('"workflow":{"ref":"refs/tags/@acme/widget@1.0.0"', '"workflow":{"ref":"refs/tags/"');
    expectProven(world, publish(world, { identity, statement: cut }));
    const elsewhere = edited(
      '"workflow":{"ref":"refs/tags/@acme/widget@1.0.0"',
      '"workflow":{"ref":"refs/tags/@acme/widget"',
    );
    expectBroken(
      world,
      publish(world, { identity, statement: elsewhere }),
      {},
      { check: 'claims', why: /a different workflow ref/ },
    );
  });

  it('a workflow called from another repository: the statement names the calling one, and so does the certificate', () => {
    const reusable = {
      repository: 'shared/workflows',
      workflow: '.github/workflows/jsr.yml',
      ref: 'refs/tags/v1',
      commit: 'b'.repeat(40),
    };
    const { provenance } = expectProven(world, claims({}, { reusable }));
    expect(provenance.identity).toMatchObject({
      sourceRepositoryURI: 'https://github.com/acme/widget',
      buildSignerURI: 'https://github.com/shared/workflows/.github/workflows/jsr.yml@refs/tags/v1',
    });
  });

  it('but not a called workflow passed off as the calling one', () => {
    const reusable = {
      repository: 'shared/workflows',
      workflow: '.github/workflows/jsr.yml',
      ref: 'refs/heads/main',
      commit: 'b'.repeat(40),
    };
    expectBroken(
      world,
      claims({ workflow: reusable.workflow }, { reusable }),
      {},
      { check: 'claims', why: /a different workflow path/ },
    );
  });
});

describe('a statement that Deno did not write', () => {
  it('may name another commit, ref and run than its certificate; the differences are kept', () => {
    const publication = claims(
      { commit: 'f'.repeat(40), ref: 'refs/tags/v1.0.0', runId: '7' },
      {},
      'actions-attest',
    );
    const { checks } = expectProven(world, publication);
    if (checks.claims.status !== 'passed') throw new Error('not passed');
    expect(checks.claims.fact.differs.map(({ claim }) => claim)).toEqual([
      'commit',
      'source ref',
      'workflow ref',
      'run',
      'runner',
    ]);
    expect(checks.claims.fact.differs[0]).toEqual({
      claim: 'commit',
      claimed: 'f'.repeat(40),
      proven: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });

  it('may name the workflow as the builder', () => {
    const { checks } = expectProven(world, claims({}, {}, 'actions-attest'));
    expect(checks.claims).toMatchObject({ fact: { differs: [] } });
  });

  it('may not name another repository', () => {
    expectBroken(
      world,
      claims({ name: 'famous' }, {}, 'actions-attest'),
      {},
      {
        check: 'claims',
        why: 'the predicate claims a different repository than the certificate proves',
      },
    );
  });

  it('may name no repository at all, for the certificate names it', () => {
    const publication = publish(world, {
      statement: {
        style: 'actions-attest',
        edit: (statement) => ({
          ...statement,
          predicate: { buildDefinition: { buildType: 'https://acme.test/b' } },
        }),
      },
    });
    const { provenance } = expectProven(world, publication);
    expect(provenance.identity.sourceRepositoryURI).toBe('https://github.com/acme/widget');
  });

  it('of the build type of Deno must name one, since Deno always does', () => {
    const publication = publish(world, {
      statement: edited('"repository":"https://github.com/acme/widget"', '"repository":""'),
    });
    expectBroken(
      world,
      publication,
      {},
      {
        check: 'claims',
        why: 'the predicate names no repository to compare with the certificate',
      },
    );
  });

  it('cannot escape by another spelling of the build type: what it claims is never what is reported', () => {
    const publication = publish(world, {
      statement: {
        claims: { commit: 'f'.repeat(40) },
        buildType: 'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1#',
      },
    });
    const { provenance } = expectProven(world, publication);
    expect(provenance.identity.sourceRepositoryDigest).not.toBe('f'.repeat(40));
  });
});

describe('claims in isolation', () => {
  const identity: Identity = {
    subjectAlternativeName: 'https://github.com/a/b/.github/workflows/x.yml@refs/heads/main',
    issuer: acme.issuer,
    sourceRepositoryURI: 'https://github.com/a/b',
  };
  const check = (predicate: Predicate, more: Partial<Identity> = {}): Outcome<Facts['claims']> =>
    checkClaims({
      statement: {
        typeKey: 'type',
        type: '',
        predicateType: '',
        subjects: [],
        subjectShape: 'array',
        predicate,
      },
      certificate: { identity: { ...identity, ...more }, validAt: new Date(0) },
    });

  it.each([
    'https://github.com/a/b/',
    'https://github.com/a/b.git',
    'http://github.com/a/b',
    'https://github.com/a',
    'https://evil.test/https://github.com/a/b',
    'git+https://github.com/a/b',
  ])('the repository %s is another one', (repository) => {
    expect(reasonOf(check({ buildType: 'x', repository }))).toMatch(/a different repository/);
  });

  const everything: Predicate = {
    buildType: 'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1',
    repository: 'https://github.com/a/b',
    commit: 'c',
    dependencyUri: 'git+https://github.com/a/b@undefined',
    workflowPath: 'x.yml',
    ref: 'undefined',
    run: 'https://github.com/a/b/actions/runs/1',
    event: 'undefined',
    repositoryId: '1',
    ownerId: '2',
    builderId: 'https://github.com/actions/runner/undefined',
  };

  it('a claim of what the certificate does not say is a difference, however it is spelled', () => {
    const claimed = {
      commit: 'c',
      'source ref': 'https://github.com/a/b@undefined',
      'workflow path': 'x.yml',
      'workflow ref': 'undefined',
      run: 'https://github.com/a/b/actions/runs/1',
      event: 'undefined',
      'repository id': '1',
      'owner id': '2',
      runner: 'https://github.com/actions/runner/undefined',
    };
    expect(check(everything)).toEqual({
      status: 'failed',
      reason: `the predicate claims a different ${Object.keys(claimed).join(', ')} than the certificate proves`,
      details: Object.entries(claimed).map(
        ([claim, text]) => `${claim}: claimed "${text}", proven "nothing"`,
      ),
    });
  });

  it.each([
    [
      'a run outside of the repository is not every run outside of it',
      { run: 'https://evil.test/runs/1' },
      { runInvocationURI: 'https://github.test/a/b/actions/runs/1' },
      'run',
    ],
    [
      'what stands before an address is dropped there alone',
      { dependencyUri: 'https://github.com/a/b@refs/heads/git+main' },
      { sourceRepositoryRef: 'refs/heads/main' },
      'source ref',
    ],
    [
      'a ref without an @ is cut nowhere',
      { ref: 'refs/tags/v1.0.' },
      { buildConfigURI: 'https://github.com/a/b/.github/workflows/x.yml@refs/tags/v1.0.1' },
      'workflow ref',
    ],
  ] satisfies [string, Partial<Predicate>, Partial<Identity>, string][])(
    '%s',
    (_, claimed, proven, claim) => {
      expect(check({ buildType: 'x', ...claimed }, proven)).toMatchObject({ fact: { differs: [{ claim }] } });
    },
  );

  it.each([
    [200, 'c'.repeat(200)],
    [201, `${'c'.repeat(200)}…`],
  ])('of %d characters are shown up to two hundred', (length, shown) => {
    const commit = 'c'.repeat(length);
    expect(check({ ...everything, commit }, { sourceRepositoryDigest: 'd' })).toMatchObject({
      details: expect.arrayContaining([`commit: claimed "${shown}", proven "d"`]),
    });
  });

  it('a source ref of a longer name does not pass for the same', () => {
    const proven = { sourceRepositoryRef: 'refs/heads/main' };
    const dependencyUri = 'git+https://github.com/a/b@refs/heads/main-evil';
    expect(
      check({ buildType: 'x', repository: 'https://github.com/a/b', dependencyUri }, proven),
    ).toMatchObject({
      fact: { differs: [{ claim: 'source ref' }] },
    });
  });
});

describe('the workflow that the certificate proves', () => {
  const workflowOf = (buildConfigURI: string, sourceRepositoryURI = 'https://github.com/o/r') =>
    denoWorkflow({ subjectAlternativeName: '', issuer: '', buildConfigURI, sourceRepositoryURI });

  it.each([
    [
      'https://github.com/o/r/.github/workflows/p.yml@refs/heads/main',
      '.github/workflows/p.yml',
      'refs/heads/main',
    ],
    [
      'https://github.com/o/r/.github/workflows/p.yml@refs/tags/a@1',
      '.github/workflows/p.yml',
      'refs/tags/a@1',
    ],
    [
      'https://github.com/o/r/.github/workflows/a@b.yml@refs/heads/main',
      '.github/workflows/a',
      'b.yml@refs/heads/main',
    ],
    [
      'https://github.com/o/r/.github/workflows/o/r/p.yml@refs/heads/o/r/x',
      '.github/workflows/p.yml',
      'refs/heads/x',
    ],
    ['https://github.com/o/r/.github/workflows/p.yml', '.github/workflows/p.yml', ''],
  ])('%s is split as Deno splits it', (uri, path, ref) => {
    expect(workflowOf(uri)).toEqual({ path, ref });
  });

  it('is none outside of GitHub', () => {
    expect(workflowOf('https://gitlab.com/o/r//.gitlab-ci.yml@main')).toBeUndefined();
    expect(workflowOf('https://github.com/o/r/x@y', 'https://gitlab.com/o/r')).toBeUndefined();
  });
});
