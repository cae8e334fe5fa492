import { createHash } from 'node:crypto';
import { audit, verifySpecs } from '../../src/audit.ts';
import type { Auditor } from '../../src/auditor.ts';
import { exit, exitCodeOf } from '../../src/cli/exit.ts';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import { JsrVerifyError } from '../../src/model/error.ts';
import { absent, type FileDigest, type Gathered, present } from '../../src/model/evidence.ts';
import type { Sha256 } from '../../src/model/package.ts';
import { defaultPolicy } from '../../src/model/policy.ts';
import type { Report } from '../../src/model/report.ts';
import { publicAddresses } from '../../src/registry/addresses.ts';
import { parseSpec } from '../../src/registry/spec.ts';
import { trustFromBytes } from '../../src/sigstore/trust.ts';
import type { Source, SourceRequest } from '../../src/source/source.ts';
import { files } from '../cli/program.ts';
import { jsonBytes } from '../support/json.ts';
import { mintWorld, type World } from '../support/jsr.ts';
import { denoLock } from '../support/lockfiles.ts';
import type { Publication, PublishOptions } from '../support/publication.ts';

/** One way in which a package is verified, with all the bytes that this takes. */
export interface Case {
  readonly name: string;
  /** The bytes that are changed, by what they are. */
  readonly evidence: ReadonlyMap<string, Buffer>;
  /** Verifies the package with some of the bytes replaced, without a network. */
  run(changed: ReadonlyMap<string, Uint8Array>): Promise<Outcome>;
}

/** What came of a run: what was verified, and a text that holds every proven fact about it. */
export type Outcome =
  | { readonly verified: false; readonly why: string }
  | { readonly verified: true; readonly facts: string };

/** Honest evidence of every kind that a verification may rest on. */
export function honestCases(): readonly Case[] {
  const world = mintWorld();
  // Other bytes for each package, or the log's index would know them all by one digest.
  const publish = (name: string, options: Partial<PublishOptions> = {}): Publication =>
    world.publish({
      scope: 'acme',
      name,
      version: '1.0.0',
      files: files(`export const is = '${name}';\n`),
      ...options,
    });
  const named = publish('widget');
  const searched = publish('gadget', { rekorLogId: null });
  const rebuilt = publish('parser', { provenance: { kind: 'dsse' } });
  const bundled = publish('bundle', { rekorLogId: null });
  const locked = publish('locked');
  const bundle = jsonBytes(world.bundle(bundled.attested));
  const lockfile = Buffer.from(denoLock([locked]));
  const { registry, api, rekor } = urls;
  return [
    caseOf(world, 'the log entry that the registry names', named, {
      'meta.json': `${registry}/@acme/widget/meta.json`,
      manifest: `${registry}/@acme/widget/1.0.0_meta.json`,
      version: `${api}/scopes/acme/packages/widget/versions/1.0.0`,
      entry: `${rekor}/api/v1/log/entries?logIndex=${named.attested.logIndex}`,
      ...Object.fromEntries(
        [...named.files.keys()].map((path) => [`file ${path}`, `${registry}/@acme/widget/1.0.0${path}`]),
      ),
    }),
    caseOf(world, 'a log entry that a search finds', searched, {
      'meta.json': `${registry}/@acme/gadget/meta.json`,
      package: `${api}/scopes/acme/packages/gadget`,
      search: `${rekor}/api/v1/index/retrieve`,
      entry: `${rekor}/api/v1/log/entries/${searched.attested.position.uuid}`,
    }),
    caseOf(world, 'a log entry whose payload is rebuilt', rebuilt, {
      manifest: `${registry}/@acme/parser/1.0.0_meta.json`,
      entry: `${rekor}/api/v1/log/entries?logIndex=${rebuilt.attested.logIndex}`,
    }),
    {
      ...caseOf(world, 'a bundle from disk', bundled, {}, { bundle }),
      evidence: new Map([['bundle', bundle]]),
    },
    {
      ...caseOf(world, 'a lockfile', locked, {}, { lockfile }),
      evidence: new Map([['deno.lock', lockfile]]),
    },
  ];
}

/** The name and the reason of everything that was said of a package that was not verified. */
function reasonOf({ packages, unresolved, findings }: Report): string {
  const [pkg] = packages;
  if (pkg === undefined)
    return `no package: ${[...unresolved.map(({ reason }) => reason), ...findings.map(({ id }) => id)].join()}`;
  const { verdict } = pkg;
  const because = 'because' in verdict ? verdict.because.map(({ id }) => id).join() : '';
  return `${verdict.kind} ${because}`.trim();
}

