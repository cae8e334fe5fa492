import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openCache } from '../../src/source/cache/cache.ts';
import { offlineSource } from '../../src/source/offline.ts';
import type { SourceRequest } from '../../src/source/source.ts';
import { filesOf, folder, sizeOf } from './folder.ts';
import { question, serve, source, text } from './server.ts';

const bytes = Buffer.from('the version manifest');
const immutable = question('https://jsr.io/@std/path/1.0.0_meta.json', { lifetime: 'immutable' });
const short = question('https://jsr.io/@std/path/meta.json', { lifetime: 'short', maxAgeSeconds: 60 });

afterEach(() => {
  vi.useRealTimers();
});

function travel(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
}

describe('lifetimes', () => {
  it('keeps immutable answers for ever, for the next process too', async () => {
    const dir = folder();
    await openCache({ dir }).put(immutable, bytes);
    travel(10 * 365 * 86_400_000);
    const kept = await openCache({ dir }).get(immutable, 'fresh');
    expect(kept && text(kept.bytes)).toBe('the version manifest');
  });

  it('keeps short-lived answers for as long as the question says', async () => {
    const cache = openCache({ dir: folder() });
    await cache.put(short, bytes);
    expect(await cache.get(short, 'fresh')).toBeDefined();
    travel(59_000);
    expect(await cache.get(short, 'fresh')).toBeDefined();
    travel(2_000);
    expect(await cache.get(short, 'fresh')).toBeUndefined();
    expect(await cache.get(short, 'any')).toBeDefined();
  });

  it('does not trust an age when some clock is wrong', async () => {
    const cache = openCache({ dir: folder() });
    travel(365 * 86_400_000);
    await cache.put(short, bytes);
    vi.useRealTimers();
    expect(await cache.get(short, 'fresh')).toBeUndefined();
  });

  it('gives the newest of several', async () => {
    const dir = folder();
    for (const version of ['1', '2', '3']) await openCache({ dir }).put(short, Buffer.from(version));
    const kept = await openCache({ dir }).get(short, 'fresh');
    expect(kept && text(kept.bytes)).toBe('3');
  });

  it('keeps nothing that is never to be kept', async () => {
    const dir = folder();
    const cache = openCache({ dir });
    const never: SourceRequest = { ...short, lifetime: 'never' };
    await cache.put(never, bytes);
    expect(await cache.get(never, 'any')).toBeUndefined();
    expect(filesOf(dir)).toEqual([]);
  });

  it('takes an answer for the answer to its own question only', async () => {
    const cache = openCache({ dir: folder() });
    await cache.put(immutable, bytes);
    const others: readonly Partial<SourceRequest>[] = [
      { url: `${immutable.url}?` },
      { method: 'POST' },
      { body: 'x' },
      { lifetime: 'short' },
      { expect: 'json' },
      { answeredBy: { header: 'x-jsr-backend', value: 'modules' } },
      { answeredBy: { header: 'x-other', value: 'modules' } },
      { maxBytes: bytes.length - 1 },
    ];
    for (const other of others) expect(await cache.get({ ...immutable, ...other }, 'any')).toBeUndefined();
  });

  it('touches nothing before it has something to keep', async () => {
    const dir = join(folder(), 'not', 'there');
    expect(await openCache({ dir }).get(immutable, 'any')).toBeUndefined();
    expect(existsSync(dir)).toBe(false);
  });
});

