import { describe, expect, it, onTestFinished } from 'vitest';
import type { Gathered } from '../../src/model/evidence.ts';
import { type EvidenceCache, openCache } from '../../src/source/cache/cache.ts';
import type { Source, SourceRequest } from '../../src/source/source.ts';
import { batching } from '../../src/tlog/batch.ts';
import { entryByIdUrl, entryByIndexUrl, parseEntry } from '../../src/tlog/rekor.ts';
import { sourceOf, type WorldSource } from '../examine/source.ts';
import { folder } from '../source/folder.ts';
import { type Answer, answerOf, jsonOf, withJson } from '../support/http.ts';
import { mintWorld, type World } from '../support/jsr.ts';
import type { LogEntries } from '../support/rekor.ts';

const rekor = 'https://rekor.sigstore.test';
const retrieve = { role: 'rekor', path: '/api/v1/log/entries/retrieve' } as const;

const ask = (source: Source, url: string) =>
  source.ask({ method: 'GET', url, maxBytes: 2_000_000, lifetime: 'immutable', expect: 'json' });
const askAll = (source: Source, indexes: readonly number[]) =>
  Promise.all(indexes.map((index) => ask(source, entryByIndexUrl(rekor, String(index)))));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const methodsOf = ({ asked }: WorldSource) => asked.map(({ method }) => method).join(' ');

function indexOf(answer: Gathered<Uint8Array>): string {
  if (answer.state !== 'present') return answer.state;
  const parsed = parseEntry(answer.value);
  return parsed.ok ? String(parsed.value.logIndex) : parsed.why;
}

function open(edit?: (answer: Answer) => Answer): {
  readonly world: World;
  readonly plain: WorldSource;
  readonly source: Source;
} {
  const world = mintWorld();
  if (edit !== undefined) world.edit(retrieve, edit);
  const plain = sourceOf(world);
  return { world, plain, source: batching(plain, rekor) };
}

const entriesIn = (answer: Answer) => jsonOf<readonly LogEntries[]>(answer);

/** Time that passes only when told; answers are what is done by then. */
function stillClock(): (ms: number) => Promise<void> {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const due = new Map<unknown, { readonly at: number; readonly run: () => void }>();
  let now = 1000;
  Object.assign(globalThis, {
    setTimeout: (run: () => void, ms: number) => {
      const timer = {};
      due.set(timer, { at: now + ms, run });
      return timer;
    },
    clearTimeout: (timer: unknown) => due.delete(timer),
  });
  Object.defineProperty(performance, 'now', { configurable: true, value: () => now });
  onTestFinished(() => {
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    Reflect.deleteProperty(performance, 'now');
  });
  return async (ms) => {
    await new Promise(setImmediate);
    now += ms;
    for (const [timer, { at, run }] of due)
      if (at <= now) {
        due.delete(timer);
        run();
      }
    await new Promise(setImmediate);
  };
}

describe('a question', () => {
  it('waits for company as long as it is quiet, and no longer', async () => {
    const pass = stillClock();
    const { plain, source } = open();
    const first = ask(source, entryByIndexUrl(rekor, '1'));
    await pass(100);
    const second = ask(source, entryByIndexUrl(rekor, '2'));
    await pass(119);
    expect(methodsOf(plain)).toBe('');
    await pass(1);
    expect(methodsOf(plain)).toBe('POST');
    expect([await first, await second].map(indexOf)).toEqual(['1', '2']);
  });

  it('waits 600 milliseconds at most, however many others come', async () => {
    const pass = stillClock();
    const { plain, source } = open();
    const answers: Promise<Gathered<Uint8Array>>[] = [];
    for (const index of upTo(6)) {
      expect(methodsOf(plain)).toBe('');
      answers.push(ask(source, entryByIndexUrl(rekor, String(index))));
      await pass(100);
    }
    expect(methodsOf(plain)).toBe('POST');
    expect((await Promise.all(answers)).map(indexOf)).toEqual(upTo(6).map(String));
  });

  it('for several is one of the log alone, and never kept', async () => {
    const { world, plain, source } = open();
    const ids = [3, 4].map((index) => world.rekor.locate(index)?.uuid ?? '');
    await askAll(source, [3, 4]);
    await Promise.all(ids.map((id) => ask(source, entryByIdUrl(rekor, id))));
    const url = `${rekor}${retrieve.path}`;
    const together = { method: 'POST', url, maxBytes: 20_000_000, lifetime: 'never', expect: 'json' };
    expect(plain.asked).toEqual([
      { ...together, body: '{"logIndexes":[3,4]}' },
      { ...together, body: JSON.stringify({ entryUUIDs: ids }) },
    ]);
  });
});

