import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { JsrVerifyError } from '../../src/model/error.ts';
import { absent, fileDigest, type Gathered, present, unavailable } from '../../src/model/evidence.ts';
import { mergePacks, openPack, recording } from '../../src/source/pack/pack.ts';
import type { Source, SourceRequest } from '../../src/source/source.ts';
import { question, serve, source, text } from './server.ts';

const manifest = question('https://jsr.io/@std/path/1.0.0_meta.json', {
  lifetime: 'immutable',
  expect: 'json',
});
const meta = question('https://jsr.io/@std/path/meta.json', { lifetime: 'short', expect: 'json' });
const file = question('https://jsr.io/@std/path/1.0.0/logo.png', { lifetime: 'immutable' });
const missing = question('https://jsr.io/@std/path/1.0.0/gone.ts', { lifetime: 'immutable' });
const slow = question('https://rekor.sigstore.dev/api/v1/log');
const search = question('https://rekor.sigstore.dev/api/v1/index/retrieve', {
  method: 'POST',
  body: '{"hash":"1"}',
});
const all = [manifest, meta, file, missing, slow, search];

const answers = new Map<SourceRequest, Gathered<Uint8Array>>([
  [manifest, present(Buffer.from('{"manifest":{}}\n\u2028"\\'), manifest.url)],
  [meta, present(Buffer.from('{}'), meta.url)],
  [file, present(Buffer.from([0x89, 0x50, 0xff, 0x00, 0x0a]), file.url)],
  [missing, absent(missing.url)],
  [slow, unavailable(slow.url, { kind: 'status', status: 503, why: 'answered 503, 3 times' })],
  [search, present(Buffer.from('[]'), search.url)],
]);

/** A source that answers from a table, by method, URL and body. */
function table(entries: Iterable<readonly [SourceRequest, Gathered<Uint8Array>]>): Source {
  const known = new Map(
    [...entries].map(([{ method, url, body }, answer]) => [`${method} ${url} ${body}`, answer]),
  );
  const ask: Source['ask'] = async ({ method, url, body }) =>
    known.get(`${method} ${url} ${body}`) ??
    unavailable(url, { kind: 'not-recorded', why: 'not in the table' });
  return {
    requests: new Map(),
    ask,
    digest: async (request) => {
      const answer = await ask(request);
      return answer.state === 'present' ? present(fileDigest(answer.value), answer.from) : answer;
    },
  };
}

async function record(
  requests: readonly SourceRequest[],
  from: Source = table(answers),
): Promise<Uint8Array> {
  const recorder = recording(from, 'jsr-verify 0.0.0-test');
  for (const request of requests) await recorder.source.ask(request);
  return await recorder.finish();
}

/** The lines of a pack, for changing. */
function linesOf(pack: Uint8Array): string[] {
  return gunzipSync(pack).toString('utf8').split('\n').slice(0, -1);
}

function packOf(lines: readonly string[]): Uint8Array {
  return gzipSync(lines.map((line) => `${line}\n`).join(''));
}

/** The pack with one of its lines changed. */
async function changed(
  matches: (line: Record<string, unknown>) => boolean,
  change: (line: Record<string, unknown>) => unknown,
): Promise<Uint8Array> {
  let hit = 0;
  const lines = linesOf(await record(all)).map((line) => {
    const parsed = JSON.parse(line);
    if (!matches(parsed)) return line;
    hit++;
    return JSON.stringify(change(parsed));
  });
  expect(hit).toBeGreaterThan(0);
  return packOf(lines);
}

const isHead = (line: Record<string, unknown>) => 'format' in line;
const isAbout =
  ({ url }: SourceRequest) =>
  (line: Record<string, unknown>) =>
    line['url'] === url;

async function refusal(bytes: Uint8Array): Promise<string> {
  const error = await openPack(bytes).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(JsrVerifyError);
  if (!(error instanceof JsrVerifyError)) return '';
  expect(error.code).toBe('PACK_INVALID');
  expect(error.hint).toBeDefined();
  expect(error.message).not.toMatch(/[\p{Cc}]/u);
  expect(error.message.length).toBeLessThan(400);
  return error.message;
}

