import { bundleFromJSON } from '@sigstore/bundle';
import { describe, expect, it } from 'vitest';
import {
  derOfPem,
  isRekorV2,
  opened,
  parseBundle,
  serialiseBundle,
  toOpenBundle,
  unpackEntry,
} from '../../src/sigstore/bundle.ts';
import { toBundle, toBundleEntry } from '../support/bundle.ts';
import type { Json } from '../support/json.ts';
import { mintWorld } from '../support/jsr.ts';
import type { Attestation } from '../support/publication.ts';
import { withEntryBody } from '../support/rekor-entry.ts';
import { publish } from '../verify/chain.ts';

const world = mintWorld();

function entryBytes({ position }: Attestation, edit: (json: string) => string = (json) => json): Buffer {
  return Buffer.from(edit(JSON.stringify({ [position.uuid]: world.rekor.entry(position) })));
}

function unpack(attestation: Attestation) {
  const unpacked = unpackEntry(entryBytes(attestation));
  if (!unpacked.ok) throw new Error(unpacked.why);
  return unpacked.value;
}

/** Logs an honest attestation whose body was rewritten, and says why it is refused. */
function refusal(edit: (body: string) => string, kind: 'intoto' | 'dsse' = 'intoto'): string {
  const { attested } = publish(world, { kind, record: (record) => withEntryBody(record, edit) });
  const unpacked = unpackEntry(entryBytes(attested));
  return unpacked.ok ? 'accepted' : unpacked.why;
}

type Content = { readonly envelope: Envelope; readonly payloadHash: object };
type Envelope = { readonly signatures: readonly Signature[] };
type Signature = { readonly sig: string; readonly publicKey: string };

const withContent = (change: (content: Content) => object) => (text: string) => {
  const body = JSON.parse(text) as { readonly spec: { readonly content: Content } };
  return JSON.stringify({
    ...body,
    spec: { content: { ...body.spec.content, ...change(body.spec.content) } },
  });
};
const withEnvelope = (change: (envelope: Envelope) => object) =>
  withContent(({ envelope }) => ({ envelope: { ...envelope, ...change(envelope) } }));
const withSignature = (change: (signature: Signature) => object) =>
  withEnvelope(({ signatures }) => ({ signatures: signatures.map((one) => ({ ...one, ...change(one) })) }));