describe('an id', () => {
  const idsOf = (world: World) => [3, 4].map((index) => world.rekor.locate(index)?.uuid ?? '');
  const askIds = (source: Source, ids: readonly string[]) =>
    Promise.all(ids.map((id) => ask(source, entryByIdUrl(rekor, id))));
  const renamed = (answer: Answer, rename: (id: string) => string) =>
    withJson(
      answer,
      entriesIn(answer).map((entries) =>
        Object.fromEntries(Object.entries(entries).map(([id, entry]) => [rename(id), entry])),
      ),
    );

  it.each([0, 16])('without its first %i digits has the entry of its own, in whatever order', async (cut) => {
    const { world, plain, source } = open((answer) => withJson(answer, entriesIn(answer).toReversed()));
    const answers = await askIds(
      source,
      idsOf(world).map((id) => id.slice(cut)),
    );
    expect(answers.map(indexOf)).toEqual(['3', '4']);
    expect(methodsOf(plain)).toBe('POST');
  });

  it('with its tree may be answered without', async () => {
    const { world, plain, source } = open((answer) => renamed(answer, (id) => id.slice(16)));
    expect((await askIds(source, idsOf(world))).map(indexOf)).toEqual(['3', '4']);
    expect(methodsOf(plain)).toBe('POST');
  });

  it('of one tree is not answered by the same entry of another', async () => {
    const { world, plain, source } = open((answer) =>
      renamed(answer, (id) => `${'0'.repeat(16)}${id.slice(16)}`),
    );
    expect((await askIds(source, idsOf(world))).map(indexOf)).toEqual(['3', '4']);
    expect(methodsOf(plain)).toBe('POST GET GET');
  });
});

describe('entries that are asked for together', () => {
  it('travel ten at a time, and every one gets its own answer', async () => {
    const { plain, source } = open();
    const answers = await askAll(source, upTo(25));
    expect(answers.map(indexOf)).toEqual(upTo(25).map(String));
    expect(
      plain.asked.map(({ body }) => (JSON.parse(body ?? '') as { logIndexes: unknown[] }).logIndexes.length),
    ).toEqual([10, 10, 5]);
  });

  it('get the bytes of an entry of their own, whatever else was in the answer', async () => {
    const { world, source } = open();
    const [answer] = await askAll(source, [7, 8]);
    if (answer?.state !== 'present') throw new Error('no answer');
    expect(Object.keys(JSON.parse(Buffer.from(answer.value).toString()) as object)).toEqual([
      world.rekor.locate(7)?.uuid,
    ]);
    expect(answer.from).toBe(entryByIndexUrl(rekor, '7'));
  });

  it('may be named by index and by id at once', async () => {
    const { world, plain, source } = open();
    const uuid = world.rekor.locate(400)?.uuid ?? '';
    const answers = await Promise.all([
      ask(source, entryByIndexUrl(rekor, '3')),
      ask(source, entryByIdUrl(rekor, uuid)),
      ask(source, entryByIdUrl(rekor, uuid.slice(16))),
    ]);
    expect(answers.map(indexOf)).toEqual(['3', '400', '400']);
    expect(methodsOf(plain)).toBe('POST');
  });

  it('one alone is asked for alone', async () => {
    const { plain, source } = open();
    expect((await askAll(source, [5])).map(indexOf)).toEqual(['5']);
    expect(methodsOf(plain)).toBe('GET');
  });

  it('are told apart, whatever order the log answers in', async () => {
    const { source } = open((answer) => withJson(answer, entriesIn(answer).toReversed()));
    expect((await askAll(source, upTo(6))).map(indexOf)).toEqual(upTo(6).map(String));
  });

  it('every other question passes through untouched', async () => {
    const { plain, source } = open();
    const others = ['/api/v1/log', '/api/v1/log/entries', '/api/v1/log/entries/abc', '/api/v1/log/publicKey'];
    await Promise.all(others.map((path) => ask(source, `${rekor}${path}`)));
    await source.digest({
      method: 'GET',
      url: `${rekor}/api/v1/log`,
      maxBytes: 9999,
      lifetime: 'never',
      expect: 'json',
    });
    expect(plain.asked.map(({ url }) => url.slice(rekor.length))).toEqual([...others, '/api/v1/log']);
    expect(source.requests).toBe(plain.requests);
  });
});

