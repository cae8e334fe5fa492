import { describe, expect, it } from 'vitest';
import { backoffMs, retryAfterMs } from '../../src/source/http/retry.ts';
import { question, serve, serveRaw, source } from './server.ts';

describe('second tries', () => {
  it.each([408, 429, 500, 502, 503, 504, 520])('asks again after a %i', async (status) => {
    const server = await serve((_, response, count) =>
      response.writeHead(count < 3 ? status : 200).end('ok'),
    );
    const asking = source();
    expect(await asking.ask(question(server.url))).toMatchObject({ state: 'present' });
    expect(asking.requests).toEqual(new Map([[server.host, 3]]));
  });

  it('gives up after three tries and says what was seen', async () => {
    const server = await serve((_, response) => response.writeHead(503).end());
    expect(await source().ask(question(server.url))).toEqual({
      state: 'unavailable',
      from: server.url,
      kind: 'status',
      status: 503,
      why: 'answered 503, 3 times',
    });
    expect(server.asked).toHaveLength(3);
  });

  it('never takes a 404 seen after an error for the error, nor the other way round', async () => {
    const server = await serve((_, response, count) => response.writeHead(count === 1 ? 503 : 404).end());
    expect(await source().ask(question(server.url))).toMatchObject({ state: 'absent' });
  });

  it('hashes only the try that counts', async () => {
    const server = await serveRaw((socket, count) => {
      if (count === 1) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nwrong');
      else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc');
    });
    expect(await source().digest(question(server.url))).toMatchObject({
      value: { sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', size: 3 },
    });
  });

  it('waits as long as Retry-After says, and lets no other question through meanwhile', async () => {
    const times: number[] = [];
    const server = await serve((_, response, count) => {
      times.push(Date.now());
      if (count === 1) response.writeHead(429, { 'retry-after': '1' }).end();
      else response.end('ok');
    });
    const asking = source();
    const first = asking.ask(question(`${server.url}/1`));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = asking.ask(question(`${server.url}/2`));
    expect((await first).state).toBe('present');
    expect((await second).state).toBe('present');
    const [start = 0, ...later] = times;
    expect(later).toHaveLength(2);
    for (const time of later) expect(time - start).toBeGreaterThanOrEqual(990);
  });

  it('waits until the date that Retry-After gives', async () => {
    const server = await serve((_, response, count) => {
      const at = new Date(Date.now() + 2000).toUTCString();
      response.writeHead(count === 1 ? 503 : 200, count === 1 ? { 'retry-after': at } : {}).end('ok');
    });
    const started = Date.now();
    expect(await source().ask(question(server.url))).toMatchObject({ state: 'present' });
    expect(Date.now() - started).toBeGreaterThan(900);
  });

  it.each(['3600', new Date(Date.now() + 3_600_000).toUTCString()])(
    'does not wait an hour because Retry-After says %s',
    async (value) => {
      const server = await serve((_, response) => response.writeHead(429, { 'retry-after': value }).end());
      const answer = await source().ask(question(server.url));
      expect(answer.state === 'unavailable' && answer.why).toMatch(
        /^answered 429 and asks to wait 3[56]\d\d(\.\d)? s$/,
      );
      expect(server.asked).toHaveLength(1);
    },
  );

  it('stops asking a host that answers nothing, and says so', async () => {
    const server = await serve((_, response) => response.writeHead(500).end());
    const asking = source({ concurrencyPerHost: 4 });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => asking.ask(question(`${server.url}/${n}`))),
    );
    const why = answers.map((answer) => (answer.state === 'unavailable' ? answer.why : answer.state));
    expect(new Set(why.slice(0, 20))).toEqual(new Set(['answered 500, 3 times']));
    expect(why[59]).toMatch(/^skipped: the last 2\d requests to this host failed$/);
    expect(server.asked.length).toBeLessThanOrEqual(3 * 24);
  });

  it('keeps asking a host that only says no', async () => {
    const server = await serve((_, response) => response.writeHead(403).end());
    const asking = source();
    await Promise.all(Array.from({ length: 60 }, (_, n) => asking.ask(question(`${server.url}/${n}`))));
    expect(server.asked).toHaveLength(60);
  });

  it('does not punish one host for another', async () => {
    const down = await serve((_, response) => response.writeHead(500).end());
    const up = await serve((_, response) => response.end('ok'));
    const asking = source();
    await Promise.all(Array.from({ length: 40 }, (_, n) => asking.ask(question(`${down.url}/${n}`))));
    expect(await asking.ask(question(up.url))).toMatchObject({ state: 'present' });
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7000],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['Thursday, 01-Jan-26 00:00:10 GMT', 10_000],
    ['Thu Jan  1 00:00:10 2026 GMT', 10_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ])('reads %j', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });

  it.each([
    undefined,
    '',
    '-1',
    '1.5',
    'soon',
    '1e9',
    '2026-01-02',
    'Infinity',
    '99999999999',
    'Thu, 99 Foo',
  ])('takes %j for none', (header) => {
    expect(retryAfterMs(header, now)).toBeUndefined();
  });
});

it('waits longer before each try, never more than the full pause and never less than half of it', () => {
  expect([1, 2].map((attempt) => backoffMs(attempt, 250, 0))).toEqual([125, 500]);
  expect([1, 2].map((attempt) => backoffMs(attempt, 250, 1))).toEqual([250, 1000]);
});
