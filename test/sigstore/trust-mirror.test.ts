import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { describe, expect, test } from 'vitest';
import { tool } from '../../src/model/tool.ts';
import { MirrorUnavailable, type Send, withMirror } from '../../src/sigstore/tuf-mirror.ts';
import { TufWorld } from './tuf-world.ts';

interface Said {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | readonly (string | Buffer)[] | Readable;
}

const mirror = new URL('https://tuf.test/mirror/');
const { signal: noEnd } = new AbortController();

/** What reading `timestamp.json` gives where the mirror answers so, each time anew; and how often it was asked. */
async function reading(
  say: (asked: number) => Said,
  { maxBytes = 100, signal = noEnd }: { readonly maxBytes?: number; readonly signal?: AbortSignal } = {},
) {
  let asked = 0;
  const bodies: Readable[] = [];
  const send: Send = async () => {
    asked += 1;
    const { status: statusCode = 200, headers = {}, body = '{}' } = say(asked);
    const stream =
      body instanceof Readable ? body : Readable.from([body].flat().map((part) => Buffer.from(part)));
    bodies.push(stream);
    return { statusCode, headers, body: stream } as unknown as Dispatcher.ResponseData;
  };
  const outcome = await withMirror(mirror, signal, send, ({ read }) => read('timestamp.json', maxBytes)).then(
    (bytes) => (bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1')),
    (error: unknown) => error,
  );
  return { outcome, asked, areClosed: bodies.every((body) => body.destroyed) };
}

const silence = (message: string) => expect.objectContaining({ name: 'MirrorUnavailable', message });

describe('a mirror is asked', () => {
  test('for a file below its address, as nobody but this program, without an encoding, for as long as there is time', async () => {
    const requests: unknown[] = [];
    const { signal } = new AbortController();
    const send: Send = async (url, options) => {
      requests.push([url.href, options]);
      return { statusCode: 404, headers: {}, body: Readable.from([]) } as unknown as Dispatcher.ResponseData;
    };
    await withMirror(mirror, signal, send, ({ read }) => read('targets/ab.json', 1));
    expect(requests).toEqual([
      [
        'https://tuf.test/mirror/targets/ab.json',
        {
          method: 'GET',
          headers: { 'user-agent': `${tool.name}/${tool.version}`, 'accept-encoding': 'identity' },
          signal,
        },
      ],
    ]);
  });

  test('directly where there is no other way, and the line is closed in the end', async () => {
    const world = await TufWorld.open();
    try {
      const address = new URL(`${world.mirror}/`);
      const read = () =>
        withMirror(address, noEnd, undefined, (files) => files.read('timestamp.json', 10_000));
      expect(await read()).toEqual(world.repository.get('timestamp.json'));
      expect(await world.isLeft()).toBe(true);
    } finally {
      await world.close();
    }
  });
});

describe('the answer of a mirror', () => {
  test.each<readonly [what: string, said: Said, outcome: unknown]>([
    ['a file', { body: '{"a":1}' }, '{"a":1}'],
    ['a file in pieces', { body: ['{', '"a"', ':1}'] }, '{"a":1}'],
    ['a file that is in no encoding, and says so', { headers: { 'content-encoding': 'identity' } }, '{}'],
    ['a file that may be as long', { body: 'x'.repeat(100) }, 'x'.repeat(100)],
    ['a file with a tag in it', { body: '{"<": 1}' }, '{"<": 1}'],
    ['nothing', { body: '' }, ''],
    ['that there is none', { status: 404, body: 'x'.repeat(1000) }, undefined],
    ['that there is none, as stores say it', { status: 403 }, undefined],
    ['a status for clients', { status: 418 }, silence('timestamp.json: answered 418')],
    ['a status below those of servers', { status: 499 }, silence('timestamp.json: answered 499')],
    ['another way', { status: 301 }, silence('timestamp.json: answered 301')],
    ['a part', { status: 206 }, silence('timestamp.json: answered 206')],
    [
      'a file in an encoding',
      { headers: { 'content-encoding': 'gzip' } },
      silence('timestamp.json: answered in an encoding that was not requested'),
    ],
    ['a page', { body: '<!doctype html>' }, silence('timestamp.json: answered with a web page')],
    ['a page after blanks', { body: ' \r\n\t<html>' }, silence('timestamp.json: answered with a web page')],
    [
      'a file that is longer than it may be',
      { body: ['x'.repeat(100), 'y'] },
      expect.objectContaining({
        name: 'Error',
        message: 'timestamp.json is longer than the 100 bytes it may have',
      }),
    ],
  ])('that is %s is told apart, and nothing is read on', async (_, said, outcome) => {
    expect(await reading(() => said)).toEqual({ outcome, asked: 1, areClosed: true });
  });

  test('that is too long is no silence, which might be stepped over', async () => {
    const { outcome } = await reading(() => ({ body: 'x'.repeat(101) }));
    expect(outcome).not.toBeInstanceOf(MirrorUnavailable);
  });

  test('that fails after nobody listens any more does not end the program', async () => {
    const body = new Readable({ destroy: (_, done) => done(new Error('late')) });
    expect(await reading(() => ({ status: 404, body }))).toMatchObject({ outcome: undefined });
    await new Promise(setImmediate);
  });
});

const broken = (code: unknown, message = 'x') => Object.assign(new Error(message), { code });

describe('trouble with a mirror', () => {
  const passing = [
    ...[500, 503, 429, 408].map((status) => () => ({ status })),
    ...[
      ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'].map(
        (code) => broken(code),
      ),
      { code: 'ECONNRESET' },
    ].map((error: unknown) => () => {
      throw error;
    }),
  ] as const;

  test('that may pass is met with two further tries after a while each, and no third', async () => {
    const start = performance.now();
    const said = await Promise.all(passing.map((trouble) => reading(trouble)));
    expect(said.map(({ asked }) => asked)).toEqual(passing.map(() => 3));
    expect(performance.now() - start).toBeGreaterThan(990);
    expect(said.map(({ outcome }) => (outcome instanceof Error ? outcome.message : outcome))).toEqual([
      'timestamp.json: answered 500',
      'timestamp.json: answered 503',
      'timestamp.json: answered 429',
      'timestamp.json: answered 408',
      'timestamp.json: ECONNRESET',
      'timestamp.json: EPIPE',
      'timestamp.json: ETIMEDOUT',
      'timestamp.json: EAI_AGAIN',
      'timestamp.json: UND_ERR_SOCKET',
      'timestamp.json: UND_ERR_CONNECT_TIMEOUT',
      'timestamp.json: ECONNRESET',
    ]);
  });

  test('that passes is forgotten', async () => {
    const { signal } = new AbortController();
    const trouble = (asked: number) => (asked < 2 ? { status: 503 } : {});
    expect(await reading(trouble, { signal })).toMatchObject({ outcome: '{}', asked: 2 });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test.each<readonly [what: string, error: unknown, told: string]>([
    ['a refusal', broken('ECONNREFUSED'), 'ECONNREFUSED'],
    ['a certificate', broken('CERT_HAS_EXPIRED'), 'CERT_HAS_EXPIRED'],
    ['no code', new Error('no route to host'), 'no route to host'],
    ['a code that is none', broken(7, 'seven'), 'seven'],
    ['endless words', new Error('x'.repeat(300)), 'x'.repeat(200)],
    ['no error', 'a text', 'no connection'],
    ['an object that has a code', { code: 'ECONNREFUSED' }, 'ECONNREFUSED'],
    ['an object whose code is no text', { code: 7 }, 'no connection'],
  ])('that stays (%s) is met with no further try', async (_, error, told) => {
    const outcome = silence(`timestamp.json: ${told}`);
    const fail = () => {
      throw error;
    };
    expect(await reading(fail)).toEqual({ outcome, asked: 1, areClosed: true });
  });

  test('within an answer is silence as well', async () => {
    const body = () =>
      Readable.from(
        (async function* () {
          yield Buffer.from('{');
          throw broken('EBROKEN');
        })(),
      );
    expect(await reading(() => ({ body: body() }))).toEqual({
      outcome: silence('timestamp.json: EBROKEN'),
      asked: 1,
      areClosed: true,
    });
  });

  test('after the time is up is met with no further try', async () => {
    const controller = new AbortController();
    const fail = () => {
      controller.abort();
      throw broken('ECONNRESET');
    };
    expect(await reading(fail, { signal: controller.signal })).toMatchObject({
      outcome: silence('no answer in time'),
      asked: 1,
    });
    const controllerOf = new AbortController();
    const status = () => {
      controllerOf.abort();
      return { status: 503 };
    };
    expect(await reading(status, { signal: controllerOf.signal })).toMatchObject({ asked: 1 });
  });

  test('is not waited out beyond the time there is', async () => {
    const controller = new AbortController();
    const start = performance.now();
    const trouble = (asked: number) => {
      if (asked === 2) setTimeout(() => controller.abort(), 20);
      return { status: 503 };
    };
    expect(await reading(trouble, { signal: controller.signal })).toMatchObject({ asked: 3 });
    expect(performance.now() - start).toBeLessThan(800);
  });
});