describe('what only looks like a question for an entry', () => {
  const entries = `${rekor}/api/v1/log/entries`;
  const id = 'a'.repeat(64);
  it.each<readonly [string, Pick<SourceRequest, 'method' | 'url'>]>([
    ['by its way of asking', { method: 'POST', url: entryByIndexUrl(rekor, '1') }],
    ['of another log', { method: 'GET', url: entryByIndexUrl('https://rekor.sigstore.evil', '1') }],
    ['with more before the index', { method: 'GET', url: `${entries}/x?logIndex=1` }],
    ['with more behind the index', { method: 'GET', url: `${entries}?logIndex=1&x=1` }],
    ['with an index of 21 digits', { method: 'GET', url: `${entries}?logIndex=${'1'.repeat(21)}` }],
    ['under another name', { method: 'GET', url: `${entries}X${id}` }],
  ])('passes through untouched: %s', async (_, question) => {
    const { plain, source } = open();
    const request: SourceRequest = { ...question, maxBytes: 999, lifetime: 'never', expect: 'any' };
    await Promise.all([source.ask(request), source.ask(request)]);
    expect(plain.asked).toEqual([request, request]);
  });
});

describe('an entry that the answer leaves out', () => {
  it('is asked for alone: only "there is none" is none', async () => {
    const { plain, source } = open();
    expect((await askAll(source, [1, 999_999])).map(indexOf)).toEqual(['1', 'absent']);
    expect(methodsOf(plain)).toBe('POST GET');
  });

  it('is found nevertheless where the log has it', async () => {
    const { source } = open((answer) => withJson(answer, entriesIn(answer).slice(1)));
    expect((await askAll(source, upTo(4))).map(indexOf)).toEqual(upTo(4).map(String));
  });

  it('is not taken from an entry of another index that lies about its place in the list', async () => {
    const { source } = open((answer) =>
      withJson(
        answer,
        entriesIn(answer).map((entries) =>
          Object.fromEntries(
            Object.entries(entries).map(([id, entry]) => [id, { ...entry, logIndex: entry.logIndex + 1000 }]),
          ),
        ),
      ),
    );
    expect((await askAll(source, [1, 2])).map(indexOf)).toEqual(['1', '2']);
  });
});

