import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { question, serve, source } from './server.ts';

describe('identical questions', () => {
  it('go out once while the first is under way', async () => {
    const server = await serve((_, response) => setTimeout(() => response.end('ok'), 50));
    const asking = source();
    const answers = await Promise.all(Array.from({ length: 50 }, () => asking.ask(question(server.url))));
    expect(answers.every((answer) => answer.state === 'present')).toBe(true);
    expect(asking.requests).toEqual(new Map([[server.host, 1]]));
  });

  it('go out once in a run where the answer may be kept', async () => {
    const server = await serve((request, response) =>
      response.writeHead(request.url === '/no' ? 404 : 200).end('ok'),
    );
    const asking = source();
    for (const lifetime of ['immutable', 'short'] as const)
      for (const path of ['yes', 'no']) {
        const asked = question(`${server.url}/${path}`, { lifetime });
        const first = await asking.ask(asked);
        expect(await asking.ask(asked)).toEqual(first);
      }
    expect(server.asked.map(({ url }) => url)).toEqual(['/yes', '/no']);
  });

  it('go out again where the answer may not be kept, or was no answer', async () => {
    const server = await serve((request, response) =>
      response.writeHead(request.url === '/x' ? 403 : 200).end('ok'),
    );
    const asking = source();
    for (let n = 0; n < 2; n++) {
      await asking.ask(question(server.url));
      await asking.ask(question(`${server.url}/x`, { lifetime: 'immutable' }));
    }
    expect(server.asked).toHaveLength(4);
  });

  it('go out again once the answer is too old, at once where it may not age at all', async () => {
    const server = await serve((_, response) => response.end('ok'));
    const asking = source();
    const ask = (maxAgeSeconds: number) =>
      asking.ask(question(`${server.url}/${maxAgeSeconds}`, { lifetime: 'short', maxAgeSeconds }));
    for (const seconds of [0, 0, 0.5, 0.5, 60, 60]) await ask(seconds);
    expect(server.asked.map(({ url }) => url)).toEqual(['/0', '/0', '/0.5', '/60']);
    await new Promise((resolve) => setTimeout(resolve, 600));
    await ask(0.5);
    await ask(60);
    expect(server.asked).toHaveLength(5);
  });

  it('are the same only with the same method, body, limit and expectation', async () => {
    const server = await serve((_, response) => setTimeout(() => response.end('ok'), 20));
    const asking = source();
    const post = { method: 'POST', body: '1' } as const;
    await Promise.all([
      asking.ask(question(server.url)),
      asking.ask(question(server.url, { maxBytes: 1 })),
      asking.ask(question(server.url, { expect: 'json' })),
      asking.digest(question(server.url)),
      asking.ask(question(server.url, post)),
      asking.ask(question(server.url, { ...post, body: '2' })),
    ]);
    expect(server.asked).toHaveLength(6);
  });

  it('are forgotten in the end, so that memory stays flat', async () => {
    const server = await serve((_, response) => response.end(Buffer.alloc(200_000)));
    const asking = source();
    const ask = (n: number) => asking.ask(question(`${server.url}/${n}`, { lifetime: 'immutable' }));
    for (let n = 0; n < 60; n++) await ask(n);
    await ask(59);
    expect(server.asked).toHaveLength(60);
    await ask(0);
    expect(server.asked).toHaveLength(61);
  });
});

it.each([1, 3, 8])('never has more than %i questions with one host under way', async (concurrencyPerHost) => {
  let now = 0;
  let most = 0;
  const server = await serve((_, response) => {
    most = Math.max(most, ++now);
    setTimeout(() => {
      now--;
      response.end('ok');
    }, 10);
  });
  const asking = source({ concurrencyPerHost });
  const all = Promise.all(Array.from({ length: 40 }, (_, n) => asking.ask(question(`${server.url}/${n}`))));
  await new Promise((resolve) => setTimeout(resolve, 15));
  expect(asking.inFlight).toBe(concurrencyPerHost);
  await all;
  expect(asking.inFlight).toBe(0);
  expect(most).toBe(concurrencyPerHost);
});

it.each([0, -1, 0.5, Number.POSITIVE_INFINITY])(
  'does not wait for ever with %s places and as many seconds',
  async (n) => {
    const server = await serve((_, response) => response.end('ok'));
    const asking = source({ concurrencyPerHost: n, timeoutMs: Math.max(1000, n) });
    expect(await asking.ask(question(server.url))).toMatchObject({ state: 'present' });
  },
);

describe('a signal', () => {
  it('ends the wait of its own caller only', async () => {
    const server = await serve((_, response) => setTimeout(() => response.end('ok'), 80));
    const asking = source();
    const control = new AbortController();
    const leaving = asking.ask(question(server.url, { signal: control.signal }));
    const staying = asking.ask(question(server.url));
    setTimeout(() => control.abort(new Error('enough')), 20);
    await expect(leaving).rejects.toThrow('enough');
    expect(await staying).toMatchObject({ state: 'present' });
    expect(server.asked).toHaveLength(1);
  });

  it('ends the exchange once nobody waits for it', async () => {
    let closed: () => void;
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const control = new AbortController();
    const server = await serve((_, response) => {
      response.on('close', () => closed());
      control.abort(new Error('enough'));
    });
    const leaving = source().ask(question(server.url, { signal: control.signal }));
    await expect(leaving).rejects.toThrow('enough');
    await gone;
  });

  it('that is aborted already lets nothing out', async () => {
    const server = await serve((_, response) => response.end());
    const asking = source();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(asking.ask(question(server.url, { signal }))).rejects.toThrow('enough');
    expect(asking.requests.size).toBe(0);
  });

  it('ends a wait between two tries', async () => {
    const server = await serve((_, response) => response.writeHead(503, { 'retry-after': '9' }).end());
    const control = new AbortController();
    const leaving = source().ask(question(server.url, { signal: control.signal }));
    setTimeout(() => control.abort(new Error('enough')), 50);
    const started = Date.now();
    await expect(leaving).rejects.toThrow('enough');
    expect(Date.now() - started).toBeLessThan(1000);
  });

  it('is left without listeners', async () => {
    const server = await serve((_, response) => response.end('ok'));
    const { signal } = new AbortController();
    const asking = source();
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => asking.ask(question(`${server.url}/${n}`, { signal }))),
    );
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('close', () => {
  it('ends everything under way, waiting or between two tries as unavailable', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/busy') response.writeHead(503, { 'retry-after': '9' }).end();
    });
    const asking = source({ concurrencyPerHost: 2 });
    const all = Promise.all(
      ['busy', 'b', 'c', 'd', 'e'].map((path) => asking.ask(question(`${server.url}/${path}`))),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    await asking.close();
    for (const answer of await all)
      expect(answer).toMatchObject({ state: 'unavailable', kind: 'interrupted' });
    expect(asking.inFlight).toBe(0);
  });

  it('may come before, twice and without any question', async () => {
    const asking = source();
    await asking.close();
    await asking.close();
    expect(await asking.ask(question('http://127.0.0.1:9/'))).toMatchObject({ state: 'unavailable' });
  });
});
