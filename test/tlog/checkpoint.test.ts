import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtInRoot } from '../../src/sigstore/root.ts';
import { trustFromBytes } from '../../src/sigstore/trust.ts';
import { logKeys } from '../../src/sigstore/trust-logs.ts';
import { type LogKey, openCheckpoint, parseCheckpoint, treeIdOf } from '../../src/tlog/checkpoint.ts';
import { signCheckpoint } from '../support/checkpoint.ts';
import { mintKey, sha256, sign } from '../support/keys.ts';
import { mintSigstore } from '../support/sigstore.ts';

const root = sha256('root');
const origin = 'rekor.test - 1193050959916656506';
const minted = { key: mintKey('p256'), host: 'rekor.test', id: Buffer.alloc(0) };
const log = { ...minted, id: sha256(minted.key.spki) };
const key: LogKey = { logId: log.id, names: ['rekor.test', 'rekor.test:3000'], publicKey: log.key.publicKey };
const good = signCheckpoint(log, { origin, size: 42, root });

describe('a checkpoint signed by its log', () => {
  test('is read and believed', () => {
    const opened = openCheckpoint(good, [key]);
    const signature = Buffer.from(good.trimEnd().split(' ').at(-1) ?? '', 'base64');
    expect(opened).toEqual({
      ok: true,
      value: {
        note: good,
        origin,
        size: 42n,
        root,
        text: `${origin}\n42\n${root.toString('base64')}\n`,
        signatures: [
          { name: 'rekor.test', keyHint: log.id.subarray(0, 4), signature: signature.subarray(4) },
        ],
      },
    });
    if (opened.ok) expect(treeIdOf(opened.value)).toBe('1193050959916656506');
  });

  test('may be signed with Ed25519, by a log of one tree', () => {
    const edKey = mintKey('ed25519');
    const v2 = { key: edKey, host: 'log2025-1.rekor.test', id: sha256('not the key itself') };
    const opened = openCheckpoint(signCheckpoint(v2, { origin: v2.host, size: 7, root }), [
      { logId: v2.id, names: [v2.host], publicKey: edKey.publicKey },
    ]);
    expect(opened).toMatchObject({ ok: true, value: { size: 7n } });
    if (opened.ok) expect(treeIdOf(opened.value)).toBeUndefined();
  });

  test('may have further lines, such as Rekor’s old timestamps', () => {
    const note = signCheckpoint(log, { origin, size: 42, root, extra: ['Timestamp: 1697034484441201852'] });
    expect(openCheckpoint(note, [key]).ok).toBe(true);
  });

  test('may carry signatures of strangers, and two of its own', () => {
    const stranger = { key: mintKey('ed25519'), host: 'witness.test', id: sha256('witness') };
    const lines = [good, good, signCheckpoint(stranger, { origin, size: 42, root })].map(
      (note) => note.split('\n\n')[1],
    );
    const [text] = good.split('\n\n');
    for (const order of [lines, lines.toReversed()]) {
      expect(openCheckpoint(`${text}\n\n${order.join('')}`, [key]).ok).toBe(true);
    }
  });

  test('may be of an empty tree, or of a very large one', () => {
    for (const size of [0, '18446744073709551615']) {
      expect(openCheckpoint(signCheckpoint(log, { origin, size, root }), [key]).ok).toBe(true);
    }
  });

  test('is found among the keys of several logs with one name', () => {
    const older: LogKey = { ...key, logId: sha256('older'), publicKey: mintKey('p256').publicKey };
    expect(openCheckpoint(good, [older, key]).ok).toBe(true);
  });
});