describe('a pack', () => {
  it('answers every question as it was answered while recording', async () => {
    const pack = await openPack(await record(all));
    for (const [request, answer] of answers) {
      const replayed = await pack.ask(request);
      expect(
        replayed.state === 'present' ? { ...replayed, value: Buffer.from(replayed.value) } : replayed,
      ).toEqual(answer);
    }
    expect(pack).toMatchObject({ size: all.length, tool: 'jsr-verify 0.0.0-test' });
    expect(pack.requests.size).toBe(0);
  });

  it('proves digests by the bytes themselves', async () => {
    const recorder = recording(table(answers));
    const recorded = await recorder.source.digest(file);
    const pack = await openPack(await recorder.finish());
    expect(await pack.digest(file)).toEqual(recorded);
    expect(await pack.ask(file)).toMatchObject({ state: 'present' });
  });

  it('does not know what was never asked: unavailable, not absent', async () => {
    const pack = await openPack(await record([manifest]));
    for (const request of [
      meta,
      { ...manifest, method: 'POST' as const },
      { ...manifest, body: '' },
      { ...manifest, url: `${manifest.url}?` },
    ])
      expect(await pack.ask(request)).toEqual({
        state: 'unavailable',
        from: request.url,
        kind: 'not-recorded',
        why: 'not in the pack',
      });
  });

  it('keeps to the limit of the question', async () => {
    const pack = await openPack(await record([meta]));
    expect(await pack.ask({ ...meta, maxBytes: 1 })).toMatchObject({
      state: 'unavailable',
      kind: 'too-large',
      why: 'longer than 1 bytes',
    });
    expect(await pack.ask({ ...meta, maxBytes: 2 })).toMatchObject({ state: 'present' });
  });

  it('is the same file for the same answers, in whatever order they came', async () => {
    const once = await record(all);
    expect(Buffer.from(await record([...all].reverse()))).toEqual(Buffer.from(once));
    expect(Buffer.from(await record([...all, ...all]))).toEqual(Buffer.from(once));
    const again = recording(await openPack(once), 'jsr-verify 0.0.0-test');
    for (const request of all) await again.source.ask(request);
    expect(Buffer.from(await again.finish())).toEqual(Buffer.from(once));
  });

  it('keeps the answer where a second try brought none', async () => {
    let up = true;
    const flaky: Source = {
      ...table(answers),
      ask: async ({ url }) =>
        up ? present(Buffer.from('{}'), url) : unavailable(url, { kind: 'timeout', why: 'gone' }),
    };
    const recorder = recording(flaky);
    await recorder.source.ask(meta);
    up = false;
    await recorder.source.ask(meta);
    expect(await openPack(await recorder.finish()).then((pack) => pack.ask(meta))).toMatchObject({
      state: 'present',
    });
  });

  it('keeps each content once', async () => {
    const same = present(Buffer.from('the same bytes'), 'x');
    const requests = Array.from({ length: 50 }, (_, n) => ({ ...file, url: `https://jsr.io/${n}` }));
    const lines = linesOf(await record(requests, table(requests.map((request) => [request, same]))));
    expect(lines.filter((line) => line.includes('the same bytes'))).toHaveLength(1);
  });

  it('carries things beside the evidence', async () => {
    const recorder = recording(table(answers));
    recorder.attach('tuf/timestamp.json', Buffer.from('{"expires":"2026"}'));
    const pack = await openPack(await recorder.finish());
    expect([...pack.attachments].map(([name, bytes]) => [name, text(bytes)])).toEqual([
      ['tuf/timestamp.json', '{"expires":"2026"}'],
    ]);
  });

  it('may be empty', async () => {
    expect((await openPack(await record([]))).size).toBe(0);
  });

  it('records the network, and says what went out', async () => {
    const server = await serve((request, response) =>
      response.writeHead(request.url === '/no' ? 404 : 200).end('from the registry'),
    );
    const recorder = recording(source());
    const yes = question(`${server.url}/yes`);
    const no = question(`${server.url}/no`);
    await recorder.source.digest(yes);
    await recorder.source.ask(no);
    expect(recorder.source.requests).toEqual(new Map([[server.host, 2]]));
    const pack = await openPack(await recorder.finish());
    const answer = await pack.ask(yes);
    expect(answer.state === 'present' && text(answer.value)).toBe('from the registry');
    expect(await pack.ask(no)).toEqual({ state: 'absent', from: no.url });
  });
});