describe('an entry of the log', () => {
  it.each(['intoto', 'dsse'] as const)('of kind %s gives certificate, signature and payload hash', (kind) => {
    const { attested } = publish(world, { kind });
    const unpacked = unpack(attested);
    expect(unpacked.der).toEqual(attested.certificate.der);
    expect(unpacked.signature).toEqual(attested.envelope.signatures[0]?.sig);
    expect(unpacked.payloadType).toBe('application/vnd.in-toto+json');
    expect(unpacked.keyid).toBe('');
    expect(unpacked.entry.attestation !== undefined).toBe(kind === 'intoto');
  });

  it('keeps the key id that an intoto entry may have', () => {
    expect(unpack(publish(world, { keyid: 'k1' }).attested).keyid).toBe('k1');
  });

  it.each([
    [
      'with two signatures',
      withEnvelope(({ signatures }) => ({ signatures: [...signatures, ...signatures] })),
      'must hold exactly one signature',
    ],
    ['with no signature', withEnvelope(() => ({ signatures: [] })), 'must hold exactly one signature'],
    [
      'with signatures that are no list',
      withEnvelope(() => ({ signatures: {} })),
      'must hold exactly one signature',
    ],
    ['without a payload type', withEnvelope(() => ({ payloadType: undefined })), 'names no payload type'],
    [
      'whose signature is in base64 once only',
      withSignature(({ sig }) => ({ sig: text(sig) })),
      'holds no signature',
    ],
    ['without a signature', withSignature(() => ({ sig: undefined })), 'holds no signature'],
    ['with an empty signature', withSignature(() => ({ sig: '' })), 'holds no signature'],
    ['whose signature is not base64', withSignature(() => ({ sig: '%' })), 'holds no signature'],
    [
      'whose signature mixes the alphabets of base64',
      withSignature(() => ({ sig: base64('a-_b+/AA') })),
      'holds no signature',
    ],
    ['without a certificate', withSignature(() => ({ publicKey: undefined })), 'holds no certificate'],
    ['with an empty certificate', withSignature(() => ({ publicKey: '' })), 'holds no certificate'],
    ['whose certificate is not base64', withSignature(() => ({ publicKey: '%' })), 'holds no certificate'],
    [
      'with a bare key',
      withSignature(() => ({ publicKey: base64(world.rekor.publicKey()) })),
      'holds no certificate',
    ],
    [
      'with two certificates',
      withSignature(({ publicKey }) => ({ publicKey: base64(`${text(publicKey)}\n${text(publicKey)}`) })),
      'holds no certificate',
    ],
  ])('%s is refused', (_, edit, why) => {
    expect(refusal(edit)).toBe(`the log entry ${why}`);
  });

  it.each([
    ['nothing', {}],
    ['no value', { algorithm: 'sha256' }],
    ['a value too short', { algorithm: 'sha256', value: 'abc' }],
    ['more before its value', { algorithm: 'sha256', value: `b${'a'.repeat(64)}` }],
    ['more behind its value', { algorithm: 'sha256', value: `${'a'.repeat(64)}b` }],
    ['a value in capitals', { algorithm: 'sha256', value: 'A'.repeat(64) }],
    ['another kind', { algorithm: 'sha1', value: 'a'.repeat(40) }],
    ['another kind of the same length', { algorithm: 'sha3-256', value: 'a'.repeat(64) }],
  ])('with %s for a payload hash is refused', (_, payloadHash) => {
    expect(refusal(withContent(() => ({ payloadHash })))).toBe(
      'the log entry gives no SHA-256 of its payload',
    );
  });

  it.each([
    [
      'with two signatures',
      (text: string) => text.replace(/"signatures":\[(.*)\]/, '"signatures":[$1,$1]'),
      'must hold exactly one signature',
    ],
    [
      'with a signature in base64 twice',
      (text: string) =>
        text.replace(/"signature":"([^"]*)"/, (_, sig: string) => `"signature":"${base64(sig)}%"`),
      'holds no signature',
    ],
    ['without a signature', (text: string) => text.replace('"signature"', '"other"'), 'holds no signature'],
    ['without a verifier', (text: string) => text.replace('"verifier"', '"other"'), 'holds no certificate'],
  ])('of kind dsse %s is refused', (_, edit, why) => {
    expect(refusal(edit, 'dsse')).toBe(`the log entry ${why}`);
  });

  it.each([
    ['intoto', '0.0.1'],
    ['dsse', '0.0.2'],
    ['hashedrekord', '0.0.1'],
    ['toString', '0.0.1'],
  ])('of kind %s %s is unsupported, which is not the same as forged', (kind, version) => {
    const { attested } = publish(world, {
      record: (record) =>
        withEntryBody(record, (text) =>
          text.replace('"intoto"', `"${kind}"`).replace('"0.0.2"', `"${version}"`),
        ),
    });
    expect(unpackEntry(entryBytes(attested))).toEqual({
      ok: false,
      why: `a log entry of kind ${kind}/${version} is not supported`,
      unsupported: true,
    });
  });

  it('of a kind with a long name is unsupported in few words', () => {
    const { attested } = publish(world, {
      record: (record) => withEntryBody(record, (text) => text.replace('"intoto"', `"${'x'.repeat(61)}"`)),
    });
    expect(unpackEntry(entryBytes(attested))).toMatchObject({
      why: `a log entry of kind ${'x'.repeat(60)} is not supported`,
    });
  });

  it('that is none says why', () => {
    expect(unpackEntry(Buffer.from('noise'))).toEqual({ ok: false, why: "the log's answer is not JSON" });
  });

  it('never believes the hash that the client supplied', () => {
    const { attested } = publish(world, {
      record: (record) =>
        withEntryBody(record, (text) =>
          text.replace(/"hash":\{[^}]*\}/, '"hash":{"algorithm":"md5","value":"x"}'),
        ),
    });
    expect(unpackEntry(entryBytes(attested)).ok).toBe(true);
  });
});

