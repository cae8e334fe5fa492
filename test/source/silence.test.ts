import { describe, expect, it } from 'vitest';
import { question, serve, source } from './server.ts';

const timeoutMs = 400;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function timed<T>(work: Promise<T>): Promise<readonly [T, number]> {
  const started = performance.now();
  return [await work, performance.now() - started];
}

describe('a host that takes requests and never answers', () => {
  it('costs the time of one exchange, however many questions wait for it', async () => {
    const server = await serve(() => undefined);
    const asking = source({ timeoutMs, concurrencyPerHost: 2 });
    const questions = Array.from({ length: 30 }, (_, index) =>
      asking.ask(question(`${server.url}/${index}`)),
    );
    const [answers, ms] = await timed(Promise.all(questions));
    expect(ms).toBeLessThan(2 * timeoutMs);
    expect(server.asked).toHaveLength(2);
    expect(answers.map(({ state }) => state)).toEqual(Array.from({ length: 30 }, () => 'unavailable'));
    expect(answers[0]).toMatchObject({ why: 'no complete answer within 400 ms' });
    expect(answers[29]).toMatchObject({
      kind: 'skipped',
      why: 'skipped: this host did not answer for 400 ms',
    });
    expect(asking.inFlight).toBe(0);
  });

  it('costs it once, whoever asks later', async () => {
    const server = await serve(() => undefined);
    const asking = source({ timeoutMs });
    await asking.ask(question(`${server.url}/first`));
    const [, ms] = await timed(asking.ask(question(`${server.url}/later`)));
    expect(ms).toBeLessThan(timeoutMs / 2);
    expect(server.asked).toHaveLength(1);
  });

  it('costs it once where questions were given up early', async () => {
    const server = await serve(() => undefined);
    const asking = source({ timeoutMs });
    for (const path of ['/a', '/b', '/c']) {
      const { signal, abort } = timer();
      setTimeout(abort, timeoutMs / 2);
      await asking.ask({ ...question(server.url + path), signal }).catch(() => undefined);
    }
    expect(await asking.ask(question(`${server.url}/d`))).toMatchObject({ state: 'unavailable' });
    expect(server.asked.length).toBeLessThanOrEqual(3);
  });

  it('takes nothing from another host', async () => {
    const [silent, healthy] = [
      await serve(() => undefined),
      await serve((_, response) => response.end('ok')),
    ];
    const asking = source({ timeoutMs });
    await asking.ask(question(silent.url));
    expect(await asking.ask(question(healthy.url))).toMatchObject({ state: 'present' });
  });
});

describe('a host that is slow', () => {
  it('is never cut off as long as it answers in time', async () => {
    const server = await serve((_, response) => setTimeout(() => response.end('ok'), 0.6 * timeoutMs));
    const asking = source({ timeoutMs, concurrencyPerHost: 1 });
    const questions = Array.from({ length: 6 }, (_, index) => asking.ask(question(`${server.url}/${index}`)));
    expect((await Promise.all(questions)).map(({ state }) => state)).toEqual(
      Array.from({ length: 6 }, () => 'present'),
    );
  });

  it('is heard while a long answer comes in', async () => {
    const server = await serve(async (_, response) => {
      for (let piece = 0; piece < 4; piece++) {
        response.write('x');
        await pause(0.2 * timeoutMs);
      }
      response.end();
    });
    const asking = source({ timeoutMs, concurrencyPerHost: 1 });
    for (const path of ['/a', '/b', '/c'])
      expect(await asking.ask(question(server.url + path))).toMatchObject({ state: 'present' });
  });

  it('is still asked after one question ran out of time while others were answered', async () => {
    const server = await serve((request, response) => {
      if (request.url !== '/never') response.end('ok');
    });
    const asking = source({ timeoutMs });
    const never = asking.ask(question(`${server.url}/never`));
    for (let index = 0; index < 8; index++) {
      await pause(timeoutMs / 6);
      expect(await asking.ask(question(`${server.url}/${index}`))).toMatchObject({ state: 'present' });
    }
    expect(await never).toMatchObject({ state: 'unavailable', why: 'no complete answer within 400 ms' });
    expect(await asking.ask(question(`${server.url}/last`))).toMatchObject({ state: 'present' });
  });

  it('is given up once it has wasted three times that in all, whatever it answers in between', async () => {
    const server = await serve((request, response) => {
      if (request.url?.startsWith('/never') !== true) response.end('ok');
    });
    const asking = source({ timeoutMs });
    let answered = 0;
    for (let round = 0; round < 6; round++) {
      const never = asking.ask(question(`${server.url}/never${round}`));
      await pause(timeoutMs / 2);
      const { state } = await asking.ask(question(`${server.url}/${round}`));
      if (state === 'present') answered += 1;
      await never;
    }
    expect(answered).toBe(3);
  });
});

function timer(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error('given up')) };
}