describe('an answer that is spoilt for all', () => {
  it.each([
    ['the log has no such end point', () => answerOf(404, 'text/plain', '')],
    ['the log refuses the question', () => answerOf(422, 'application/json', '{}')],
    ['the answer is no JSON', () => answerOf(200, 'application/json', '[')],
    ['the answer is no list', () => answerOf(200, 'application/json', '{}')],
    [
      'one entry names a key twice',
      (answer: Answer) => ({
        ...answer,
        body: Buffer.from(`[{"a":1,"a":2},${Buffer.from(answer.body).toString().slice(1)}`),
      }),
    ],
    ['the answer is too long', () => answerOf(200, 'application/json', `[${' '.repeat(21_000_000)}]`)],
    [
      'the answer is full of nonsense',
      () => answerOf(200, 'application/json', '[null,7,{"x":null},{"__proto__":{}}]'),
    ],
  ])('does not hide the entries: %s', async (_, edit) => {
    const { source } = open(edit);
    expect((await askAll(source, upTo(4))).map(indexOf)).toEqual(upTo(4).map(String));
  });

  it('that is no answer at all is one for each, and nobody asks again', async () => {
    const { plain, source } = open(() => answerOf(503, 'text/plain', ''));
    expect((await askAll(source, upTo(4))).map(indexOf)).toEqual(
      Array.from({ length: 4 }, () => 'unavailable'),
    );
    expect(methodsOf(plain)).toBe('POST');
  });

  it.each([408, 429])('that asks for patience (%d) is not met with ten questions more', async (status) => {
    const { plain, source } = open(() => answerOf(status, 'text/html', ''));
    expect((await askAll(source, upTo(4))).map(indexOf)).toEqual(
      Array.from({ length: 4 }, () => 'unavailable'),
    );
    expect(methodsOf(plain)).toBe('POST');
  });
});

describe('an index that no number can hold', () => {
  it('is asked for alone, and so are its companions', async () => {
    const { plain, source } = open();
    const answers = await Promise.all(
      ['1', '9007199254740993'].map((index) => ask(source, entryByIndexUrl(rekor, index))),
    );
    expect(answers.map(indexOf)).toEqual(['1', 'absent']);
    expect(methodsOf(plain)).toBe('GET GET');
  });
});

describe('with a cache', () => {
  it('an entry is kept under its own address, and never asked for twice', async () => {
    const world = mintWorld();
    const cache = openCache({ dir: folder() });
    const first = sourceOf(world);
    await askAll(batching(first, rekor, cache), [1, 2]);
    const second = sourceOf(world);
    const again = batching(second, rekor, cache);
    expect((await askAll(again, [2, 1])).map(indexOf)).toEqual(['2', '1']);
    expect(second.asked).toEqual([]);
  });

  it('what was kept can be asked past, once it was used', async () => {
    const world = mintWorld();
    const cache = openCache({ dir: folder() });
    await askAll(batching(sourceOf(world), rekor, cache), [1, 2]);
    const plain = sourceOf(world);
    const source = batching(plain, rekor, cache);
    expect(source.fresh).toBeUndefined();
    await askAll(source, [1]);
    const { fresh } = source;
    if (fresh === undefined) throw new Error('nothing was used');
    expect((await askAll(fresh, [1])).map(indexOf)).toEqual(['1']);
    expect(plain.asked).toHaveLength(1);
  });

  it('only what is fresh is answered with', async () => {
    const ages: string[] = [];
    const cache: EvidenceCache = {
      get: async (_, age) => void ages.push(age),
      put: async () => undefined,
    };
    await askAll(batching(sourceOf(mintWorld()), rekor, cache), [1]);
    expect(ages).toEqual(['fresh']);
  });

  it.each(['with', 'without'])(
    'what the source below kept can be asked past, %s one of its own',
    async (own) => {
      const world = mintWorld();
      const below = sourceOf(world);
      const cache = own === 'with' ? openCache({ dir: folder() }) : undefined;
      const { fresh } = batching({ ...sourceOf(world), fresh: below }, rekor, cache);
      if (fresh === undefined) throw new Error('there is no way past it');
      expect((await askAll(fresh, [1, 2])).map(indexOf)).toEqual(['1', '2']);
      expect(methodsOf(below)).toBe('POST');
    },
  );
});
