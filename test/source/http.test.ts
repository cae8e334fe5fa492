import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { question, serve, serveRaw, source, text } from './server.ts';

describe('answers', () => {
  it('gives the bytes of a 200 exactly as served', async () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x0d, 0x0a, 0xff, 0x00]);
    const server = await serve((_, response) => response.end(bytes));
    const answer = await source().ask(question(`${server.url}/x`));
    expect(answer).toMatchObject({ state: 'present', from: `${server.url}/x` });
    if (answer.state === 'present') expect(Buffer.from(answer.value)).toEqual(bytes);
  });

  it('gives the digest and size of a 200', async () => {
    const bytes = Buffer.alloc(300_000, 7);
    const server = await serve((_, response) => response.end(bytes));
    expect(await source().digest(question(server.url))).toEqual({
      state: 'present',
      value: { sha256: createHash('sha256').update(bytes).digest('hex'), size: 300_000 },
      from: server.url,
    });
  });

  it.each([404, 410])('says absent for a plain %i', async (status) => {
    const server = await serve((_, response) =>
      response.writeHead(status, { 'content-type': 'text/plain' }).end('404 - Not Found'),
    );
    expect(await source().ask(question(server.url, { expect: 'json' }))).toEqual({
      state: 'absent',
      from: server.url,
    });
    expect(server.asked).toHaveLength(1);
  });

  it.each([201, 202, 203, 204, 205, 206, 300, 304, 400, 401, 403, 405, 409, 412, 418, 451])(
    'says unavailable for a %i, at once',
    async (status) => {
      const server = await serve((_, response) => response.writeHead(status).end());
      expect(await source().ask(question(server.url))).toEqual({
        state: 'unavailable',
        from: server.url,
        kind: 'status',
        status,
        why: `answered ${status}`,
      });
      expect(server.asked).toHaveLength(1);
    },
  );
});

describe('what goes out', () => {
  it('names itself, asks for plain bytes and does not look like a browser', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const asking = source();
    await asking.ask(question(`${server.url}/@std/path/meta.json?a=b`, { expect: 'json' }));
    await asking.ask(question(`${server.url}/@std/path/1.0.0/mod.ts`));
    const [json, any] = server.asked;
    expect(json?.url).toBe('/@std/path/meta.json?a=b');
    expect(json?.headers).toEqual({
      host: server.host,
      connection: 'keep-alive',
      'user-agent': 'jsr-verify/0.0.0-test; https://example.com',
      accept: 'application/json',
      'accept-encoding': 'identity',
    });
    expect(any?.headers.accept).toBe('*/*');
  });

  it('sends a body with its type and length', async () => {
    const server = await serve((request, response) => request.pipe(response));
    const answer = await source().ask(question(server.url, { method: 'POST', body: '{"a":"ä"}' }));
    expect(answer.state === 'present' && text(answer.value)).toBe('{"a":"ä"}');
    expect(server.asked[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '10',
    });
  });
});

describe('a question past every cache', () => {
  it('has a query of its own each time, and keeps its address', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const asking = source();
    for (const path of ['/a', '/a', '/b?again=1']) {
      const answer = await asking.ask(question(`${server.url}${path}`, { pastEdge: true }));
      expect(answer).toMatchObject({ state: 'present', from: `${server.url}${path}` });
    }
    const paths = server.asked.map(({ url }) => url ?? '');
    expect(new Set(paths).size).toBe(3);
    expect(paths[0]).toMatch(/^\/a\?fresh=[0-9a-f-]{36}$/);
    expect(paths[2]).toMatch(/^\/b\?again=1&fresh=[0-9a-f-]{36}$/);
  });
});

