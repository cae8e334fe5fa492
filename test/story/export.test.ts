import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files, openStage, type Stage } from '../cli/program.ts';
import type { Publication, PublishOptions } from '../support/publication.ts';
import { openProject, type Project } from './project.ts';

let stage: Stage;
let project: Project;
let count = 0;

beforeAll(async () => {
  stage = await openStage(() => undefined);
  project = openProject(stage);
});
afterAll(() => stage.close());

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

/** What the stock library makes of a bundle: it throws, or answers who signed. */
function stock(text: string): string | undefined {
  const bundle = bundleFromJSON(JSON.parse(text));
  const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(stage.world.sigstore.trustedRoot())), {
    tlogThreshold: 1,
    ctlogThreshold: 1,
  });
  const { identity } = verifier.verify(toSignedEntity(bundle));
  return identity?.subjectAlternativeName;
}

describe('an exported bundle', () => {
  it('is one of version 0.3, which the stock library verifies, and this program again', async () => {
    const { spec, attested } = publish();
    const { code, stdout, stderr } = await project.run(['export', spec, '-o', 'widget.sigstore.json']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toBe(
      'wrote widget.sigstore.json: the attestation of @acme/part-1@1.0.0 as a Sigstore bundle\n' +
        'warning: the statement says "type" where in-toto says "_type", as Deno writes it; strict in-toto parsers will refuse it\n',
    );
    const text = project.read('widget.sigstore.json');
    expect(JSON.parse(text).mediaType).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    expect(Buffer.from(JSON.parse(text).dsseEnvelope.payload, 'base64')).toEqual(attested.statement);
    expect(stock(text)).toMatch(
      /^https:\/\/github\.com\/acme\/part-\d+\/\.github\/workflows\/publish\.yml@refs\/heads\/main$/,
    );
    stage.world.requests.length = 0;
    const again = await project.report([spec, '--bundle', 'widget.sigstore.json', '--depth', 'attestation']);
    expect([again.code, again.verdicts]).toEqual([0, { [spec]: 'verified' }]);
    expect(stage.world.requestsTo('rekor').filter(({ path }) => path.includes('/entries'))).toEqual([]);
  });

  it('goes to standard output where no file is named, and nothing else does', async () => {
    const { spec } = publish({ provenance: { statement: { typeKey: '_type' } } });
    const { code, stdout, stderr } = await project.run(['export', spec]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stock(stdout)).toContain('github.com/acme');
  });

  it('of a log that lost the payload holds the statement that was rebuilt', async () => {
    const { spec, attested } = publish({ provenance: { storePayload: false } });
    const { code, stdout } = await project.run(['export', spec, '--quiet']);
    expect([code, Buffer.from(JSON.parse(stdout).dsseEnvelope.payload, 'base64')]).toEqual([
      0,
      attested.statement,
    ]);
    expect(stock(stdout)).toContain('github.com/acme');
  });

  it('of an old Deno says what others will stumble over', async () => {
    const { spec } = publish({ provenance: { statement: { subjectShape: 'object' } } });
    const { code, stderr } = await project.run(['export', spec, '-o', 'old.json']);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('warning: the subject is an object instead of a list'),
    ]);
  });

  it('of a package that the policy turns away is written, and says so with its exit code', async () => {
    const { spec } = publish();
    const { code, stderr } = await project.run(['export', spec, '-o', 'other.json', '--repo', 'acme/other']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('warning: the attestation is valid, but the policy says rejected'),
    ]);
    expect(stock(project.read('other.json'))).toContain('github.com/acme');
  });

  it('that was tampered with is refused by both', async () => {
    const { spec } = publish();
    await project.run(['export', spec, '-o', 'good.json']);
    const good = JSON.parse(project.read('good.json'));
    const payload = Buffer.from(good.dsseEnvelope.payload, 'base64')
      .toString()
      .replace('refs/heads/main', 'refs/heads/evil');
    const evil = JSON.stringify({
      ...good,
      dsseEnvelope: { ...good.dsseEnvelope, payload: Buffer.from(payload).toString('base64') },
    });
    expect(() => stock(evil)).toThrow();
    project.write('evil.json', evil);
    expect(await project.report([spec, '--bundle', 'evil.json'])).toMatchObject({
      code: 1,
      verdicts: { [spec]: 'rejected' },
    });
  });
});

describe('nothing is exported', () => {
  it('of a package without provenance, with forged provenance, or that does not exist', async () => {
    const bare = publish({ provenance: 'none' });
    const forged = publish({
      provenance: { envelope: (envelope) => ({ ...envelope, signatures: [{ sig: Buffer.alloc(70, 1) }] }) },
    });
    for (const { spec, fullName } of [bare, forged])
      expect([spec, await project.run(['export', spec])]).toEqual([
        spec,
        {
          code: 1,
          stdout: '',
          stderr: `error: ${spec} has no valid attestation, so there is nothing to export\n  hint: jsr-verify explain ${fullName}@1.0.0 says why\n`,
        },
      ]);
    expect(await project.run(['export', '@acme/nobody'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('while the log does not answer: inconclusive', async () => {
    const { spec } = publish();
    const undo = stage.world.edit({ role: 'rekor' }, (answer) => ({ ...answer, status: 503 }));
    const { code, stdout } = await project.run(['export', spec]);
    undo();
    expect([code, stdout]).toEqual([3, '']);
  });
});