/** A case whose evidence is what the world answers at the addresses. */
function caseOf(
  world: World,
  name: string,
  publication: Publication,
  addresses: Readonly<Record<string, string>>,
  given: { readonly bundle?: Buffer; readonly lockfile?: Buffer } = {},
): Case {
  const trust = trustFromBytes(world.sigstore.trustedRootBytes(), 'a minted root');
  const ask = remembering(world);
  // Elsewhere the log's index knows nothing: a second way to honest evidence would hide what a changed byte does.
  const answer = (url: string, body?: string): Uint8Array | undefined =>
    body === undefined || addresses['search'] !== undefined ? ask(url, body) : Buffer.from('[]');
  const honest = new Map(
    Object.entries(addresses).map(([label, url]) => {
      const bytes = ask(url, label === 'search' ? searchFor(publication) : undefined);
      if (bytes === undefined) throw new Error(`the world has no ${label} at ${url}`);
      return [label, bytes] as const;
    }),
  );
  const auditor = (changed: ReadonlyMap<string, Uint8Array>): Auditor => {
    const overrides = new Map(
      [...changed].flatMap(([label, bytes]) => {
        const url = addresses[label];
        return url === undefined ? [] : [[url, bytes] as const];
      }),
    );
    const bundle = given.bundle && (changed.get('bundle') ?? given.bundle);
    return {
      source: new BytesSource((url, body) => overrides.get(url) ?? answer(url, body)),
      trust,
      policy: defaultPolicy,
      addresses: urls,
      now: world.now,
      depth: 'files',
      ...(bundle && { bundles: [bundle] }),
    };
  };
  return {
    name,
    evidence: honest,
    run: async (changed) => {
      const text = given.lockfile && Buffer.from(changed.get('deno.lock') ?? given.lockfile).toString('utf8');
      try {
        const report =
          text === undefined
            ? await verifySpecs([parseSpec(publication.fullName)], auditor(changed))
            : await audit(
                [readLockfile('deno.lock', text, { registry: urls.registry, npmRegistry: urls.npmRegistry })],
                auditor(changed),
              );
        return outcomeOf(report);
      } catch (error) {
        // A lockfile that is none is refused before anything is looked at; whatever else is thrown is a crash.
        if (error instanceof JsrVerifyError) return { verified: false, why: error.code };
        throw error;
      }
    },
  };
}

function outcomeOf(report: Report): Outcome {
  const code = exitCodeOf(report, { allowEmpty: false, exitZero: false, strict: false });
  if (code !== exit.ok) return { verified: false, why: reasonOf(report) };
  const facts = report.packages.map(({ purl, verdict, provenance, checks, findings }) => ({
    purl,
    verdict: verdict.kind,
    provenance,
    files: checks.files,
    lockfile: checks.lockfile.status,
    unpinned: findings.some(({ id, severity }) => id === 'unpinned' && severity === 'warning'),
  }));
  return { verified: true, facts: JSON.stringify(facts) };
}

/** The world as bytes by address; what was asked once is answered with the same bytes again. */
function remembering(world: World): (url: string, body?: string) => Buffer | undefined {
  const known = new Map<string, Buffer | undefined>();
  return (url, body) => {
    const key = `${url} ${body ?? ''}`;
    if (!known.has(key)) {
      const role = (['registry', 'api', 'rekor'] as const).find((one) =>
        url.startsWith(`${world.urls[one]}/`),
      );
      const { status, body: bytes } =
        role === undefined
          ? { status: 404, body: new Uint8Array() }
          : world.answer({
              role,
              path: url.slice(world.urls[role].length),
              ...(body === undefined ? {} : { method: 'POST', body }),
            });
      known.set(key, status === 200 ? Buffer.from(bytes) : undefined);
    }
    return known.get(key);
  };
}

/** Present bytes, or a plain no. */
class BytesSource implements Source {
  readonly requests = new Map<string, number>();
  readonly #answer: (url: string, body?: string) => Uint8Array | undefined;

  constructor(answer: (url: string, body?: string) => Uint8Array | undefined) {
    this.#answer = answer;
  }

  async ask({ url, body }: SourceRequest): Promise<Gathered<Uint8Array>> {
    const bytes = this.#answer(url, body);
    return bytes === undefined ? absent(url) : present(bytes, url);
  }

  async digest(request: SourceRequest): Promise<Gathered<FileDigest>> {
    const answer = await this.ask(request);
    if (answer.state !== 'present') return answer;
    const sha256 = createHash('sha256').update(answer.value).digest('hex') as Sha256;
    return present({ sha256, size: answer.value.length }, answer.from);
  }
}

const urls = {
  ...publicAddresses,
  registry: 'https://jsr.test',
  api: 'https://api.jsr.test',
  npmRegistry: 'https://npm.jsr.test',
  rekor: 'https://rekor.sigstore.test',
};

const searchFor = ({ digest }: Publication): string => JSON.stringify({ hash: `sha256:${digest}` });