describe('a checkpoint is not believed', () => {
  test.each([
    [
      'from somebody else’s key',
      signCheckpoint({ ...log, key: mintKey('p256') }, { origin, size: 42, root }),
    ],
    [
      'with another log’s key hint',
      signCheckpoint(log, { origin, size: 42, root, keyHint: Buffer.from('abcd') }),
    ],
    ['signed under another name', signCheckpoint(log, { origin, size: 42, root, signer: 'rekor.tes' })],
    ['of another log', signCheckpoint(log, { origin: 'evil.test - 1', size: 42, root })],
    [
      'of a log whose name only begins alike',
      signCheckpoint(log, { origin: 'rekor.test.evil - 1', size: 42, root }),
    ],
    [
      'of a log whose name only ends alike',
      signCheckpoint(log, { origin: 'evil.rekor.test - 1', size: 42, root }),
    ],
    ['of something that is no tree', signCheckpoint(log, { origin: 'rekor.test - x', size: 42, root })],
    ['of a tree with more after it', signCheckpoint(log, { origin: 'rekor.test - 1 - 2', size: 42, root })],
    ['of a name in other letters', signCheckpoint(log, { origin: 'Rekor.test - 1', size: 42, root })],
  ])('%s', (_what, note) => {
    expect(parseCheckpoint(note).ok).toBe(true);
    expect(openCheckpoint(note, [key]).ok).toBe(false);
  });

  test('of one log, signed by another that is trusted as well', () => {
    const other = { key: mintKey('ed25519'), host: 'other.test', id: sha256('other') };
    const keys = [key, { logId: other.id, names: [other.host], publicKey: other.key.publicKey }];
    expect(openCheckpoint(signCheckpoint(other, { origin: 'other.test', size: 42, root }), keys).ok).toBe(
      true,
    );
    expect(openCheckpoint(signCheckpoint(other, { origin, size: 42, root }), keys).ok).toBe(false);
  });

  test('whose size, root or origin was changed', () => {
    for (const [from, to] of [
      ['\n42\n', '\n43\n'],
      [root.toString('base64'), sha256('other').toString('base64')],
      ['1193050959916656506', '1193050959916656507'],
    ] as const) {
      const changed = good.replace(from, to);
      expect(changed).not.toBe(good);
      expect(openCheckpoint(changed, [key])).toEqual({
        ok: false,
        why: 'a checkpoint without a valid signature of its log',
      });
    }
  });

  test('with any single bit changed', () => {
    const bytes = Buffer.from(good, 'utf8');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const opened = openCheckpoint(copy.toString('utf8'), [key]);
      // The last character of base64 has bits that mean nothing.
      if (opened.ok)
        expect(opened.value).toMatchObject({ origin, size: 42n, text: `${good.split('\n\n')[0]}\n` });
    }
  });

  test('without a key', () => {
    expect(openCheckpoint(good, [])).toEqual({
      ok: false,
      why: 'a checkpoint of a log that the trusted root does not know',
    });
  });

  test('by a key that cannot be used, and nothing comes to a halt', () => {
    const broken = { asymmetricKeyType: 'ec' } as unknown as LogKey['publicKey'];
    expect(openCheckpoint(good, [{ ...key, publicKey: broken }]).ok).toBe(false);
    expect(openCheckpoint(good, [{ ...key, publicKey: broken }, key]).ok).toBe(true);
  });

  test('by a kind of key no log has', () => {
    const rsa = mintKey('rsa');
    const rsaLog = { key: rsa, host: 'rekor.test', id: sha256(rsa.spki) };
    const note = signCheckpoint(rsaLog, { origin, size: 42, root });
    expect(
      openCheckpoint(note, [{ logId: rsaLog.id, names: ['rekor.test'], publicKey: rsa.publicKey }]).ok,
    ).toBe(false);
  });
});

test.each(['rekor.test - 12 - x', 'rekor.test - 12x', 'rekor.test - ', 'rekor.test'])(
  'a log named %j has no tree of its own',
  (name) => {
    const parsed = parseCheckpoint(signCheckpoint(log, { origin: name, size: 42, root }));
    if (!parsed.ok) throw new Error(parsed.why);
    expect(treeIdOf(parsed.value)).toBeUndefined();
  },
);