describe('a hostile pack is refused', () => {
  it.each([
    ['nothing', Buffer.alloc(0), /unexpected end|does not start/],
    ['something else', Buffer.from('PK\u0003\u0004'), /cannot be unpacked/],
    ['gzip of nothing', gzipSync(''), /does not start with the header of a pack/],
    ['gzip of something else', packOf(['{"hello":1}']), /does not start with the header of a pack/],
    ['gzip of no JSON', packOf(['\u001b[31m']), /not JSON/],
    ['gzip of a list', packOf(['[]']), /not JSON/],
    ['deep JSON', packOf(['['.repeat(1_000_000)]), /not JSON/],
    ['a line without end', gzipSync(Buffer.alloc(120_000_000, 'x')), /a line that is too long/],
    ['no end of line', gzipSync('{"format":"jsr-verify-pack"}'), /final newline|does not start/],
  ])('when it is %s', async (_, bytes, why) => {
    expect(await refusal(bytes)).toMatch(why);
  });

  it.each([2, 0, '1', null, { toString: 1 }, '\u001b[31m'.repeat(1000)])('of version %j', async (version) => {
    const pack = await changed(isHead, (head) => ({ ...head, version }));
    expect(await refusal(pack)).toMatch(/its version is /);
  });

  it.each([
    ['records', -1],
    ['records', 1e9],
    ['records', '6'],
    ['contents', {}],
    ['contents', [['x', 1]]],
    ['contents', [[`${'0'.repeat(64)}`, -1]]],
    ['contents', [[`${'0'.repeat(64)}`, 1e12]]],
    ['contents', [null]],
    ['attachments', {}],
    ['attachments', [['x', 'y']]],
    ['attachments', [['x'.repeat(101), '0'.repeat(64)]]],
    ['attachments', [['x', '0'.repeat(64)]]],
  ])('whose head has %s %j', async (key, value) => {
    await refusal(await changed(isHead, (head) => ({ ...head, [key]: value })));
  });

  it('that would unpack to more than can be held, before it is unpacked', async () => {
    const contents = Array.from({ length: 20 }, (_, n) => [n.toString(16).padStart(64, '0'), 60_000_000]);
    expect(await refusal(await changed(isHead, (head) => ({ ...head, contents })))).toMatch(
      /more than 1000000000 bytes/,
    );
  });

  it('with contents that are not what their digest says', async () => {
    const swapped = await changed(
      (line) => line['text'] === '{}',
      () => ({ text: '[]' }),
    );
    expect(await refusal(swapped)).toMatch(/is not what its digest says/);
    const base64 = await changed(
      (line) => 'base64' in line,
      () => ({ base64: 'iVD_AAo=' }),
    );
    expect(await refusal(base64)).toMatch(/is not what its digest says/);
    expect(
      await refusal(
        await changed(
          (line) => line['text'] === '{}',
          () => ({}),
        ),
      ),
    ).toMatch(/is not what its digest/);
  });

  it('with a different size than its head says', async () => {
    const pack = await changed(isHead, (head) => ({
      ...head,
      contents: (head['contents'] as [string, number][]).map(([sha256, size]) => [sha256, size + 1]),
    }));
    expect(await refusal(pack)).toMatch(/is not what its digest says/);
  });

  it.each([
    [{ method: 'HEAD' }],
    [{ url: 7 }],
    [{ body: 7 }],
    [{ lifetime: 'eternal' }],
    [{ state: 'verified' }],
    [{ sha256: '0'.repeat(64) }],
    [{ sha256: undefined }],
    [{ sha256: 'x' }],
  ])('with an answer that has %j', async (change) => {
    expect(await refusal(await changed(isAbout(meta), (line) => ({ ...line, ...change })))).toMatch(
      /is damaged/,
    );
  });

  it('with two answers to one question', async () => {
    const lines = linesOf(await record(all));
    const last = lines.at(-1) ?? '';
    const head = JSON.parse(lines[0] ?? '');
    const pack = packOf([JSON.stringify({ ...head, records: head.records + 1 }), ...lines.slice(1), last]);
    expect(await refusal(pack)).toMatch(/is a duplicate or out of order/);
  });

  it('with fewer or more answers than its head says', async () => {
    const lines = linesOf(await record(all));
    expect(await refusal(packOf(lines.slice(0, -1)))).toMatch(/holds 5 answers instead of 6/);
    expect(await refusal(packOf([...lines, '{}']))).toMatch(/data follows its end/);
  });

  it('when it is cut off anywhere', async () => {
    const pack = await record(all);
    for (let length = 0; length < pack.length; length++) await refusal(pack.subarray(0, length));
  });

  it("when a byte of it is changed, unless the byte is none of gzip's content", async () => {
    const pack = await record(all);
    const sound = await openPack(pack);
    let accepted = 0;
    for (let at = 0; at < pack.length; at++) {
      const mutant = Buffer.from(pack);
      mutant[at] = (mutant[at] ?? 0) ^ 0x10;
      const opened = await openPack(mutant).catch((error: unknown) => {
        expect(error).toBeInstanceOf(JsrVerifyError);
        return undefined;
      });
      if (opened === undefined) continue;
      accepted++;
      for (const request of all) expect(await opened.ask(request)).toEqual(await sound.ask(request));
    }
    // Time stamp, flags and system of the gzip header.
    expect(accepted).toBeLessThanOrEqual(10);
  });

  it('never by a crash, whatever its reasons say', async () => {
    const pack = await openPack(
      await changed(isAbout(slow), (line) => ({ ...line, why: `\u001b[31m${'x'.repeat(100_000)}` })),
    );
    const answer = await pack.ask(slow);
    expect(answer.state === 'unavailable' && answer.why).toMatch(/^\[31mx{190,}…$/);
  });
});

describe('why a pack has no answer', () => {
  const failing = (parts: object) =>
    changed(isAbout(slow), ({ kind: _, status: __, ...line }) => ({ ...line, ...parts }));

  it('is replayed as it was recorded, whatever its reason says in words', async () => {
    const pack = await openPack(await failing({ kind: 'status', status: 503, why: 'answered 400' }));
    expect(await pack.ask(slow)).toEqual(
      unavailable(slow.url, { kind: 'status', status: 503, why: 'answered 400' }),
    );
  });

  it.each([
    ['in packs of earlier versions', {}],
    ['of a kind that does not exist', { kind: 'fine' }],
    ['of a kind that is no text', { kind: 7 }],
    ['of a status without its number', { kind: 'status' }],
    ['of a status that is none', { kind: 'status', status: 4000 }],
  ])('is unknown %s, and nothing is concluded from it', async (_, parts) => {
    const pack = await openPack(await failing({ ...parts, why: 'answered 400' }));
    expect(await pack.ask(slow)).toEqual(unavailable(slow.url, { kind: 'unknown', why: 'answered 400' }));
  });
});

describe('merged packs', () => {
  const v = (body: string, request = meta) =>
    record([request], table([[request, present(Buffer.from(body), 'x')]]));

  it('answer what either answers', async () => {
    const merged = await openPack(
      await mergePacks(await record([manifest, missing]), await record([file, slow])),
    );
    for (const request of [manifest, missing, file, slow])
      expect((await merged.ask(request)).state).toBe(answers.get(request)?.state);
    expect(merged.size).toBe(4);
  });

  it('do not change when merged with themselves or with nothing', async () => {
    const pack = Buffer.from(await record(all));
    expect(Buffer.from(await mergePacks(pack, pack))).toEqual(pack);
    expect(Buffer.from(await mergePacks(pack, await record([])))).toEqual(pack);
    expect(Buffer.from(await mergePacks(await record([]), pack))).toEqual(pack);
  });

  it('prefer an answer to none, and bytes to "there is none"', async () => {
    const states = {
      present: await record([file], table([[file, present(Buffer.from('x'), 'x')]])),
      absent: await record([file], table([[file, absent('x')]])),
      unavailable: await record([file], table([])),
    };
    for (const [better, worse] of [
      ['present', 'absent'],
      ['present', 'unavailable'],
      ['absent', 'unavailable'],
    ] as const)
      for (const merged of [
        await mergePacks(states[better], states[worse]),
        await mergePacks(states[worse], states[better]),
      ])
        expect((await (await openPack(merged)).ask(file)).state).toBe(better);
  });

  it('take from the second what may change', async () => {
    const merged = await openPack(await mergePacks(await v('{"latest":1}'), await v('{"latest":2}')));
    const answer = await merged.ask(meta);
    expect(answer.state === 'present' && text(answer.value)).toBe('{"latest":2}');
  });

  it('hold no content that nobody asks for', async () => {
    const lines = linesOf(await mergePacks(await v('{"latest":1}'), await v('{"latest":2}')));
    expect(lines.some((line) => line.includes('latest\\":1'))).toBe(false);
  });

  it('are refused when they differ about what never changes, with the address', async () => {
    const merging = mergePacks(await v('{"a":1}', manifest), await v('{"a":2}', manifest));
    await expect(merging).rejects.toMatchObject({
      code: 'PACK_INVALID',
      message: `the packs differ about ${manifest.url}, which must never change`,
    });
  });

  // A log signs promise, checkpoint and proof anew whenever it is asked (contract 7.1).
  describe.each([
    'https://rekor.test/api/v1/log/entries?logIndex=7',
    `https://rekor.test/api/v1/log/entries/${'a'.repeat(80)}`,
  ])('with the same log entry at %s', (url) => {
    const entry = { ...manifest, url };
    const lasting = {
      attestation: { data: 'e30=' },
      body: 'Ym9keQ==',
      integratedTime: 1_700_000_000,
      logID: 'c'.repeat(64),
      logIndex: 7,
    };
    const answered = (changes: object, id = 'a'.repeat(80)) =>
      v(JSON.stringify({ [id]: { ...lasting, ...changes } }), entry);

    it('keep either answer where only what proves it was signed anew', async () => {
      const [first, second] = [{ verification: { n: 1 } }, { verification: { n: 2 } }];
      for (const [a, b] of [
        [first, second],
        [second, first],
      ] as const) {
        const merged = await openPack(await mergePacks(await answered(a), await answered(b)));
        expect(await merged.ask(entry)).toMatchObject({ state: 'present' });
      }
    });

    it.each<[string, object]>([
      ['body', { body: 'b3RoZXI=' }],
      ['time', { integratedTime: 1_700_000_001 }],
      ['index', { logIndex: 8 }],
      ['log', { logID: 'd'.repeat(64) }],
      ['attestation', { attestation: { data: 'W10=' } }],
    ])('are refused where its %s differs', async (_, change) => {
      const merging = mergePacks(
        await answered({ verification: { n: 1 } }),
        await answered({ verification: { n: 2 }, ...change }),
      );
      await expect(merging).rejects.toMatchObject({ code: 'PACK_INVALID' });
    });

    it.each<[string, string]>([
      ['another entry', JSON.stringify({ ['b'.repeat(80)]: lasting })],
      ['two entries', JSON.stringify({ ['a'.repeat(80)]: lasting, ['b'.repeat(80)]: lasting })],
      ['no JSON', '{'],
      ['no entry', '{}'],
      ['a list', '[]'],
    ])('are refused where one holds %s', async (_, text) => {
      const sound = await answered({});
      await expect(mergePacks(sound, await v(text, entry))).rejects.toMatchObject({ code: 'PACK_INVALID' });
      await expect(mergePacks(await v(text, entry), sound)).rejects.toMatchObject({ code: 'PACK_INVALID' });
    });
  });

  it('take either root of now beside a proof of consistency, but no other hashes', async () => {
    const proof = { ...manifest, url: 'https://rekor.test/api/v1/log/proof?firstSize=1&lastSize=2&treeID=3' };
    const answered = (rootHash: string, hashes: readonly string[]) =>
      v(JSON.stringify({ rootHash, hashes }), proof);
    const merged = await openPack(await mergePacks(await answered('a', ['x']), await answered('b', ['x'])));
    expect(await merged.ask(proof)).toMatchObject({ state: 'present' });
    await expect(mergePacks(await answered('a', ['x']), await answered('b', ['y']))).rejects.toMatchObject({
      code: 'PACK_INVALID',
    });
  });

  it('are refused when one of them calls a thing fleeting that the other knows to be fixed', async () => {
    const fleeting = { ...manifest, lifetime: 'short' as const };
    await expect(
      mergePacks(await v('{"a":1}', manifest), await v('{"a":2}', fleeting)),
    ).rejects.toMatchObject({
      code: 'PACK_INVALID',
    });
    await expect(
      mergePacks(await v('{"a":1}', fleeting), await v('{"a":2}', manifest)),
    ).rejects.toMatchObject({
      code: 'PACK_INVALID',
    });
  });

  it('are refused when either is hostile', async () => {
    const sound = await record(all);
    await expect(mergePacks(sound, Buffer.from('x'))).rejects.toMatchObject({ code: 'PACK_INVALID' });
    await expect(mergePacks(Buffer.from('x'), sound)).rejects.toMatchObject({ code: 'PACK_INVALID' });
  });

  it('carry the attachments of both', async () => {
    const packs = await Promise.all(
      ['a', 'b'].map((name) => {
        const recorder = recording(table([]));
        recorder.attach(name, Buffer.from(name));
        return recorder.finish();
      }),
    );
    const merged = await openPack(await mergePacks(packs[0] ?? Buffer.alloc(0), packs[1] ?? Buffer.alloc(0)));
    expect([...merged.attachments.keys()]).toEqual(['a', 'b']);
  });
});

it('packs well: evidence of one package version takes a few kilobytes', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, n) => [
      `/src/file_${n}.ts`,
      { size: 1000 + n, checksum: `sha256-${createHash('sha256').update(`${n}`).digest('hex')}` },
    ]),
  );
  const bytes = Buffer.from(JSON.stringify({ manifest: files }));
  const pack = await record([manifest], table([[manifest, present(bytes, 'x')]]));
  expect(pack.length).toBeLessThan(bytes.length * 0.6);
});
