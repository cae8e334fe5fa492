import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import { toBundle, toBundleEntry } from '../support/bundle.ts';
import { jsonOf, withJson } from '../support/http.ts';
import type { Attestation, Publication, PublishOptions } from '../support/publication.ts';
import { openProject, type Project } from './project.ts';

let stage: Stage;
let project: Project;
let count = 0;

const stranger = { owner: 'mallory', name: 'tools', repositoryId: '666', ownerId: '66' };

beforeAll(async () => {
  stage = await openStage(() => undefined);
});
afterAll(() => stage.close());
beforeEach(() => {
  project = openProject(stage);
});

/** Publishes a package that no other test knows. */
function publish(more: Partial<PublishOptions> = {}): Publication {
  count += 1;
  return stage.world.publish({
    scope: 'acme',
    name: `part-${count}`,
    version: '1.0.0',
    files: files(`export default ${count};\n`),
    ...more,
  });
}

const bundleOf = (attestation: Attestation) => stage.world.bundle(attestation);
const write = (file: string, ...bundles: readonly object[]) =>
  project.write(file, bundles.map((bundle) => JSON.stringify(bundle)).join('\n'));

describe('an attestation that the registry does not name', () => {
  it('is found in the log by digest, checked in full, and the report says that the registry named none', async () => {
    const { spec } = publish({ rekorLogId: null });
    const { code, grave, about } = await project.report([spec]);
    expect([code, grave, about(spec).verdict]).toEqual([0, {}, 'verified']);
    expect(about(spec).checks['bundle']).toMatchObject({ status: 'passed', finder: 'log-index' });
    expect(about(spec).findings).toEqual([
      expect.objectContaining({ id: 'recovered-provenance', severity: 'note' }),
    ]);
  });

  it('is told from one that the outage of 2026 swallowed', async () => {
    const { spec } = publish({ rekorLogId: null, createdAt: new Date('2026-07-20T10:00:00Z') });
    const { code, about } = await project.report([spec]);
    expect([code, about(spec).findings]).toEqual([
      0,
      [
        expect.objectContaining({
          id: 'recovered-provenance',
          message: expect.stringContaining('from 2026-07-03 to 2026-08-04'),
        }),
      ],
    ]);
  });

  it('is looked for when the index it names is another one, or nobody’s', async () => {
    const other = publish();
    const wrong = publish({ rekorLogId: other.attested.logIndex });
    const beyond = publish({ rekorLogId: '999999999' });
    for (const { spec } of [wrong, beyond]) {
      const { code, about } = await project.report([spec]);
      expect([code, about(spec).verdict, about(spec).checks['bundle']]).toEqual([
        0,
        'verified',
        expect.objectContaining({ finder: 'log-index' }),
      ]);
    }
  });

  it('is not believed because it is there: what the log has from strangers does not count, and comes first in vain', async () => {
    const alone = publish({ provenance: 'none' });
    stage.world.attest(alone, { identity: stranger });
    const { code, grave, about } = await project.report([alone.spec]);
    expect([code, grave]).toEqual([1, { [alone.spec]: ['require-provenance', 'recovered-provenance'] }]);
    expect(about(alone.spec).findings[0]?.message).toContain(
      'mallory/tools, which is not linked to the package',
    );
    expect(await project.report([alone.spec, '--allow-unattested'])).toMatchObject({
      code: 0,
      verdicts: { [alone.spec]: 'unattested' },
    });

    const crowded = publish({ provenance: 'none' });
    for (let index = 0; index < 3; index++) stage.world.attest(crowded, { identity: stranger });
    stage.world.attest(crowded);
    stage.world.attest(crowded, { identity: stranger });
    const found = await project.report([crowded.spec]);
    expect([found.code, found.about(crowded.spec).provenance?.['repository']]).toEqual([
      0,
      expect.stringContaining(`acme/${crowded.name}`),
    ]);
  });

  it('may be a forgery: none that does not verify counts, and the report tells "does not fit" from "none"', async () => {
    const forged = publish({ provenance: 'none' });
    stage.world.attest(forged, {
      envelope: (envelope) => ({ ...envelope, signatures: [{ sig: Buffer.alloc(70, 1) }] }),
    });
    const { code, about } = await project.report([forged.spec]);
    expect([code, about(forged.spec).findings[0]]).toEqual([
      1,
      expect.objectContaining({
        id: 'require-provenance',
        message: 'no attestation: the registry names none, and what the log has does not match',
      }),
    ]);
    const bare = publish({ provenance: 'none' });
    expect((await project.report([bare.spec])).about(bare.spec)).toMatchObject({
      findings: [{ message: 'no attestation: the registry names none, and a search of the log found none' }],
      checks: {
        bundle: { status: 'absent', why: expect.stringContaining("unknown to the log's search index") },
      },
    });
  });

  it('and a search that got no answer is inconclusive, not "none"', async () => {
    const { spec } = publish({ provenance: 'none' });
    const undo = stage.world.edit({ role: 'rekor', path: '/api/v1/index/retrieve' }, (answer) => ({
      ...answer,
      status: 503,
    }));
    try {
      const { code, verdicts } = await project.report([spec], { env: {} });
      expect([code, verdicts]).toEqual([3, { [spec]: 'inconclusive' }]);
    } finally {
      undo();
    }
  });

  it('is asked for twice, the second time past every cache, before "none" counts', async () => {
    const { spec, fullName } = publish();
    let stale = 0;
    const undo = stage.world.edit(
      { role: 'api', path: new RegExp(`${fullName.slice(6)}/versions/1\\.0\\.0$`) },
      (answer) => {
        stale += 1;
        return withJson(answer, { ...jsonOf<object>(answer), rekorLogId: null });
      },
    );
    const { code, about } = await project.report([spec]);
    undo();
    expect([code, stale, about(spec).findings]).toEqual([0, 1, []]);
  });
});