describe('damage', () => {
  it('at any byte of any file is never believed, and the sound answer can be kept again', async () => {
    const dir = folder();
    await openCache({ dir }).put(immutable, bytes);
    const files = filesOf(dir).map((file) => ({ file, sound: readFileSync(file) }));
    expect(files).toHaveLength(3);
    let lost = 0;
    for (const { file, sound } of files)
      for (let at = 0; at < sound.length; at++) {
        const damaged = Buffer.from(sound);
        damaged[at] = (damaged[at] ?? 0) ^ 0x01;
        writeFileSync(file, damaged);
        const kept = await openCache({ dir }).get(immutable, 'fresh');
        if (kept === undefined) lost++;
        else expect(text(kept.bytes)).toBe('the version manifest');
        await openCache({ dir }).put(immutable, bytes);
        const again = await openCache({ dir }).get(immutable, 'fresh');
        expect(again && text(again.bytes)).toBe('the version manifest');
        rmSync(dir, { recursive: true });
        for (const { file: path, sound: content } of files) {
          mkdirSync(join(path, '..'), { recursive: true });
          writeFileSync(path, content);
        }
      }
    expect(lost).toBeGreaterThan(200);
  });

  it('by a write that was cut off is never believed', async () => {
    const dir = folder();
    await openCache({ dir }).put(immutable, bytes);
    for (const file of filesOf(dir)) {
      const sound = readFileSync(file);
      for (let length = 0; length < sound.length; length += 5) {
        writeFileSync(file, sound.subarray(0, length));
        const kept = await openCache({ dir }).get(immutable, 'fresh');
        if (kept !== undefined) expect(text(kept.bytes)).toBe('the version manifest');
        rmSync(dir, { recursive: true });
        await openCache({ dir }).put(immutable, bytes);
      }
    }
  });

  it('is mended by asking the registry again', async () => {
    const dir = folder();
    const server = await serve((_, response) => response.end('sound'));
    const asked = question(`${server.url}/x`, { lifetime: 'immutable' });
    await source({ cache: openCache({ dir }) }).ask(asked);
    for (const file of filesOf(dir)) if (readFileSync(file, 'utf8') === 'sound') writeFileSync(file, 'wrong');
    for (let n = 0; n < 2; n++) {
      const answer = await source({ cache: openCache({ dir }) }).ask(asked);
      expect(answer.state === 'present' && text(answer.value)).toBe('sound');
    }
    expect(server.asked).toHaveLength(2);
  });

  it('of a kind nobody thought of is only a miss', async () => {
    const dir = folder();
    const trouble = vi.fn();
    await openCache({ dir }).put(immutable, bytes);
    const index = filesOf(dir).find((file) => file.includes('index')) ?? '';
    const line = readFileSync(index, 'utf8').trim().split('\t')[1] ?? '';
    const { createHash } = await import('node:crypto');
    const evil = [
      { integrity: 7 },
      { integrity: 'md5-AAAA' },
      { integrity: 'x' },
      { time: 'now' },
      { time: 1e300 },
    ];
    for (const change of evil) {
      const entry = JSON.stringify({ ...JSON.parse(line), ...change });
      writeFileSync(index, `\n${createHash('sha1').update(entry).digest('hex')}\t${entry}`);
      const cache = openCache({ dir, onTrouble: trouble });
      const kept = await cache.get(immutable, 'fresh');
      if (kept !== undefined) expect(text(kept.bytes)).toBe('the version manifest');
      await cache.put(immutable, bytes);
      expect(await cache.get(immutable, 'fresh')).toBeDefined();
    }
    expect(trouble).not.toHaveBeenCalled();
  });
});

describe('a folder that cannot be used', () => {
  it('is said once, and the run goes on without it', async () => {
    const dir = join(folder(), 'file');
    writeFileSync(dir, 'in the way');
    const trouble = vi.fn();
    const server = await serve((_, response) => response.end('ok'));
    const asking = source({ cache: openCache({ dir, onTrouble: trouble }) });
    for (const path of ['a', 'b', 'c'])
      expect(await asking.ask(question(`${server.url}/${path}`, { lifetime: 'immutable' }))).toMatchObject({
        state: 'present',
      });
    expect(trouble.mock.calls).toEqual([[`the cache in ${dir} cannot be used: file is not a folder`]]);
  });

  it('for writing only, still answers', async () => {
    const dir = folder();
    await openCache({ dir }).put(immutable, bytes);
    rmSync(join(dir, 'tmp'), { recursive: true });
    writeFileSync(join(dir, 'tmp'), 'in the way');
    const trouble = vi.fn();
    const cache = openCache({ dir, onTrouble: trouble });
    await cache.put({ ...immutable, url: 'https://jsr.io/other' }, bytes);
    await cache.put({ ...immutable, url: 'https://jsr.io/another' }, bytes);
    expect(trouble).toHaveBeenCalledTimes(1);
    expect(await cache.get(immutable, 'fresh')).toBeDefined();
  });
});

it('stays within its size, and the oldest answers go first', async () => {
  const dir = folder();
  const maxBytes = 1_000_000;
  const ask = (n: number): SourceRequest => ({ ...immutable, url: `https://jsr.io/${n}` });
  for (let n = 0; n < 100; n++) {
    await openCache({ dir, maxBytes }).put(ask(n), Buffer.alloc(40_000, n));
    if (n % 10 === 0) expect(sizeOf(dir)).toBeLessThan(maxBytes * 1.15);
  }
  expect(sizeOf(dir)).toBeLessThan(maxBytes * 1.15);
  expect(sizeOf(dir)).toBeGreaterThan(maxBytes * 0.5);
  const cache = openCache({ dir, maxBytes });
  expect(await cache.get(ask(99), 'fresh')).toBeDefined();
  expect(await cache.get(ask(0), 'fresh')).toBeUndefined();
});

it('does not keep what is larger than a tenth of it', async () => {
  const dir = folder();
  await openCache({ dir, maxBytes: 100_000 }).put(immutable, Buffer.alloc(10_001));
  expect(filesOf(dir)).toEqual([]);
});

