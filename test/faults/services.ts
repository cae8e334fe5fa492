import { files } from '../cli/program.ts';
import { jsonOf, type WorldRequest, withJson } from '../support/http.ts';
import type { World } from '../support/jsr.ts';
import type { Publication } from '../support/publication.ts';
import type { LogEntries } from '../support/rekor.ts';

/** What a package comes to; `unresolved`: it is not among the packages, because the registry says that it does not exist. */
export type Fate = 'verified' | 'rejected' | 'inconclusive' | 'unresolved';

/** One answer that an audit needs, and the package that is in trouble without it. */
export interface Service {
  readonly name: string;
  readonly spec: string;
  readonly at: (request: WorldRequest) => boolean;
  /** What the package comes to when there is no such answer to be had. */
  readonly lasting: Fate;
  /** The same, where its host is silent to every question; `lasting` where it makes no difference. */
  readonly silent?: Fate;
  /** What it comes to when the answer is that there is none. */
  readonly no: Fate;
  /** The most bytes of it that are read: its limit, and what lies in buffers on the way. */
  readonly bytes: number;
}

const MB = 1_000_000;

/** A package for each service, and one that nothing is ever wrong with. */
export function fillWith(world: World): {
  readonly healthy: Publication;
  readonly services: readonly Service[];
} {
  const publish = (name: string, more = {}) =>
    world.publish({ scope: 'acme', name, version: '1.0.0', files: files(`// ${name}\n`), ...more });
  const entry = publish('entry').attested;
  // The log leaves it out where it is asked for several (as it may), so that it is asked for alone.
  world.edit({ role: 'rekor', path: '/api/v1/log/entries/retrieve' }, (answer) =>
    withJson(
      answer,
      jsonOf<readonly LogEntries[]>(answer).filter((entries) => !(entry.position.uuid in entries)),
    ),
  );
  const { digest } = publish('search', { rekorLogId: null });
  for (const name of ['list', 'manifest', 'file', 'badge', 'link', 'packument', 'tarball']) publish(name);
  publish('upload', { provenance: { digest: 'tarball', statement: { typeKey: '_type' } } });
  const at = (pattern: RegExp) => (request: WorldRequest) => pattern.test(`${request.role} ${request.path}`);
  return {
    healthy: publish('healthy'),
    services: [
      {
        name: 'the list of versions',
        spec: '@acme/list',
        at: at(/^registry \/@acme\/list\/meta\.json$/),
        lasting: 'inconclusive',
        no: 'unresolved',
        bytes: 22 * MB,
      },
      {
        name: 'the manifest',
        spec: '@acme/manifest@1.0.0',
        at: at(/^registry \/@acme\/manifest\/1\.0\.0_meta\.json$/),
        lasting: 'inconclusive',
        no: 'rejected',
        bytes: 22 * MB,
      },
      {
        name: 'a file',
        spec: '@acme/file@1.0.0',
        at: at(/^registry \/@acme\/file\/1\.0\.0\/mod\.ts$/),
        lasting: 'inconclusive',
        no: 'rejected',
        bytes: 8 * MB,
      },
      {
        // The log knows the attestation by the digest of the manifest, whatever the registry says of it.
        name: "the API's word on provenance",
        spec: '@acme/badge@1.0.0',
        at: at(/^api .*\/packages\/badge\/versions\/1\.0\.0(?:\?.*)?$/),
        lasting: 'verified',
        // What a search finds has to be confirmed by the link's id, which only the same host knows.
        silent: 'inconclusive',
        no: 'verified',
        bytes: 8 * MB,
      },
      {
        // The list of versions names the repository as well.
        name: "the API's word on the linked repository",
        spec: '@acme/link@1.0.0',
        at: at(/^api .*\/packages\/link$/),
        lasting: 'verified',
        no: 'verified',
        bytes: 8 * MB,
      },
      {
        name: 'the uploaded tarball, where that is what was attested',
        spec: '@acme/upload@1.0.0',
        at: at(/^api .*\/packages\/upload\/versions\/1\.0\.0\/tarball$/),
        lasting: 'inconclusive',
        no: 'rejected',
        bytes: 108 * MB,
      },
      {
        // A log that has none under this number is searched.
        name: 'the log entry',
        spec: '@acme/entry@1.0.0',
        at: ({ role, path }) => role === 'rekor' && path.endsWith(`?logIndex=${entry.logIndex}`),
        lasting: 'inconclusive',
        no: 'verified',
        bytes: 8 * MB,
      },
      {
        name: 'the search of the log',
        spec: '@acme/search@1.0.0',
        at: ({ role, path, body }) =>
          role === 'rekor' && path === '/api/v1/index/retrieve' && body.includes(digest),
        lasting: 'inconclusive',
        no: 'inconclusive',
        bytes: 8 * MB,
      },
      {
        // Only of a yanked version is "not here" an answer.
        name: "the npm registry's document",
        spec: '@acme/packument@1.0.0',
        at: at(/^npm \/@jsr\/acme__packument$/),
        lasting: 'inconclusive',
        no: 'inconclusive',
        bytes: 56 * MB,
      },
      {
        name: 'the npm tarball',
        spec: '@acme/tarball@1.0.0',
        at: at(/^npm \/~\/\d+\/@jsr\/acme__tarball\//),
        lasting: 'inconclusive',
        no: 'inconclusive',
        bytes: 70 * MB,
      },
    ],
  };
}
