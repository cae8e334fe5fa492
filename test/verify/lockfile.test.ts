import { describe, expect, it } from 'vitest';
import { unavailable } from '../../src/model/evidence.ts';
import type { Sha256 } from '../../src/model/package.ts';
import type { Locked, Occurrence } from '../../src/model/target.ts';
import { mintWorld } from '../support/jsr.ts';
import type { Publication } from '../support/publication.ts';
import { checksOf, expectProven, publish } from './chain.ts';

const world = mintWorld();
const other = 'd'.repeat(64) as Sha256;
const tarball: Locked = { kind: 'tarball', integrity: `sha512-${Buffer.alloc(64).toString('base64')}` };

const at = (line: number, locked: Locked): Occurrence => ({
  at: { file: 'deno.lock', line },
  locked,
  dependents: [],
});
const manifestOf = (publication: Publication): Locked => ({
  kind: 'manifest',
  digest: publication.digest as Sha256,
});
const lockfileOf = (publication: Publication, ...occurrences: readonly Occurrence[]) =>
  checksOf(world, publication, { occurrences }).lockfile;

describe('a lockfile', () => {
  const publication = publish(world);

  it('that holds the digest of the manifest agrees', () => {
    expect(lockfileOf(publication, at(3, manifestOf(publication)))).toEqual({
      status: 'passed',
      fact: { agrees: ['manifest'], notCompared: [] },
    });
  });

  it('that holds another digest fails, and says where and what', () => {
    expect(lockfileOf(publication, at(3, { kind: 'manifest', digest: other }))).toEqual({
      status: 'failed',
      reason: 'the lockfile holds a different version manifest than the registry serves',
      details: [
        `deno.lock:3 locks ${other}`,
        `served ${publication.digest}`,
        `attested ${publication.digest}`,
      ],
    });
  });

  it('of two, one that differs is enough to fail', () => {
    const outcome = lockfileOf(
      publication,
      at(3, manifestOf(publication)),
      at(9, { kind: 'manifest', digest: other }),
    );
    expect(outcome).toMatchObject({
      status: 'failed',
      details: [`deno.lock:9 locks ${other}`, expect.anything(), expect.anything()],
    });
  });

  it('that puts something else in the place of the package fails, whatever else it holds', () => {
    const occurrences = [
      at(3, manifestOf(publication)),
      at(9, { kind: 'replaced', why: '"redirects" maps a to b' }),
    ];
    const expected = {
      status: 'failed',
      reason: 'the client runs something else instead of the package: "redirects" maps a to b',
      details: ['deno.lock:9: "redirects" maps a to b'],
    };
    expect(lockfileOf(publication, ...occurrences)).toEqual(expected);
    const manifest = unavailable('the registry', { kind: 'timeout', why: 'no answer' });
    expect(checksOf(world, publication, { occurrences, manifest }).lockfile).toEqual(expected);
  });

  it('that pins the tarball of npm is not compared here, and that is said', () => {
    expect(lockfileOf(publication, at(3, tarball))).toEqual({
      status: 'skipped',
      why: 'the lockfile pins the npm tarball, but the attestation covers the source files only',
    });
  });

  it('that pins nothing is said to pin nothing', () => {
    expect(lockfileOf(publication, at(3, { kind: 'nothing', why: 'no integrity' }))).toEqual({
      status: 'skipped',
      why: 'the lockfile locks nothing: no integrity',
    });
  });

  it('that says nothing in two ways is told both, each once', () => {
    const nothing: Locked = { kind: 'nothing', why: 'no integrity' };
    expect(lockfileOf(publication, at(3, nothing), at(4, tarball), at(5, nothing))).toEqual({
      status: 'skipped',
      why: 'the lockfile locks nothing: no integrity; the lockfile pins the npm tarball, but the attestation covers the source files only',
    });
  });

  it('that pins nothing beside one that agrees passes, with a remark', () => {
    expect(lockfileOf(publication, at(3, manifestOf(publication)), at(4, tarball))).toMatchObject({
      status: 'passed',
      fact: { agrees: ['manifest'], notCompared: [expect.stringMatching('deno.lock:4')] },
    });
  });

  it('there is none where the version came from a spec', () => {
    expect(lockfileOf(publication)).toEqual({
      status: 'skipped',
      why: 'the version was not taken from a lockfile',
    });
  });

  it('is compared whatever became of the attestation', () => {
    const none = publish(world, 'none');
    const raw = unavailable('the log', { kind: 'timeout', why: 'down' });
    expect(
      checksOf(world, none, { raw, occurrences: [at(3, { kind: 'manifest', digest: other })] }).lockfile,
    ).toMatchObject({
      status: 'failed',
      details: [`deno.lock:3 locks ${other}`, `served ${none.digest}`, 'nothing is attested'],
    });
  });

  it('is blocked where the manifest could not be read', () => {
    const manifest = Buffer.from('{');
    const occurrences = [at(3, manifestOf(publication))];
    expect(checksOf(world, publication, { manifest, occurrences }).lockfile).toEqual({
      status: 'blocked',
      by: 'manifest',
    });
  });
});

describe('a registry that swaps the manifest after the lockfile was written', () => {
  it('is caught twice: by the lockfile, and by the attestation', () => {
    const publication = publish(world);
    const evil = publish(world, {}, { files: { '/mod.ts': 'evil();\n' } });
    const checks = checksOf(world, publication, {
      manifest: evil.manifest,
      occurrences: [at(3, manifestOf(publication))],
    });
    expect(checks.subject.status).toBe('failed');
    expect(checks.lockfile).toMatchObject({
      status: 'failed',
      details: [
        `deno.lock:3 locks ${publication.digest} (the attested digest)`,
        `served ${evil.digest}`,
        `attested ${publication.digest}`,
      ],
    });
  });

  it('is told from a lockfile that was edited', () => {
    const publication = publish(world);
    const checks = checksOf(world, publication, {
      occurrences: [at(3, { kind: 'manifest', digest: other })],
    });
    expect(checks.subject.status).toBe('passed');
    expect(checks.lockfile).toMatchObject({
      status: 'failed',
      details: [`deno.lock:3 locks ${other}`, expect.anything(), expect.anything()],
    });
  });
});

describe('a registry that does not answer', () => {
  it('does not stand in the way of an attestation of the locked digest, and the report says what was not compared', () => {
    const publication = publish(world);
    const { checks } = expectProven(world, publication, {
      manifest: unavailable('https://jsr.test', { kind: 'status', status: 503, why: 'answered 503' }),
      occurrences: [at(3, manifestOf(publication))],
    });
    expect(checks.lockfile).toMatchObject({
      fact: {
        agrees: ['manifest'],
        notCompared: ['the registry did not answer, so the served manifest was not compared'],
      },
    });
    expect(checks.files.status).toBe('skipped');
  });

  it('does not let an attestation of other bytes pass', () => {
    const [publication, another] = [publish(world), publish(world)];
    const checks = checksOf(world, publication, {
      attestation: another.attested,
      manifest: unavailable('https://jsr.test', { kind: 'status', status: 503, why: 'answered 503' }),
      occurrences: [at(3, manifestOf(publication))],
    });
    expect(checks.subject.status).toBe('failed');
  });
});