it('is shared by processes that read, write and sweep at once', async () => {
  const dir = folder();
  const program = `
    const { openCache } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src/source/cache/cache.ts')).href)});
    const trouble = [];
    const cache = openCache({ dir: process.argv[1], maxBytes: 800_000, onTrouble: (text) => trouble.push(text) });
    let hits = 0;
    const work = async (n) => {
      const request = { method: 'GET', url: 'https://jsr.io/' + n, maxBytes: 1e6, lifetime: n % 2 ? 'short' : 'immutable', expect: 'any' };
      const kept = await cache.get(request, 'fresh');
      if (kept === undefined) return cache.put(request, Buffer.alloc(5000, n));
      hits++;
      if (kept.bytes.length !== 5000 || kept.bytes.some((byte) => byte !== n)) throw new Error('wrong bytes');
    };
    for (let round = 0; round < 6; round++)
      await Promise.all(Array.from({ length: 60 }, (_, n) => work(n)));
    console.log(JSON.stringify({ trouble, hits }));`;
  const loader = pathToFileURL(join(import.meta.dirname, '../../scripts/typescript.js')).href;
  const run = promisify(execFile);
  const outcomes = await Promise.all(
    [1, 2, 3].map(() =>
      run(process.execPath, ['--import', loader, '--input-type=module', '-e', program, dir]),
    ),
  );
  for (const { stdout } of outcomes) {
    const { trouble, hits } = JSON.parse(stdout);
    expect(trouble).toEqual([]);
    expect(hits).toBeGreaterThan(50);
  }
});

describe('together with the network', () => {
  it('answers the next run without a request', async () => {
    const dir = folder();
    const server = await serve((_, response) => response.end('abc'));
    const asked = question(`${server.url}/x`, { lifetime: 'immutable' });
    const first = source({ cache: openCache({ dir }) });
    const second = source({ cache: openCache({ dir }) });
    expect(await second.ask(asked)).toEqual(await first.ask(asked).then(() => second.ask(asked)));
    const third = source({ cache: openCache({ dir }) });
    expect(await third.digest(asked)).toMatchObject({
      value: { sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', size: 3 },
    });
    expect(third.requests.size).toBe(0);
  });

  it.each([
    ['"there is none"', 404, {}, 'no'],
    ['a web page', 200, { 'content-type': 'text/html' }, '{}'],
    ["another backend's word", 200, { 'x-jsr-backend': 'frontend' }, '{}'],
    ['trouble', 403, {}, '{}'],
    ['too much', 200, {}, ' '.repeat(2000)],
  ])('never keeps %s', async (_, status, headers, body) => {
    const dir = folder();
    const server = await serve((_request, response) => response.writeHead(status, headers).end(body));
    const asked = question(server.url, {
      lifetime: 'immutable',
      expect: 'json',
      answeredBy: { header: 'x-jsr-backend', value: 'api' },
      maxBytes: 1000,
    });
    await source({ cache: openCache({ dir }) }).ask(asked);
    expect(filesOf(dir)).toEqual([]);
  });
});

describe('offline', () => {
  it('answers from the cache, in bytes and in digests', async () => {
    const cache = openCache({ dir: folder() });
    await cache.put(immutable, Buffer.from('abc'));
    const offline = offlineSource(cache);
    const answer = await offline.ask(immutable);
    expect(answer).toMatchObject({ state: 'present', from: immutable.url });
    expect(await offline.digest(immutable)).toMatchObject({
      value: { sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', size: 3 },
    });
    expect(offline.requests.size).toBe(0);
    // What never changes has no age.
    expect(offline.oldest).toBeUndefined();
  });

  it.each([
    [0, '0 s ago'],
    [119_000, '119 s ago'],
    [600_000, '10 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [5 * 86_400_000, '5 days ago'],
  ])('says how old an answer is that would not count online: %i ms', async (ms, age) => {
    const cache = openCache({ dir: folder() });
    await cache.put(short, bytes);
    travel(ms);
    const began = Date.now() - ms;
    const offline = offlineSource(cache);
    expect(await offline.ask(short)).toMatchObject({ from: `${short.url} (cached ${age})` });
    expect(Math.abs(Number(offline.oldest) - began)).toBeLessThan(60_000);
  });

  it.each(['with', 'without'])('says unavailable, never absent, %s a cache', async (kind) => {
    const offline = offlineSource(kind === 'with' ? openCache({ dir: folder() }) : undefined);
    for (const method of ['ask', 'digest'] as const)
      expect(await offline[method](immutable)).toEqual({
        state: 'unavailable',
        from: immutable.url,
        kind: 'offline',
        why: 'offline, and not in the cache',
      });
  });

  it('loads no HTTP client', () => {
    const seen = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)) {
        expect(name).not.toMatch(/^undici|^node:(?:http|https|http2|net|tls|dns|dgram)/);
        if (name.startsWith('.')) visit(join(file, '..', name));
      }
    };
    visit(join(import.meta.dirname, '../../src/source/offline.ts'));
    expect(seen.size).toBeGreaterThan(3);
  });
});
