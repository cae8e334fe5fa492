import { createHash } from 'node:crypto';
import { audit, verifySpecs } from '../../src/audit.ts';
import type { Auditor } from '../../src/auditor.ts';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import { absent, type FileDigest, type Gathered, present } from '../../src/model/evidence.ts';
import type { Sha256 } from '../../src/model/package.ts';
import { defaultPolicy } from '../../src/model/policy.ts';
import type { Depth } from '../../src/model/report.ts';
import { publicAddresses } from '../../src/registry/addresses.ts';
import { parseSpec } from '../../src/registry/spec.ts';
import { trustFromBytes } from '../../src/sigstore/trust.ts';
import type { Source, SourceRequest } from '../../src/source/source.ts';
import { files } from '../cli/program.ts';
import { inProcess } from '../support/in-process.ts';
import { mintWorld, type World } from '../support/jsr.ts';
import type { Publication, PublishOptions } from '../support/publication.ts';
import { type Case, outcomeOf } from './case.ts';

/** Bytes that a verification rests on, and what the world answers by address once they are changed. */
export interface Part {
  readonly bytes: Buffer;
  served(changed: Uint8Array): ReadonlyMap<string, Uint8Array>;
}

/** What a package is verified with beside what the world answers. */
export interface Given {
  readonly depth?: Depth;
  readonly bundle?: Buffer;
  /** A lockfile by name. */
  readonly lockfile?: readonly [name: string, text: Buffer];
  /** Whether the index of the log knows its entries; elsewhere a second way to honest evidence would hide what a byte does. */
  readonly searchable?: boolean;
}

/** A minted world and the people who verify what it publishes; they know it by these addresses. */
export class MintedWorld {
  readonly world: World = mintWorld();
  readonly urls = {
    ...publicAddresses,
    registry: 'https://jsr.test',
    api: 'https://api.jsr.test',
    npmRegistry: 'https://npm.jsr.test',
    rekor: 'https://rekor.sigstore.test',
  };
  readonly #answers = new Map<string, Buffer | undefined>();

  /** A package with one module, attested; each has bytes of its own, or the log's index would know them all by one digest. */
  publish(name: string, options: Partial<PublishOptions> = {}): Publication {
    const module = files(`export const is = '${name}';\n`);
    return this.world.publish({ scope: 'acme', name, version: '1.0.0', files: module, ...options });
  }

  /** What the world answers at an address. */
  part(url: string, body?: string): Part {
    const bytes = this.ask(url, body);
    if (bytes === undefined) throw new Error(`the world has nothing at ${url}`);
    return { bytes, served: (changed) => new Map([[url, changed]]) };
  }

  /** What the world answers at several addresses, by name. */
  parts(addresses: Readonly<Record<string, string>>): Readonly<Record<string, Part>> {
    return Object.fromEntries(Object.entries(addresses).map(([label, url]) => [label, this.part(url)]));
  }

  /** A case in which a package, or what a lockfile says of it, is verified from these parts of evidence. */
  case(
    name: string,
    { fullName, version }: Publication,
    parts: Readonly<Record<string, Part>>,
    given: Given = {},
  ): Case {
    const evidence = new Map(Object.entries(parts).map(([label, { bytes }]) => [label, bytes]));
    if (given.bundle !== undefined) evidence.set('bundle', given.bundle);
    if (given.lockfile !== undefined) evidence.set(...given.lockfile);
    const spec = parseSpec(given.depth === 'tarball' ? `${fullName}@${version}` : fullName);
    return {
      name,
      evidence,
      run: (changed) =>
        outcomeOf(() => {
          const served = new Map(
            [...changed].flatMap(([label, bytes]) => [...(parts[label]?.served(bytes) ?? [])]),
          );
          const auditor = this.auditor(
            new BytesSource((url, body) => {
              if (body !== undefined && given.searchable !== true) return Buffer.from('[]');
              return served.get(url) ?? this.ask(url, body);
            }),
            given.depth ?? 'files',
            given.bundle && (changed.get('bundle') ?? given.bundle),
          );
          if (given.lockfile === undefined) return verifySpecs([spec], auditor);
          const [file, text] = given.lockfile;
          const read = Buffer.from(changed.get(file) ?? text).toString('utf8');
          const { registry, npmRegistry } = this.urls;
          return audit([readLockfile(file, read, { registry, npmRegistry })], auditor);
        }),
    };
  }

  /** Somebody who asks this source, and trusts this world's own Sigstore. */
  auditor(source: Source, depth: Depth, bundle?: Uint8Array): Auditor {
    return {
      source,
      trust: trustFromBytes(this.world.sigstore.trustedRootBytes(), 'a minted root'),
      policy: defaultPolicy,
      addresses: this.urls,
      now: this.world.now,
      depth,
      workers: inProcess,
      ...(bundle && { bundles: [bundle] }),
    };
  }

  /** The bytes at an address; what was asked once is answered with the same bytes again. */
  ask(url: string, body?: string): Buffer | undefined {
    const key = `${url} ${body ?? ''}`;
    if (!this.#answers.has(key)) this.#answers.set(key, this.#answer(url, body));
    return this.#answers.get(key);
  }

  #answer(url: string, body: string | undefined): Buffer | undefined {
    const { urls } = this.world;
    const role = (['registry', 'api', 'npm', 'rekor'] as const).find((one) =>
      url.startsWith(`${urls[one]}/`),
    );
    if (role === undefined) return undefined;
    const { status, body: bytes } = this.world.answer({
      role,
      path: url.slice(urls[role].length),
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    return status === 200 ? Buffer.from(bytes) : undefined;
  }
}

/** Present bytes, or a plain no. */
export class BytesSource implements Source {
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