describe('a bundle', () => {
  const { attested } = publish(world);
  const entry = toBundleEntry(world.rekor.entry(attested.position));
  const bundle = (version?: '0.1' | '0.2' | '0.3') =>
    toBundle(attested.certificate, attested.envelope, [entry], version === undefined ? {} : { version });
  const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
  const everywhere = [0, 1, 2, 3]
    .flatMap((index) =>
      ['logId', 'kindVersion'].map((name) => `verificationMaterial.tlogEntries[${index}].${name}`),
    )
    .join(', ')
    .slice(0, 200);
  const refusalOf = (value: unknown) => {
    const parsed = parseBundle(value instanceof Uint8Array ? value : bytes(value));
    return parsed.ok ? 'accepted' : parsed.why;
  };

  it.each(['0.1', '0.2', '0.3'] as const)('of version %s is read', (version) => {
    const parsed = parseBundle(bytes(bundle(version)));
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        signer: { kind: 'certificate', der: attested.certificate.der },
        content: { kind: 'envelope', payload: attested.statement },
        entries: [{ logIndex: attested.logIndex }],
      },
    });
  });

  it('that was rebuilt from a log entry is one that the stock library reads, and our own again', () => {
    const text = serialiseBundle(toOpenBundle(unpack(attested), attested.statement));
    expect(text.endsWith('}\n')).toBe(true);
    const stock = bundleFromJSON(JSON.parse(text));
    expect(stock.mediaType).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    const again = parseBundle(Buffer.from(text));
    if (!again.ok) throw new Error(again.why);
    expect(serialiseBundle(again.value)).toBe(text);
    expect(again.value.entries[0]).toMatchObject({
      logIndex: attested.logIndex,
      integratedTime: String(attested.record.integratedTime),
      kindVersion: { kind: 'intoto', version: '0.0.2' },
    });
  });

  it('with a promise alone, as the first version has it, is read', () => {
    const { inclusionProof: _, ...promised } = entry as Record<string, Json>;
    const parsed = parseBundle(
      bytes(toBundle(attested.certificate, attested.envelope, [promised], { version: '0.1' })),
    );
    expect(parsed).toMatchObject({ ok: true, value: { entries: [{ logIndex: attested.logIndex }] } });
  });

  it('has 16 log entries and 16 timestamps at most, each of which is work', () => {
    const witnessed = (entries: number, stamps: number) =>
      refusalOf(
        toBundle(attested.certificate, attested.envelope, Array(entries).fill(entry), {
          timestamps: Array(stamps).fill(Buffer.from('stamp')),
        }),
      );
    const many = 'the bundle holds more than 16 log entries or timestamps';
    expect([witnessed(16, 16), witnessed(17, 16), witnessed(16, 17)]).toEqual(['accepted', many, many]);
  });

  it('is written with its timestamps and its key id', () => {
    const whole = toBundle(
      attested.certificate,
      { ...attested.envelope, signatures: [{ sig: Buffer.from('s'), keyid: 'k1' }] },
      [entry],
      { timestamps: [Buffer.from('one'), Buffer.from('two')] },
    );
    const parsed = parseBundle(bytes(whole));
    if (!parsed.ok) throw new Error(parsed.why);
    expect(JSON.parse(serialiseBundle(parsed.value))).toEqual(whole);
  });

  it.each([
    ['a bare key', { signer: { kind: 'public-key', hint: '' } }],
    ['a signed file', { content: { kind: 'message' } }],
  ])('is never written for %s', (_, change) => {
    const open = { ...opened(toOpenBundle(unpack(attested), attested.statement)), ...change };
    expect(() => serialiseBundle(open)).toThrow('only attestations are written as bundles');
  });

  it.each(['logIndex', 'integratedTime', 'inclusionProof.logIndex', 'inclusionProof.treeSize'])(
    'whose %s other readers may take for another number is refused',
    (path) => {
      const [name = '', inner] = path.split('.');
      const honest = entry as Record<string, Json>;
      const written = (text: string) => {
        const value = inner === undefined ? text : { ...(honest[name] as object), [inner]: text };
        return refusalOf(toBundle(attested.certificate, attested.envelope, [{ ...honest, [name]: value }]));
      };
      const odd = ['0x1f8', ' 504', '504 ', '504.0', '0504', '-504', '5e2', '', '9'.repeat(21)];
      for (const text of odd)
        expect(written(text), text).toBe(
          'the bundle has a number in its log entry that is not in canonical form',
        );
      expect([written('0'), written('504')]).toEqual(['accepted', 'accepted']);
    },
  );

  it.each(['rawBytes', 'canonicalizedBody', 'keyId', 'signedEntryTimestamp', 'rootHash', 'payload', 'sig'])(
    'holds its %s in one alphabet of base64, and nothing between the letters',
    (name) => {
      const written = (spell: (text: string) => string) =>
        refusalOf(
          Buffer.from(
            JSON.stringify(bundle()).replace(
              new RegExp(`"${name}":"([^"]*)"`),
              (_, text: string) => `"${name}":"${spell(text)}"`,
            ),
          ),
        );
      const bytewise = (spell: (bytes: Buffer) => string) =>
        written((text) => spell(Buffer.from(text, 'base64')));
      expect(bytewise((honest) => honest.toString('base64'))).toBe('accepted');
      expect(bytewise((honest) => honest.toString('base64url'))).toBe('accepted');
      for (const spell of [
        (text: string) => `${text.slice(0, 4)} ${text.slice(4)}`,
        (text: string) => `-_+/${text.slice(4)}`,
        (text: string) => `${text}!`,
        (text: string) => `${text}=`,
        (text: string) => text.slice(0, text.replace(/=+$/, '').length & ~3).concat('A'),
      ])
        expect(written(spell), spell(name)).toBe('the bundle has bytes that are not valid base64');
    },
  );

  it.each([
    ['is no JSON', Buffer.from('{'), 'is not JSON'],
    [
      'names a key twice',
      Buffer.from('{"mediaType":"a","mediaType":"b"}'),
      'is ambiguous: duplicate key "mediaType"',
    ],
    ['is a list', Buffer.from('[]'), formless('wrong in mediaType, content, verificationMaterial')],
    ['is nothing', Buffer.from('null'), formless('it has a value that is not allowed there')],
    ['has no media type', { ...bundle(), mediaType: '' }, formless('wrong in mediaType')],
    [
      'is of a version to come',
      { ...bundle(), mediaType: 'application/vnd.dev.sigstore.bundle.v9+json' },
      formless('wrong in mediaType'),
    ],
    [
      'is of a version that the library takes for the newest',
      { ...bundle(), mediaType: `application/vnd.dev.sigstore.bundle.v0.9+json${'x'.repeat(99)}` },
      `has an unknown version: "application/vnd.dev.sigstore.bundle.v0.9+json${'x'.repeat(55)}"`,
    ],
    [
      'has no verification material',
      { ...bundle(), verificationMaterial: {} },
      formless('wrong in verificationMaterial.content'),
    ],
    [
      'has no certificate in its chain',
      { ...bundle('0.1'), verificationMaterial: { x509CertificateChain: { certificates: [] } } },
      formless('wrong in verificationMaterial.content.x509CertificateChain.certificates'),
    ],
    ['has no content', { ...bundle(), dsseEnvelope: undefined }, formless('wrong in content')],
    ['has no signature', signedBy([]), formless('wrong in content.dsseEnvelope.signatures')],
    [
      'has two signatures',
      signedBy([{ sig: 'e30=' }, { sig: 'e30=' }]),
      formless('wrong in content.dsseEnvelope.signatures'),
    ],
    [
      'has an empty signature',
      signedBy([{ sig: '', keyid: '' }]),
      formless('wrong in content.dsseEnvelope.signatures[0].sig'),
    ],
    [
      'is wrong in very many places',
      { ...bundle(), verificationMaterial: { publicKey: {}, tlogEntries: Array(99).fill({}) } },
      formless(`wrong in ${everywhere}`),
    ],
  ])('that %s is refused', (_, value, why) => {
    expect(refusalOf(value)).toBe(`the bundle ${why}`);
  });

  function formless(why: string) {
    return `does not follow its format: ${why}`;
  }

  function signedBy(signatures: Json) {
    return { ...bundle(), dsseEnvelope: { payload: 'e30=', payloadType: 'x', signatures } };
  }
});

