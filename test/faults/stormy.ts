import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROLES, type Role, type WorldRequest } from '../support/http.ts';
import type { World } from '../support/jsr.ts';
import type { Fault } from './weather.ts';

/** What came of one address that a fault is at. */
interface Hits {
  readonly request: WorldRequest;
  readonly times: number;
  /** Bytes that one answer got to send, at most. */
  readonly bytes: number;
}

/** A way to a world on which some requests meet a fault. */
export interface Way {
  readonly urls: Readonly<Record<Role, string>>;
  /** A folder that goes with it. */
  readonly folder: string;
  /** What makes the program take this way, with a cache that lasts as long as it. */
  env(trust?: 'file' | 'tuf'): Readonly<Record<string, string>>;
  /** The addresses that the fault is at, each once. */
  readonly hits: readonly Hits[];
  /** Where the world says that a service is, if not where this way leads. */
  show(urls: Partial<Record<Role, string>>): void;
  /** The fault strikes from now on, or no longer. */
  set(fault: Fault['act'] | undefined): void;
  close(): Promise<void>;
}

/** Opens a way to a world; `at` says which requests the fault is about. Each way has ports of its own. */
export async function openWay(
  world: World,
  at: (request: WorldRequest) => boolean,
  { host = '127.0.0.1', named = host }: { readonly host?: string; readonly named?: string } = {},
): Promise<Way> {
  const folder = mkdtempSync(join(tmpdir(), 'jsr-way-'));
  const hits = new Map<string, { request: WorldRequest; times: number; bytes: number }>();
  let act: Fault['act'] | undefined;
  let shown: Partial<Record<Role, string>> = {};
  const urls = {} as Record<Role, string>;
  const answer = async (role: Role, incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on('error', () => undefined);
    const request = await readRequest(role, incoming);
    // Several ways lead to one world, and what it says of its addresses is what this way has.
    world.urls = { ...urls, ...shown };
    const honest = world.answer(request);
    if (at(request)) {
      const address = `${role} ${request.method} ${request.path.replace(/[?&](?:again|fresh)=.*$/, '')}`;
      const hit = hits.get(address) ?? { request, times: 0, bytes: 0 };
      hits.set(address, hit);
      hit.times++;
      response.on('close', () => {
        hit.bytes = Math.max(hit.bytes, response.socket?.bytesWritten ?? 0);
      });
      if (act?.({ response, honest, time: hit.times }) === true) return;
    }
    response.writeHead(honest.status, { 'content-length': String(honest.body.length), ...honest.headers });
    response.end(honest.body);
  };
  const servers = await Promise.all(
    ROLES.map(async (role) => {
      const server = createServer((incoming, response) => {
        answer(role, incoming, response).catch(() => response.destroy());
      });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(0, host, resolve);
      });
      urls[role] = `http://${named}:${(server.address() as AddressInfo).port}`;
      return server;
    }),
  );
  const write = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const root = write('trusted_root.json', world.sigstore.trustedRootBytes());
  return {
    urls,
    folder,
    get hits() {
      return [...hits.values()];
    },
    env: (trust = 'file') => ({
      JSR_URL: urls.registry,
      JSR_API_URL: urls.api,
      JSR_NPM_URL: urls.npm,
      REKOR_URL: urls.rekor,
      JSR_VERIFY_CACHE: join(folder, 'cache'),
      ...(trust === 'file'
        ? { SIGSTORE_TRUSTED_ROOT: root }
        : { TUF_MIRROR: urls.tuf, TUF_ROOT: write('root.json', world.tuf.root()) }),
    }),
    show: (others) => {
      shown = others;
    },
    set: (fault) => {
      act = fault;
      hits.clear();
    },
    close: async () => {
      await Promise.all(servers.map(stop));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function readRequest(role: Role, incoming: IncomingMessage): Promise<WorldRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    role,
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: Object.fromEntries(headers) as Readonly<Record<string, string>>,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
