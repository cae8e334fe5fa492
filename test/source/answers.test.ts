import { lookup } from 'node:dns/promises';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../src/source/address.ts';
import { tame, toTrouble } from '../../src/source/reason.ts';
import { question, serve, serveRaw, source } from './server.ts';

const page = '<!DOCTYPE html><html><body>sign in to use the network</body></html>';

describe('a web page is never the registry', () => {
  it.each([
    ['its type', { 'content-type': 'text/html; charset=utf-8' }, '{}'],
    ['its type in capitals', { 'content-type': 'Text/HTML' }, '{}'],
    ['XHTML', { 'content-type': 'application/xhtml+xml' }, '{}'],
    ['its first bytes', {}, page],
    [
      'its first bytes, whatever its type says',
      { 'content-type': 'application/json' },
      `\ufeff \r\n\t${page}`,
    ],
  ])('where JSON is expected: known by %s', async (_, headers, body) => {
    const server = await serve((_, response) => response.writeHead(200, headers).end(body));
    expect(await source().ask(question(server.url, { expect: 'json' }))).toMatchObject({
      state: 'unavailable',
      kind: 'web-page',
      why: 'answered with a web page instead of data',
    });
  });

  it.each([
    ['its type', { 'content-type': 'text/html' }, '404 - Not Found'],
    ['its first bytes', {}, page],
  ])('when it says 404: known by %s', async (_, headers, body) => {
    for (const expected of ['json', 'any'] as const) {
      const server = await serve((_, response) => response.writeHead(404, headers).end(body));
      expect(await source().ask(question(server.url, { expect: expected }))).toMatchObject({
        state: 'unavailable',
        kind: 'web-page',
        why: 'answered 404 with a web page, which is not the registry\'s "no"',
      });
    }
  });

  it('but a published page is a file like any other', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(page),
    );
    expect(await source().digest(question(server.url))).toMatchObject({ state: 'present' });
  });

  it('and an endless 404 is not read to its end', async () => {
    const server = await serve((_, response) => {
      response.writeHead(404, { 'content-type': 'text/plain' });
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
      };
      response.on('drain', more);
      more();
    });
    expect(await source().ask(question(server.url))).toMatchObject({ state: 'absent' });
  });
});

describe('the backend that answers', () => {
  it.each([200, 404])('must be the one that was asked, for a %i', async (status) => {
    const server = await serve((_, response) =>
      response.writeHead(status, { 'x-jsr-backend': 'frontend\u00a0' }).end('{}'),
    );
    expect(
      await source().ask(question(server.url, { answeredBy: { header: 'x-jsr-backend', value: 'modules' } })),
    ).toMatchObject({
      state: 'unavailable',
      kind: 'unreadable',
      why: 'answered by "frontend" instead of "modules"',
    });
  });

  it.each([{ 'x-jsr-backend': 'modules' }, {}])('is fine with headers %j', async (headers) => {
    const server = await serve((_, response) => response.writeHead(200, headers).end('{}'));
    expect(
      await source().ask(question(server.url, { answeredBy: { header: 'x-jsr-backend', value: 'modules' } })),
    ).toMatchObject({
      state: 'present',
    });
  });
});

describe('redirects', () => {
  it('are followed within the origin, three times, and counted', async () => {
    const server = await serve((request, response) => {
      const step = Number(request.url?.slice(1));
      if (step < 3) response.writeHead(302, { location: `/${step + 1}` }).end('elsewhere');
      else response.end('here');
    });
    const asking = source();
    expect(await asking.ask(question(`${server.url}/0`))).toMatchObject({
      state: 'present',
      from: `${server.url}/0`,
    });
    expect(asking.requests).toEqual(new Map([[server.host, 4]]));
  });

  it('are not followed for ever', async () => {
    const server = await serve((_, response) => response.writeHead(307, { location: '/' }).end());
    expect(await source().ask(question(server.url))).toMatchObject({ why: 'more than 3 redirects' });
    expect(server.asked).toHaveLength(4);
  });

  it('never lead to another origin, not even to another port', async () => {
    const other = await serve((_, response) => response.end('{}'));
    const server = await serve((_, response) =>
      response.writeHead(301, { location: `${other.url}/x` }).end(),
    );
    expect(await source().ask(question(server.url))).toMatchObject({
      state: 'unavailable',
      kind: 'refused',
      why: `a redirect to another origin, ${other.url}`,
    });
    expect(other.asked).toHaveLength(0);
  });

  it.each([
    ['http://example.invalid/', 'a redirect to another origin, http://example.invalid'],
    ['//evil.invalid/', 'a redirect to another origin, http://evil.invalid'],
    ['file:///etc/passwd', 'a redirect to another origin, null'],
    ['http://[', 'a redirect without a valid Location'],
  ])('to %s go nowhere', async (location, why) => {
    const server = await serve((_, response) => response.writeHead(302, { location }).end());
    expect(await source().ask(question(server.url))).toMatchObject({
      state: 'unavailable',
      kind: 'refused',
      why,
    });
  });

  it('never pick up a password on the way', async () => {
    const server = await serve((_, response) =>
      response.writeHead(302, { location: `http://user:secret@${server.host}/` }).end(),
    );
    expect(await source().ask(question(server.url))).toMatchObject({
      why: 'a redirect that is not followed: an address with a user name or password is refused',
    });
  });

  it('without a location go nowhere', async () => {
    const server = await serve((_, response) => response.writeHead(302).end());
    expect(await source().ask(question(server.url))).toMatchObject({
      why: 'a redirect without a valid Location',
    });
  });

  it('are no answer to a POST', async () => {
    const server = await serve((_, response) => response.writeHead(307, { location: '/x' }).end());
    expect(await source().ask(question(server.url, { method: 'POST', body: '{}' }))).toMatchObject({
      why: 'the answer is a redirect',
    });
  });
});

