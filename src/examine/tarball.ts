import type { Auditor } from '../auditor.ts';
import { type Outcome, skipped, unknown } from '../model/check.ts';
import { type Failure, failureOf, type Gathered, unavailable } from '../model/evidence.ts';
import type { Target } from '../model/target.ts';
import { type Dist, revisionIn } from '../registry/packument.ts';
import type { Registry } from '../registry/registry.ts';
import type { Message } from '../source/workers/workers.ts';
import type { TarballTask } from '../tasks.ts';
import type { ReadManifest } from '../verify/manifest.ts';
import type { Attested } from '../verify/one-tarball.ts';
import {
  type CheckedTarball,
  type CheckedTarballs,
  checkTarballs,
  notCompared,
  readChecked,
  type ServedTarball,
  type TarballEvidence,
} from '../verify/tarball.ts';
import type { Collected } from './evidence.ts';

/** A version that passed the check `files`; tarballs are derived only from such files. */
export interface AttestedFiles {
  readonly target: Target;
  readonly manifest: ReadManifest;
  readonly collected: Collected;
}

/** The worker threads that compare tarballs, and the signal that stops them. */
export type Comparing = Pick<Auditor, 'workers' | 'signal'>;

/**
 * Fetches the npm tarballs that the lockfiles pin, or the current one of the npm registry, and derives them again
 * from the attested files.
 */
export async function examineTarball(
  { target, manifest, collected }: AttestedFiles,
  registry: Registry,
  comparing: Comparing,
): Promise<CheckedTarballs> {
  const only = (outcome: Outcome<never>): CheckedTarballs => ({ outcome, contents: [] });
  if (manifest.source !== 'served') {
    return only(
      unknown('the registry did not answer, so the files that the tarball is made of are not known'),
    );
  }
  const tarballs = await collectTarballs(target, registry);
  // A yanked version has no tarball to install. For any other version, the registry may show "not listed" only to us
  // (contract 3.1).
  if (tarballs.length === 0)
    return only(
      collected.registryClaims.yanked
        ? skipped('the version is yanked, and the npm registry does not list it')
        : unknown('the npm registry does not list the version, which is not yanked'),
    );
  const attested = {
    package: target.package,
    files: collected.files?.bytes ?? new Map(),
    graph: manifest.graph,
    exports: manifest.exports,
    registryUrl: registry.address,
  };
  return checkTarballs(tarballs, (tarball) => compare(tarball, attested, comparing));
}

/**
 * Compares a tarball in a worker thread, which can be stopped: a publisher may have made a tarball that takes
 * forever.
 */
async function compare(
  tarball: ServedTarball,
  attested: Attested,
  { workers, signal }: Comparing,
): Promise<CheckedTarball> {
  const able = workers ?? (await import('../threads.ts')).threads();
  const answer = await able.run({
    task: 'tarball',
    message: () => messageOf(tarball, attested),
    ...(signal && { signal }),
  });
  if (!answer.ok) return notCompared(tarball.url, answer.why);
  const unread = 'the worker thread gave an answer that cannot be read';
  return readChecked(answer.value, tarball) ?? notCompared(tarball.url, unread);
}

// The worker takes ownership of copies, because the bytes may be views into a much larger buffer, such as a pack.
function messageOf(tarball: ServedTarball, attested: Attested): Message {
  const transfer: ArrayBuffer[] = [];
  const copy = (bytes: Uint8Array) => {
    const own = new Uint8Array(bytes);
    transfer.push(own.buffer);
    return own;
  };
  const files = new Map([...attested.files].map(([path, bytes]) => [path, copy(bytes)]));
  const input: TarballTask = {
    tarball: { ...tarball, bytes: copy(tarball.bytes) },
    attested: { ...attested, files },
  };
  return { input, transfer };
}

async function collectTarballs(
  { package: about, occurrences }: Target,
  registry: Registry,
): Promise<readonly TarballEvidence[]> {
  const dist = await registry.dist(about);
  const wanted = new Map<string, Digests>();
  const lost: TarballEvidence[] = [];
  const want = (url: string, who: string, integrity: string | undefined, of?: 'tar') => {
    const known = wanted.get(url) ?? { integrity: new Map(), tarIntegrity: new Map() };
    if (integrity !== undefined) known[of === 'tar' ? 'tarIntegrity' : 'integrity'].set(who, integrity);
    wanted.set(url, known);
  };
  for (const { at, locked } of occurrences) {
    const place = `${at.file}:${at.line}`;
    // A lockfile entry without an address means the current tarball, compared with the digest in the lockfile.
    if (locked.kind === 'manifest' || locked.kind === 'replaced') continue;
    const url = locked.url ?? (dist.state === 'present' ? dist.value.url : undefined);
    if (url === undefined) lost.push(unknownAddress(place, dist));
    else if (locked.kind === 'tarball') want(url, place, locked.integrity, locked.of);
    else want(url, place, undefined);
  }
  if (dist.state === 'present' && (wanted.size === 0 || wanted.has(dist.value.url)))
    want(dist.value.url, 'the npm registry', dist.value.integrity);
  if (wanted.size === 0 && lost.length === 0 && dist.state === 'unavailable') {
    return [{ url: dist.from, bytes: dist, integrity: new Map() }];
  }
  const known = await Promise.all(
    [...wanted].map(async ([url, digests]): Promise<TarballEvidence> => {
      const revision = revisionIn(url);
      return {
        url,
        ...digests,
        bytes: await registry.tarball(url),
        ...(revision !== undefined && { revision }),
      };
    }),
  );
  return [...known, ...lost];
}

/** Subresource integrity of one tarball, by its source: of the `.tgz`, and of the tar inside it. */
interface Digests {
  readonly integrity: Map<string, string>;
  readonly tarIntegrity: Map<string, string>;
}

/** An installed tarball with an unknown address. It cannot be fetched, and that must not pass. */
function unknownAddress(place: string, dist: Gathered<Dist>): TarballEvidence {
  const failure: Failure =
    dist.state === 'unavailable'
      ? dist
      : { kind: 'unsettled', why: 'the npm registry does not list the version' };
  const why = `${place} locks a tarball without its address, and ${failure.why}`;
  return {
    url: dist.from,
    bytes: unavailable(dist.from, failureOf(failure, why)),
    integrity: new Map(),
  };
}