describe('a PEM text', () => {
  const { pem, der } = world.sigstore.issueCertificate();

  it('is one certificate, with or without a newline at its end', () => {
    for (const text of [pem, `${pem}\n`, `\n${pem}\n\n`, pem.replaceAll('\n', '\r\n')])
      expect(derOfPem(text)?.equals(der), JSON.stringify(text.slice(0, 40))).toBe(true);
  });

  it.each([
    ['no text', ''],
    ['two certificates', `${pem}\n${pem}`],
    ['a key', world.rekor.publicKey()],
    ['a certificate and a key', `${pem}\n${world.rekor.publicKey()}`],
    ['a header alone', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----'],
  ])('is not %s', (_, text) => {
    expect(derOfPem(text)).toBeUndefined();
  });
});

describe('the generation of a log entry', () => {
  it.each([
    ['dsse', '0.0.2', true],
    ['hashedrekord', '0.0.2', true],
    ['dsse', '0.0.1', false],
    ['intoto', '0.0.2', false],
  ])('%s %s is of Rekor v2: %s', (kind, version, expected) => {
    const entry = { ...openEntry(), kindVersion: { kind, version } };
    expect(isRekorV2(entry)).toBe(expected);
  });

  function openEntry() {
    const { attested } = publish(world);
    const [entry] = opened(toOpenBundle(unpack(attested), attested.statement)).entries;
    if (entry === undefined) throw new Error('no entry');
    return entry;
  }
});

function base64(plain: string): string {
  return Buffer.from(plain).toString('base64');
}

function text(base64Text: string): string {
  return Buffer.from(base64Text, 'base64').toString();
}

it('a bundle that a report keeps keeps alive little more than its own bytes', () => {
  const { attested } = publish(world);
  const { signer, content, entries, logEntry } = opened(toOpenBundle(unpack(attested), attested.statement));
  const [entry] = entries;
  if (signer.kind !== 'certificate' || content.kind !== 'envelope') throw new Error('no attestation');
  const buffers = [
    ...[signer.der, content.payload, content.signature, logEntry?.body, entry?.canonicalizedBody],
    ...[entry?.logId.keyId, entry?.inclusionPromise?.signedEntryTimestamp],
    ...[entry?.inclusionProof?.rootHash, ...(entry?.inclusionProof?.hashes ?? [])],
  ].filter((one) => one !== undefined);
  const bytes = [...new Set(buffers)].reduce((sum, { length }) => sum + length, 0);
  const blocks = new Set(buffers.map(({ buffer }) => buffer));
  const kept = [...blocks].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(kept).toBeLessThan(bytes + 2 * 1024);
  // What the log's answer held besides is not kept.
  expect(Object.keys(logEntry ?? {})).toEqual(['entryId', 'logIndex', 'body']);
});