describe('addresses', () => {
  it.each([
    'https://jsr.io',
    'http://localhost:8080/x',
    'http://127.0.0.1',
    'http://127.1.2.3:1/',
    'http://127.1/',
    'http://[::1]:80/',
    'http://[0:0:0:0:0:0:0:1]/',
  ])('allows %s', (url) => {
    expect(refusal(url)).toBeUndefined();
  });

  it.each([
    'http://jsr.io',
    'http://128.0.0.1',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://0.0.0.0',
    'http://[::ffff:127.0.0.1]/',
    'https://user@jsr.io',
    'https://:secret@jsr.io',
    'ftp://127.0.0.1',
    'file:///etc/passwd',
    'data:text/plain,x',
    '@std/path',
    '',
  ])('refuses %j', async (url) => {
    expect(refusal(url)).toEqual(expect.any(String));
    const asking = source();
    expect(await asking.ask(question(url))).toMatchObject({
      state: 'unavailable',
      kind: 'refused',
      from: url,
    });
    expect(asking.requests.size).toBe(0);
  });

  it('reaches a host that has IPv6 only', async () => {
    const server = await serve((_, response) => response.end('ok'), '::1');
    expect(await source().ask(question(server.url))).toMatchObject({ state: 'present' });
  });

  it('finds the address of localhost that answers', async ({ skip }) => {
    const addresses = await lookup('localhost', { all: true });
    skip(!addresses.some(({ family }) => family === 6), 'localhost has no IPv6 address here');
    const server = await serve((_, response) => response.end('ok'), '::1');
    const port = new URL(server.url).port;
    expect(await source().ask(question(`http://localhost:${port}/`))).toMatchObject({ state: 'present' });
  });
});

describe('trouble in words', () => {
  it('for an unknown host', async () => {
    expect(await source().ask(question('https://registry.invalid/x'))).toMatchObject({
      state: 'unavailable',
      kind: 'unreachable',
      why: expect.stringMatching(/^the host name (is unknown|could not be looked up, 3 times)$/),
    });
  });

  it('for a refused connection', async () => {
    expect(await source().ask(question('http://127.0.0.1:1/'))).toMatchObject({
      state: 'unavailable',
      kind: 'unreachable',
      why: 'the connection was refused, 3 times',
    });
  });

  it('for something that does not speak HTTP', async () => {
    const server = await serveRaw((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    const answer = await source().ask(question(server.url));
    expect(answer.state === 'unavailable' && answer.why).toBe('the answer is not HTTP, 3 times');
  });

  it('for headers without end', async () => {
    const server = await serveRaw((socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`));
    expect(await source().ask(question(server.url))).toMatchObject({
      state: 'unavailable',
      kind: 'unreadable',
      why: 'the headers of the answer are too large',
    });
  });

  it('for text from outside: one line, no control or invisible characters, a bounded length', () => {
    expect(tame('a\u001b[31mb\r\nc\u202ed\u2028e\ud800f')).toBe('a [31mb c d e f');
    expect(tame('x'.repeat(10_000))).toHaveLength(200);
  });

  it('for anything that can be thrown', () => {
    expect(toTrouble('text')).toEqual({ kind: 'unreachable', why: 'text', again: true });
    expect(toTrouble(undefined).why).toBe('undefined');
    expect(toTrouble(Object.assign(new Error('boo'), { code: '__proto__' })).why).toBe('boo (__proto__)');
    const cyclic = new Error('turtles');
    cyclic.cause = cyclic;
    expect(toTrouble(cyclic).why).toBe('turtles');
  });
});