describe('a note that parsers could read differently is refused', () => {
  const [text = '', block = ''] = good.split('\n\n');
  const b64 = root.toString('base64');
  /** Signed with the true key, so that only its shape can be wrong. */
  const signed = (body: string): string => {
    const signature = Buffer.concat([log.id.subarray(0, 4), sign(log.key, Buffer.from(`${body}\n`))]);
    return `${body}\n\n\u2014 rekor.test ${signature.toString('base64')}\n`;
  };
  test('while the same way of signing is accepted for a good one', () => {
    expect(openCheckpoint(signed(text), [key]).ok).toBe(true);
  });

  const noEnd = 'without a newline at its end';
  const noBlank = 'without a blank line before its signatures';
  const twoBlank = 'with more than one blank line';
  const noOrigin = 'without an origin';
  const noSize = 'whose size is not a number';
  const noRoot = 'whose root is not the base64 of 32 bytes';
  const odd = 'with characters that are not allowed';
  const noSignature = 'with a malformed signature';
  test.each([
    ['nothing', '', noEnd],
    ['a newline', '\n', noBlank],
    ['two newlines', '\n\n', noSignature],
    ['no blank line', good.replace('\n\n', '\n'), noBlank],
    ['no signature', `${text}\n\n`, noSignature],
    ['no newline at the end', good.slice(0, -1), noEnd],
    ['a blank line more before', signed(`${text}\n`), noSignature],
    ['a blank line more after', `${good}\n`, twoBlank],
    ['a second note behind it', `${good}\n${good}`, twoBlank],
    ['an empty extension line', signed(`${origin}\n42\n${b64}\n\nmore`), twoBlank],
    ['no origin', signed(`\n42\n${b64}`), noOrigin],
    ['an origin of spaces', signed(` \n42\n${b64}`), noOrigin],
    ['a size with a zero before', signed(`${origin}\n042\n${b64}`), noSize],
    ['a size with a sign', signed(`${origin}\n+42\n${b64}`), noSize],
    ['a negative size', signed(`${origin}\n-42\n${b64}`), noSize],
    ['a size in hex', signed(`${origin}\n0x2a\n${b64}`), noSize],
    ['a size in other digits', signed(`${origin}\n٤٢\n${b64}`), noSize],
    ['a size with a space', signed(`${origin}\n42 \n${b64}`), noSize],
    ['an exponent', signed(`${origin}\n4e1\n${b64}`), noSize],
    ['no size', signed(`${origin}\n\n${b64}`), twoBlank],
    ['a size of a hundred digits', signed(`${origin}\n${'9'.repeat(100)}\n${b64}`), noSize],
    ['an origin and nothing else', signed(origin), noSize],
    ['a root in base64url', signed(`${origin}\n42\n${Buffer.alloc(32, 255).toString('base64url')}=`), noRoot],
    ['a root with a space', signed(`${origin}\n42\n ${b64}`), noRoot],
    ['a short root', signed(`${origin}\n42\n${Buffer.alloc(31).toString('base64')}`), noRoot],
    ['a long root', signed(`${origin}\n42\n${Buffer.alloc(33).toString('base64')}`), noRoot],
    ['an empty root', signed(`${origin}\n42\n`), noSignature],
    ['too few lines', signed(`${origin}\n42`), noRoot],
    ['CRLF', good.replaceAll('\n', '\r\n'), odd],
    ['a tab', signed(`${origin}\t\n42\n${b64}`), odd],
    ['a null', signed(`${origin}\n42\n${b64}\nx\0`), odd],
    ['an escape', signed(`${origin}\n42\n${b64}\n\u001b[2J`), odd],
    ['half a character', `${text}\nx\ud800\n\n${block}`, odd],
    ['a hyphen for the dash', good.replace('\u2014', '-'), noSignature],
    ['a name with a plus', good.replace('\u2014 rekor.test', '\u2014 rekor+test'), noSignature],
    ['two spaces', good.replace('\u2014 ', '\u2014  '), noSignature],
    [
      'a signature of four bytes',
      `${text}\n\n\u2014 rekor.test ${Buffer.alloc(4).toString('base64')}\n`,
      noSignature,
    ],
    ['a signature that is no base64', `${text}\n\n\u2014 rekor.test !!!!!!!!\n`, noSignature],
    ['more behind a signature', good.replace(/\n$/, ' more\n'), noSignature],
    ['more before a signature', good.replace('\u2014', 'more \u2014'), noSignature],
    ['one bad line among good ones', `${good}junk\n`, noSignature],
    ['101 signatures', `${text}\n\n${block.repeat(101)}`, 'with more than 100 signatures'],
    ['a megabyte', signed(`${origin}\n42\n${b64}\n${'x'.repeat(1_000_000)}`), 'longer than 65536 characters'],
  ])('%s', (_what, note, why) => {
    expect(parseCheckpoint(note)).toEqual({ ok: false, why: `a checkpoint ${why}` });
    expect(openCheckpoint(note, [key]).ok).toBe(false);
  });

  test('bounds can be narrowed, and hold to the letter', () => {
    const two = `${text}\n\n${block}${block}`;
    const within = (characters: number, signatures: number) => {
      const parsed = parseCheckpoint(two, { characters, signatures });
      return parsed.ok ? 'read' : parsed.why;
    };
    expect(within(two.length, 2)).toBe('read');
    expect(within(two.length - 1, 2)).toBe(`a checkpoint longer than ${two.length - 1} characters`);
    expect(within(two.length, 1)).toBe('a checkpoint with more than 1 signatures');
  });

  test('a signature of one byte is one, and proves nothing', () => {
    const note = `${text}\n\n\u2014 rekor.test ${Buffer.alloc(5).toString('base64')}\n`;
    expect(parseCheckpoint(note).ok).toBe(true);
    expect(openCheckpoint(note, [key]).ok).toBe(false);
  });

  test('no text makes it throw', () => {
    const pieces = fc.constantFrom(
      '\n',
      '\n\n',
      origin,
      '42',
      b64,
      '\u2014 rekor.test ',
      block,
      text,
      '\0',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pieces).map((list) => list.join('')),
        ),
        (note) => {
          const parsed = parseCheckpoint(note);
          if (parsed.ok) expect(parsed.value.text + note.slice(parsed.value.text.length)).toBe(note);
        },
      ),
    );
  });
});

