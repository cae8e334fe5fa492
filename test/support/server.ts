import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, ROLES, type Role, type WorldRequest } from './http.ts';
import type { World } from './jsr.ts';

/** How the server treats requests. */
export interface ServerOptions {
  /** Milliseconds before every answer. */
  readonly latency?: number | ((request: WorldRequest) => number);
  /** Takes a request over, for trouble that no well-formed answer can make; true means it has been dealt with. */
  readonly intercept?: (exchange: Exchange) => boolean | Promise<boolean>;
  /** Address to listen on. */
  readonly host?: '127.0.0.1' | '::1';
}

/** One exchange on the wire. */
export interface Exchange {
  readonly request: WorldRequest;
  readonly answer: Answer;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
}

/** Where trust comes from in the flags: a file, the TUF mirror, or nowhere (the program's own default). */
export type TrustBy = 'file' | 'tuf' | 'none';

/** A world on loopback, one port per service. */
export interface WorldServer {
  readonly urls: Readonly<Record<Role, string>>;
  /** Folder of its own that disappears with the server. */
  readonly folder: string;
  /** Flags that make jsr-verify live in this world, with a fresh cache folder. */
  flags(options?: { readonly trust?: TrustBy; readonly cache?: boolean }): readonly string[];
  /** The same as environment variables. */
  env(options?: { readonly trust?: TrustBy; readonly cache?: boolean }): Readonly<Record<string, string>>;
  /** Path of a file with the trusted root. */
  trustedRootFile(): string;
  /** Path of a file with the first TUF root. */
  tufRootFile(): string;
  close(): Promise<void>;
}

/** Serves a world on loopback, and tells it where it is. */
export async function serveWorld(world: World, options: ServerOptions = {}): Promise<WorldServer> {
  const { host = '127.0.0.1' } = options;
  const servers = await Promise.all(ROLES.map((role) => listen(world, role, options, host)));
  const urls = Object.fromEntries(
    servers.map((server, index) => [
      ROLES[index],
      `http://${host === '::1' ? '[::1]' : host}:${portOf(server)}`,
    ]),
  ) as Record<Role, string>;
  world.urls = urls;
  const folder = mkdtempSync(join(tmpdir(), 'jsr-world-'));
  const write = (name: string, bytes: Uint8Array): string => {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return file;
  };
  const trustedRootFile = (): string => write('trusted_root.json', world.sigstore.trustedRootBytes());
  const tufRootFile = (): string => write('root.json', world.tuf.root());

  const settings = ({ trust = 'file', cache = true }: { trust?: TrustBy; cache?: boolean } = {}) => [
    { flag: '--registry', variable: 'JSR_URL', value: urls.registry },
    { flag: '--api', variable: 'JSR_API_URL', value: urls.api },
    { flag: '--npm-registry', variable: 'JSR_NPM_URL', value: urls.npm },
    { flag: '--rekor', variable: 'REKOR_URL', value: urls.rekor },
    ...(trust === 'tuf'
      ? [
          { flag: '--tuf-mirror', variable: 'TUF_MIRROR', value: urls.tuf },
          { flag: '--tuf-root', variable: 'TUF_ROOT', value: tufRootFile() },
        ]
      : []),
    ...(trust === 'file'
      ? [{ flag: '--trusted-root', variable: 'SIGSTORE_TRUSTED_ROOT', value: trustedRootFile() }]
      : []),
    ...(cache ? [{ flag: '--cache-dir', variable: 'JSR_VERIFY_CACHE', value: join(folder, 'cache') }] : []),
  ];

  return {
    urls,
    folder,
    flags: (wanted) => settings(wanted).flatMap(({ flag, value }) => [flag, value]),
    env: (wanted) => Object.fromEntries(settings(wanted).map(({ variable, value }) => [variable, value])),
    trustedRootFile,
    tufRootFile,
    close: async () => {
      await Promise.all(servers.map(stop));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listen(world: World, role: Role, options: ServerOptions, host: string): Promise<Server> {
  const server = createServer((incoming, response) => {
    respond(world, role, options, incoming, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => resolve(server));
  });
}

async function respond(
  world: World,
  role: Role,
  { latency = 0, intercept }: ServerOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const request: WorldRequest = {
    role,
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: Buffer.concat(chunks).toString('utf8'),
  };
  const answer = world.answer(request);
  const delay = typeof latency === 'number' ? latency : latency(request);
  if (delay > 0) await wait(delay);
  if ((await intercept?.({ request, answer, incoming, response })) === true) return;
  response.writeHead(answer.status, { 'content-length': String(answer.body.length), ...answer.headers });
  response.end(answer.body);
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
