import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type HttpOptions, type HttpSource, httpSource } from '../../src/source/http/http.ts';
import type { SourceRequest } from '../../src/source/source.ts';

/** A server on this machine, gone when the test is. */
export interface Server {
  /** Without a slash at the end. */
  readonly url: string;
  readonly host: string;
  /** What was asked, in order. */
  readonly asked: readonly IncomingMessage[];
}

/** An HTTP server that answers with `listener`. */
export async function serve(
  listener: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  address = '127.0.0.1',
): Promise<Server> {
  const asked: IncomingMessage[] = [];
  const server = createServer(((request, response) => {
    asked.push(request);
    listener(request, response, asked.length);
  }) satisfies RequestListener);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const host = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  return { url: `http://${host}`, host, asked };
}

/** A server that speaks TCP as it pleases: `listener` is called once a request has come in. */
export async function serveRaw(
  listener: (socket: Socket, count: number, request: string) => void,
): Promise<{ readonly url: string; readonly host: string; readonly count: () => number }> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => listener(socket, ++count, data.toString('latin1')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${host}`, host, count: () => count };
}

/** A source for tests, closed with the test. */
export function source(options: Partial<HttpOptions> = {}): HttpSource {
  const made = httpSource({
    userAgent: 'jsr-verify/0.0.0-test; https://example.com',
    timeoutMs: 5000,
    pauseMs: 10,
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

/** A question with the defaults of a test. */
export function question(url: string, rest: Partial<SourceRequest> = {}): SourceRequest {
  return { method: 'GET', url, maxBytes: 1_000_000, lifetime: 'never', expect: 'any', ...rest };
}

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