describe('bounds', () => {
  it('refuses an announced length above the limit without reading the body', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '300000000' });
      response.write('x');
    });
    expect(await source().ask(question(server.url, { maxBytes: 1000 }))).toMatchObject({
      state: 'unavailable',
      kind: 'too-large',
      why: 'longer than 1000 bytes',
    });
  });

  it.each(['ask', 'digest'] as const)('stops %sing an endless body at the limit', async (method) => {
    let sent = 0;
    const server = await serve((_, response) => {
      const chunk = Buffer.alloc(65_536);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      };
      response.on('drain', more);
      more();
    });
    expect(await source()[method](question(server.url, { maxBytes: 1_000_000 }))).toMatchObject({
      state: 'unavailable',
      kind: 'too-large',
      why: 'longer than 1000000 bytes',
    });
    expect(sent).toBeLessThan(20_000_000);
  });

  it('takes an answer of exactly the limit', async () => {
    const server = await serve((_, response) => response.end(Buffer.alloc(1000)));
    expect(await source().ask(question(server.url, { maxBytes: 1000 }))).toMatchObject({ state: 'present' });
  });

  it('does not unpack a compressed answer, however small or large it would become', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000))),
    );
    expect(await source().ask(question(server.url))).toMatchObject({
      state: 'unavailable',
      kind: 'unreadable',
      why: 'encoded as "gzip" although no encoding was requested',
    });
  });

  it('gives up on headers that do not come', async () => {
    const server = await serve(() => undefined);
    const started = Date.now();
    expect(await source({ timeoutMs: 150 }).ask(question(server.url))).toMatchObject({
      state: 'unavailable',
      kind: 'timeout',
      why: 'no complete answer within 150 ms',
    });
    expect(Date.now() - started).toBeLessThan(1500);
    expect(server.asked).toHaveLength(1);
  });

  it('gives up on a body that trickles', async () => {
    const server = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const started = Date.now();
    expect(await source({ timeoutMs: 150 }).ask(question(server.url))).toMatchObject({
      state: 'unavailable',
      kind: 'timeout',
      why: 'no complete answer within 150 ms',
    });
    expect(Date.now() - started).toBeLessThan(1500);
  });
});

describe('broken transport', () => {
  it('does not take a truncated body for the answer', async () => {
    const server = await serveRaw((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this');
    });
    expect(await source().ask(question(server.url))).toMatchObject({
      state: 'unavailable',
      kind: 'cut-off',
      why: 'the connection was closed before the answer was complete, 3 times',
    });
    expect(server.count()).toBe(3);
  });

  it('does not take an unfinished chunked body for the answer', async () => {
    const server = await serveRaw((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n');
    });
    expect(await source().ask(question(server.url))).toMatchObject({ state: 'unavailable' });
  });

  it('does not take the front of a body that is longer than announced for the answer', async () => {
    const server = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nonly the front of it');
    });
    expect(await source().ask(question(server.url))).toMatchObject({
      state: 'unavailable',
      kind: 'cut-off',
      why: 'the answer is longer than its Content-Length says, 3 times',
    });
  });

  it('does not let one broken answer spoil the others of its host', async () => {
    const server = await serveRaw((socket, _, request) => {
      const rest = request.startsWith('GET /bad ') ? ' and more' : '';
      setTimeout(() => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody${rest}`), 5);
    });
    const asking = source({ pauseMs: 50 });
    const [bad, ...others] = await Promise.all(
      ['bad', ...Array.from({ length: 60 }, (_, n) => `${n}`)].map((path) =>
        asking.ask(question(`${server.url}/${path}`)),
      ),
    );
    expect(bad).toMatchObject({ state: 'unavailable' });
    for (const answer of others) expect(answer).toMatchObject({ state: 'present' });
  });

  it('asks again after a reset', async () => {
    const server = await serveRaw((socket, count) => {
      if (count < 3) socket.resetAndDestroy();
      else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    const asking = source();
    expect(await asking.ask(question(server.url))).toMatchObject({ state: 'present' });
    expect(asking.requests).toEqual(new Map([[server.host, 3]]));
  });
});