describe('several attestations of one version', () => {
  it('that disagree are a finding with --discover; without it nobody looks', async () => {
    const twice = publish();
    stage.world.attest(twice, {
      identity: { workflow: '.github/workflows/other.yml', event: 'workflow_dispatch' },
    });
    expect(await project.report([twice.spec])).toMatchObject({ code: 0, grave: {} });
    const { grave, about } = await project.report([twice.spec, '--discover']);
    expect(grave[twice.spec]).toContain('conflicting-attestations');
    expect(about(twice.spec).findings.find(({ id }) => id === 'conflicting-attestations')?.message).toMatch(
      /other\.yml/,
    );
  });

  it('that agree are none', async () => {
    const again = publish();
    stage.world.attest(again);
    expect(await project.report([again.spec, '--discover'])).toMatchObject({ code: 0, grave: {} });
  });

  it('of which one is the pinned one: that one counts, whatever the registry names', async () => {
    const two = publish({ provenance: { identity: { workflow: '.github/workflows/other.yml' } } });
    stage.world.attest(two);
    const { code, about } = await project.report([
      two.spec,
      '--discover',
      '--workflow',
      '.github/workflows/publish.yml',
    ]);
    expect(about(two.spec).provenance?.['workflow']).toBe('.github/workflows/publish.yml');
    expect(code).toBe(0);
  });
});