describe('keys from the trusted root', () => {
  test('are those of all its logs, by host with and without the port', () => {
    const sigstore = mintSigstore({ rekorHost: 'rekor.example:8443' });
    const [v1, v2] = logKeys(trustFromBytes(sigstore.trustedRootBytes(), 'x'));
    expect(v1?.names).toEqual(['rekor.example:8443', 'rekor.example']);
    expect(Buffer.from(v1?.logId ?? [])).toEqual(sigstore.rekorKey.id);
    expect(v2?.publicKey.asymmetricKeyType).toBe('ed25519');
  });

  test('open the checkpoints of the logs of their Sigstore, of every shard, and of no other', () => {
    const sigstore = mintSigstore();
    const keys = logKeys(trustFromBytes(sigstore.trustedRootBytes(), 'x'));
    const strange = logKeys(trustFromBytes(mintSigstore().trustedRootBytes(), 'x'));
    const rekor = sigstore.openLog();
    for (const treeId of rekor.treeIds) {
      expect(openCheckpoint(rekor.checkpoint(treeId), keys).ok).toBe(true);
      expect(openCheckpoint(rekor.checkpoint(treeId), strange).ok).toBe(false);
    }
  });
});

describe('real checkpoints', () => {
  const folder = join(resolve(process.env['JSR_VERIFY_REAL_DATA'] ?? '../shared/real'), 'B-bundles');
  const notes = checkpointsBelow(folder);
  const skip = notes.length === 0;
  const count = skip ? 'skipped, no real data' : `${notes.length} of them`;

  test.skipIf(skip)(
    `open with the keys of their instance, all but those of negative tests (${count})`,
    async () => {
      const staging = readFileSync(join(folder, '../C-trust/staging/trusted_root.json'));
      const publicGood = (await builtInRoot()).trustedRoot;
      const keys = [publicGood, staging].flatMap((bytes) => logKeys(trustFromBytes(bytes, 'x')));
      const results = notes.map(({ file, note }) => ({ file, note, ok: openCheckpoint(note, keys).ok }));
      expect(results.filter(({ ok }) => ok).length).toBeGreaterThan(100);
      // Two public instances; whatever else is in the folder is of instances of somebody's own.
      const ofPublic = results.filter(({ note }) => /^\S*rekor\.(?:sigstore|sigstage)\.dev/.test(note));
      expect(ofPublic.filter(({ ok, file }) => !ok && !/_fail\//.test(file))).toEqual([]);
      const refused = ofPublic.filter(({ ok }) => !ok).map(({ file }) => file.split('/').at(-2));
      expect(refused.sort()).toEqual([
        'invalid-checkpoint-signature_fail',
        'rekor2-checkpoint-missing-log-signature_fail',
        'rekor2-checkpoint-missing-root-hash_fail',
      ]);
    },
  );

  test.skipIf(skip)('of sigstore-java: the good one opens, the bad ones do not', async () => {
    const keys = logKeys(trustFromBytes((await builtInRoot()).trustedRoot, 'built in'));
    const opened = (name: string) =>
      openCheckpoint(readFileSync(join(folder, 'checkpoints', name), 'utf8'), keys).ok;
    expect(opened('valid.txt')).toBe(true);
    for (const name of [
      'error_header_count.txt',
      'error_no_signatures.txt',
      'error_signature_format_invalid.txt',
    ])
      expect(opened(name)).toBe(false);
  });
});

/** Every checkpoint in every JSON file, wherever it stands. */
function checkpointsBelow(folder: string): readonly { readonly file: string; readonly note: string }[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .flatMap((file) => {
      const notes =
        readFileSync(join(folder, file), 'utf8').match(
          /"(?:envelope|checkpoint)"\s*:\s*"(?:[^"\\]|\\.)*"/g,
        ) ?? [];
      return notes.map((pair) => ({ file, note: String(Object.values(JSON.parse(`{${pair}}`))[0]) }));
    })
    .filter(({ note }) => note.includes('\n\n'));
}
