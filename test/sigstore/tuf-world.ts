import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsrVerifyError } from '../../src/model/error.ts';
import { loadTrust, type Trust, type TrustOptions } from '../../src/sigstore/trust.ts';
import type { Send } from '../../src/sigstore/tuf-mirror.ts';
import { sharedSigstore } from '../support/sigstore.ts';
import { mintTuf, type TufOptions, type TufRepository } from '../support/tuf.ts';

/** Takes a request over: true means it has been dealt with. */
export type Intercept = (path: string, response: ServerResponse) => boolean;

/** A TUF repository on loopback, a cache folder, and the flags of somebody who uses them. */
export class TufWorld {
  readonly repository: TufRepository;
  /** Paths asked for, in order. */
  readonly requests: string[] = [];
  intercept: Intercept = () => false;
  readonly #server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').slice('/mirror/'.length));
    this.requests.push(path);
    if (this.intercept(path, response)) return;
    const bytes = this.repository.get(path);
    response.writeHead(bytes === undefined ? 404 : 200);
    response.end(bytes);
  });
  #folder = '';
  #port = 0;

  private constructor(options: Partial<TufOptions>) {
    this.repository = mintTuf({ targets: { 'trusted_root.json': trustedRoot() }, ...options });
  }

  static async open(options: Partial<TufOptions> = {}): Promise<TufWorld> {
    const world = new TufWorld(options);
    await new Promise<void>((resolve) => world.#server.listen(0, '127.0.0.1', resolve));
    world.#port = (world.#server.address() as AddressInfo).port;
    world.#folder = await mkdtemp(join(tmpdir(), 'jsr-trust-'));
    await writeFile(join(world.#folder, 'root.json'), world.repository.root());
    return world;
  }

  get cacheDir(): string {
    return join(this.#folder, 'cache');
  }

  get mirror(): string {
    return `http://127.0.0.1:${this.#port}/mirror`;
  }

  options(changes: Partial<TrustOptions> = {}): TrustOptions {
    return {
      mirror: this.mirror,
      tufRootFile: join(this.#folder, 'root.json'),
      cacheDir: this.cacheDir,
      offline: false,
      timeoutMs: 10_000,
      now: new Date(),
      ...changes,
    };
  }

  load(changes: Partial<TrustOptions> = {}): Promise<Trust> {
    return loadTrust(this.options(changes));
  }

  /** The first use, long enough ago that the next one asks again. */
  async loadLongAgo(): Promise<Trust> {
    return this.load({ now: daysFromNow(-2) });
  }

  /** The one file of the cache. */
  async cacheFile(): Promise<string> {
    const folder = join(this.cacheDir, 'tuf');
    const [name, ...others] = await readdir(folder);
    if (name === undefined || others.length > 0)
      throw new Error(`the cache holds ${others.length + 1} files`);
    return join(folder, name);
  }

  async editCache(change: (document: Record<string, never>) => void): Promise<void> {
    const file = await this.cacheFile();
    const document = JSON.parse(await readFile(file, 'utf8'));
    change(document);
    await writeFile(file, JSON.stringify(document));
  }

  /** Whether all connections to it get closed, within a moment. */
  async isLeft(): Promise<boolean> {
    const lines = () =>
      new Promise<number>((resolve, reject) =>
        this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      );
    for (let tries = 0; tries < 50; tries += 1) {
      if ((await lines()) === 0) return true;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return false;
  }

  /** Nobody listens any more. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export const trustedRoot = (): Buffer => sharedSigstore().trustedRootBytes();

/** Another trusted root that is just as good. */
export const otherTrustedRoot = (): Buffer => Buffer.concat([trustedRoot(), Buffer.from('\n')]);

export const daysFromNow = (days: number): Date => new Date(Date.now() + days * 24 * 3_600_000);

/** An expiry that is still ahead; TUF counts in whole seconds. */
export const inAMoment = (): Date => new Date(Date.now() + 2000);

/** Until `inAMoment` has passed. */
export const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2050));

/** Requests of a machine whose cable is unplugged. */
export const unplugged: Send = async () => {
  throw Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
};

/** How a promise that must fail failed: code, fact and hint in one line. */
export async function failure(promise: Promise<Trust>): Promise<string> {
  let trust: Trust;
  try {
    trust = await promise;
  } catch (error) {
    if (!(error instanceof JsrVerifyError)) throw error;
    return `${error.code}: ${error.message} (${error.hint ?? ''})`;
  }
  throw new Error(`trusted, from ${trust.status.source} at ${JSON.stringify(trust.status.versions)}`);
}