describe('a bundle from disk', () => {
  it.each(['0.1', '0.2', '0.3'] as const)('of version %s stands in for the log entry', async (version) => {
    const { spec, attested } = publish({ rekorLogId: null, provenance: { indexed: false } });
    const { certificate, envelope, position } = attested;
    const entry = toBundleEntry(stage.world.rekor.entry(position));
    write('one.sigstore.json', toBundle(certificate, envelope, [entry], { version }));
    stage.world.requests.length = 0;
    const { code, about } = await project.report([spec, '--bundle', 'one.sigstore.json']);
    expect([code, about(spec).checks['bundle']]).toEqual([
      0,
      expect.objectContaining({ status: 'passed', finder: 'file' }),
    ]);
    expect(stage.world.requestsTo('rekor').map(({ path }) => path)).toEqual(['/api/v1/log']);
  });

  it('of JSON lines: the one that fits counts, wherever it stands', async () => {
    const [one, two, three] = [publish(), publish({ rekorLogId: null }), publish()];
    write('many.jsonl', bundleOf(one.attested), bundleOf(two.attested), bundleOf(three.attested));
    expect(await project.report([two.spec, '--bundle', 'many.jsonl'])).toMatchObject({
      code: 0,
      verdicts: { [two.spec]: 'verified' },
    });
    write('a.json', bundleOf(one.attested));
    write('b.json', bundleOf(two.attested));
    expect(await project.report([two.spec, '--bundle', 'a.json', '--bundle', 'b.json'])).toMatchObject({
      code: 0,
    });
    const { code, grave } = await project.report([two.spec, '--bundle', 'a.json']);
    expect([code, grave]).toEqual([1, { [two.spec]: ['subject'] }]);
  });

  it('gives a dsse entry the payload that the log does not keep', async () => {
    const { spec, attested } = publish({
      provenance: { kind: 'dsse', statement: { style: 'actions-attest' } },
    });
    const without = await project.report([spec]);
    expect([without.code, without.about(spec).verdict]).toEqual([3, 'inconclusive']);
    expect(without.about(spec).gaps?.[0]?.why).toMatch(/payload/);
    write('kept.json', bundleOf(attested));
    expect(await project.report([spec, '--bundle', 'kept.json'])).toMatchObject({
      code: 0,
      verdicts: { [spec]: 'verified' },
    });
  });

  it('may come from Rekor v2, with the time that an authority signed', async () => {
    const { spec, attested } = publish({ rekorLogId: null, provenance: { indexed: false } });
    const { certificate, envelope } = attested;
    const log = stage.world.sigstore.openLogV2();
    const entry = log.addDsse(envelope, certificate.der);
    const [{ sig } = { sig: Buffer.alloc(0) }] = envelope.signatures;
    const signedAt = new Date(certificate.notBefore.getTime() + 60_000);
    const stamp = stage.world.sigstore.tsa.stamp(sig, signedAt);
    write('v2.json', toBundle(certificate, envelope, [entry], { timestamps: [stamp] }));
    const { code, about, json } = await project.report([spec, '--bundle', 'v2.json']);
    expect([code, about(spec).verdict]).toEqual([0, 'verified']);
    expect(json.log.kind).toBe('first-seen');
    // Without the timestamp nobody says when it was signed, and a stamp over something else says nothing about it.
    write('bare.json', toBundle(certificate, envelope, [entry]));
    expect((await project.report([spec, '--bundle', 'bare.json'])).code).not.toBe(0);
    write(
      'other.json',
      toBundle(certificate, envelope, [entry], {
        timestamps: [stage.world.sigstore.tsa.stamp(Buffer.from('other'), signedAt)],
      }),
    );
    expect((await project.report([spec, '--bundle', 'other.json'])).code).toBe(1);
    const late = stage.world.sigstore.tsa.stamp(sig, new Date(certificate.notAfter.getTime() + 60_000));
    write('late.json', toBundle(certificate, envelope, [entry], { timestamps: [late] }));
    expect((await project.report([spec, '--bundle', 'late.json'])).code).toBe(1);
  });

  it('that is none is a wrong request', async () => {
    const { spec } = publish();
    project.write('none.txt', 'certainly no bundle');
    expect(await project.run([spec, '--bundle', 'none.txt'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'error: none.txt holds no Sigstore bundle\n  hint: it must be JSON, or JSON lines\n',
    });
    project.write('empty.json', '');
    expect(await project.run([spec, '--bundle', 'empty.json'])).toMatchObject({ code: 2, stdout: '' });
    expect(await project.run([spec, '--bundle', 'nowhere.json'])).toMatchObject({ code: 2, stdout: '' });
    project.write('other.json', '{"some":"thing"}');
    expect((await project.report([spec, '--bundle', 'other.json'])).code).toBe(1);
  });
});

describe('the statements of old versions of Deno', () => {
  it('whose subject is an object hold, where the registry names them; by digest nobody finds them', async () => {
    const old = { statement: { subjectShape: 'object' } } as const;
    const { spec } = publish({ provenance: old });
    expect(await project.report([spec])).toMatchObject({ code: 0, verdicts: { [spec]: 'verified' } });
    const lost = publish({ provenance: old, rekorLogId: null });
    expect(await project.report([lost.spec])).toMatchObject({
      code: 1,
      verdicts: { [lost.spec]: 'rejected' },
    });
    write('kept.json', bundleOf(lost.attested));
    expect(await project.report([lost.spec, '--bundle', 'kept.json'])).toMatchObject({ code: 0 });
  });

  it('that the log has lost are rebuilt byte for byte from the certificate', async () => {
    const { spec } = publish({ provenance: { storePayload: false } });
    const { code, about } = await project.report([spec]);
    expect([code, about(spec).verdict]).toEqual([0, 'verified']);
  });
});
