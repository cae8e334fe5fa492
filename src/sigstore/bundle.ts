import {
  type Bundle,
  type BundleWithMessageSignature,
  bundleFromJSON,
  bundleToJSON,
  isBundleWithDsseEnvelope,
  isBundleWithMessageSignature,
  type TransparencyLogEntry,
  ValidationError,
  type VerificationMaterial,
} from '@sigstore/bundle';
import { pem } from '@sigstore/core';
import type { SigstoreBundle } from '../model/check.ts';
import { type LogEntry, parseEntry } from '../tlog/rekor.ts';
import { at, fromBase64, fromEitherBase64, isRecord, type Parsed, parseJson, textAt } from '../wire/json.ts';

const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** The supported versions; without this list the library would treat any version as the newest. */
const bundleMediaTypes: ReadonlySet<string> = new Set([
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  bundleMediaType,
]);

/** The certificate is checked at the time of every log entry and timestamp; honest bundles have one or two. */
const mostWitnesses = 16;

/** The fields of a bundle that contain bytes. */
const byteFields: ReadonlySet<string> = new Set([
  'canonicalizedBody',
  'digest',
  'hashes',
  'keyId',
  'payload',
  'rawBytes',
  'rootHash',
  'sig',
  'signature',
  'signedEntryTimestamp',
  'signedTimestamp',
]);

/** A parsed bundle, for use inside `sigstore/` only. Nothing in it is verified. */
export interface OpenBundle extends SigstoreBundle {
  /** DER of the signing certificate, or the hint of a public key that the caller must supply. */
  readonly signer:
    | { readonly kind: 'certificate'; readonly der: Buffer<ArrayBuffer> }
    | { readonly kind: 'public-key'; readonly hint: string };
  readonly content: EnvelopeContent | MessageContent;
  readonly entries: readonly TransparencyLogEntry[];
  /** RFC 3161 timestamps, DER. */
  readonly timestamps: readonly Buffer<ArrayBuffer>[];
  /** The fields of the Rekor answer from which this bundle was rebuilt. */
  readonly logEntry?: Pick<LogEntry, 'entryId' | 'logIndex' | 'body'>;
}

export interface EnvelopeContent {
  readonly kind: 'envelope';
  readonly payloadType: string;
  readonly payload: Buffer<ArrayBuffer>;
  readonly signature: Buffer<ArrayBuffer>;
  readonly keyid: string;
}

export interface MessageContent {
  readonly kind: 'message';
  readonly bundle: BundleWithMessageSignature;
}

/** A log entry with its envelope, but without the payload, which the log may not have stored. */
export interface Unpacked {
  readonly entry: LogEntry;
  readonly der: Buffer<ArrayBuffer>;
  readonly payloadType: string;
  readonly signature: Buffer<ArrayBuffer>;
  readonly keyid: string;
  /** SHA-256 of the payload, hex, as in the log entry. */
  readonly payloadHash: string;
}

/** The only function that gives access to the fields of a `SigstoreBundle`. */
export function opened(bundle: SigstoreBundle): OpenBundle {
  // Only `toOpenBundle` and `parseBundle` make a SigstoreBundle.
  return bundle as OpenBundle;
}

/** Extracts certificate, signature and payload hash from an `intoto` 0.0.2 or `dsse` 0.0.1 entry of Rekor v1. */
export function unpackEntry(bytes: Uint8Array): Parsed<Unpacked> & { readonly unsupported?: boolean } {
  const parsed = parseEntry(bytes);
  if (!parsed.ok) return parsed;
  const entry = parsed.value;
  const kind = `${entry.kind}/${entry.apiVersion}`;
  if (kind === 'intoto/0.0.2') return unpackIntoto(entry);
  if (kind === 'dsse/0.0.1') return unpackDsse(entry);
  return { ok: false, why: `a log entry of kind ${kind.slice(0, 60)} is not supported`, unsupported: true };
}

/**
 * Makes a bundle of a log entry and its payload. Reports keep the bundle, so it copies all bytes and keeps no larger
 * buffer alive.
 */
export function toOpenBundle(unpacked: Unpacked, payload: Uint8Array): OpenBundle {
  const { der, payloadType, signature, keyid } = unpacked;
  const { entryId, logIndex } = unpacked.entry;
  const own = copier();
  const entry = toTransparencyLogEntry(unpacked.entry, own);
  return {
    mediaType: bundleMediaType,
    signer: { kind: 'certificate', der: own(der) },
    content: { kind: 'envelope', payloadType, payload: own(payload), signature: own(signature), keyid },
    entries: [entry],
    timestamps: [],
    logEntry: { entryId, logIndex, body: entry.canonicalizedBody },
  };
}

/** Parses a Sigstore bundle v0.1–v0.3 from JSON. */
export function parseBundle(bytes: Uint8Array): Parsed<OpenBundle> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return invalidBundle(`is ${parsed.why}`);
  if (!hasValidBase64(parsed.value)) return invalidBundle('has bytes that are not valid base64');
  let bundle: Bundle;
  try {
    bundle = bundleFromJSON(parsed.value);
  } catch (cause) {
    return invalidBundle(`does not follow its format: ${reason(cause)}`);
  }
  if (!bundleMediaTypes.has(bundle.mediaType))
    return invalidBundle(`has an unknown version: ${JSON.stringify(bundle.mediaType.slice(0, 100))}`);
  const { content, tlogEntries, timestampVerificationData } = bundle.verificationMaterial;
  const stamps = timestampVerificationData?.rfc3161Timestamps ?? [];
  if (tlogEntries.length > mostWitnesses || stamps.length > mostWitnesses)
    return invalidBundle(`holds more than ${mostWitnesses} log entries or timestamps`);
  if (!tlogEntries.flatMap(numbersOf).every(isCanonical))
    return invalidBundle('has a number in its log entry that is not in canonical form');
  const signer = signerOf(content);
  if (signer === undefined) return invalidBundle('has neither a certificate nor a public key');
  const signed = contentOf(bundle);
  if (signed === undefined) return invalidBundle('holds no signature, or more than one');
  return {
    ok: true,
    value: {
      mediaType: bundle.mediaType,
      signer,
      content: signed,
      entries: tlogEntries,
      timestamps: stamps.map((stamp) => Buffer.from(stamp.signedTimestamp)),
    },
  };
}

/** Whether all bytes are valid base64. The library skips other characters, so it would decode different bytes. */
function hasValidBase64(value: unknown, name?: string): boolean {
  if (typeof value === 'string')
    return name === undefined || !byteFields.has(name) || fromEitherBase64(value) !== undefined;
  if (Array.isArray(value)) return value.every((item) => hasValidBase64(item, name));
  // Missing fields and wrong types are reported by the library.
  return !isRecord(value) || Object.entries(value).every(([key, item]) => hasValidBase64(item, key));
}

/** Rekor v2 writes only these kinds; every other kind is a Rekor v1 entry. */
export function isRekorV2(entry: TransparencyLogEntry): boolean {
  const { kind, version } = entry.kindVersion;
  return (kind === 'dsse' || kind === 'hashedrekord') && version === '0.0.2';
}

/** The bundle as v0.3 JSON for other Sigstore tools, with the signing certificate only. */
export function serialiseBundle(bundle: SigstoreBundle): string {
  const { signer, content, entries, timestamps } = opened(bundle);
  if (signer.kind !== 'certificate' || content.kind !== 'envelope')
    throw new TypeError('only attestations are written as bundles');
  const serialised = bundleToJSON({
    mediaType: bundleMediaType,
    content: {
      $case: 'dsseEnvelope',
      dsseEnvelope: {
        payloadType: content.payloadType,
        payload: content.payload,
        signatures: [{ sig: content.signature, keyid: content.keyid }],
      },
    },
    verificationMaterial: {
      content: { $case: 'certificate', certificate: { rawBytes: signer.der } },
      tlogEntries: [...entries],
      timestampVerificationData: {
        rfc3161Timestamps: timestamps.map((signedTimestamp) => ({ signedTimestamp })),
      },
    },
  });
  return `${JSON.stringify(serialised, null, 2)}\n`;
}

/** The single certificate of a PEM text as DER; `undefined` if there is another block or more than one. */
export function derOfPem(text: string): Buffer<ArrayBuffer> | undefined {
  if (text.match(/-----BEGIN [^-]*-----/g)?.join() !== '-----BEGIN CERTIFICATE-----') return undefined;
  const der = pem.toDER(text);
  return der.length > 0 ? Buffer.from(der) : undefined;
}

// Contract 7.1: `publicKey` is base64 of PEM, `sig` is base64 of base64.
function unpackIntoto(entry: LogEntry): Parsed<Unpacked> {
  const envelope = at(entry.content, 'spec', 'content', 'envelope');
  const signatures = at(envelope, 'signatures');
  if (!Array.isArray(signatures) || signatures.length !== 1) return no('must hold exactly one signature');
  const inner = bytesAt(envelope, 'signatures', 0, 'sig');
  return unpack(entry, {
    payloadType: textAt(envelope, 'payloadType'),
    signature: inner && fromEitherBase64(inner.toString('latin1')),
    keyid: textAt(envelope, 'signatures', 0, 'keyid') ?? '',
    certificate: bytesAt(envelope, 'signatures', 0, 'publicKey'),
    algorithm: textAt(entry.content, 'spec', 'content', 'payloadHash', 'algorithm'),
    payloadHash: textAt(entry.content, 'spec', 'content', 'payloadHash', 'value'),
  });
}

// Contract 4.7: bytes are base64 once, and the entry does not contain the payload type.
function unpackDsse(entry: LogEntry): Parsed<Unpacked> {
  const signatures = at(entry.content, 'spec', 'signatures');
  if (!Array.isArray(signatures) || signatures.length !== 1) return no('must hold exactly one signature');
  return unpack(entry, {
    payloadType: 'application/vnd.in-toto+json',
    signature: envelopeBytesAt(entry.content, 'spec', 'signatures', 0, 'signature'),
    keyid: '',
    certificate: bytesAt(entry.content, 'spec', 'signatures', 0, 'verifier'),
    algorithm: textAt(entry.content, 'spec', 'payloadHash', 'algorithm'),
    payloadHash: textAt(entry.content, 'spec', 'payloadHash', 'value'),
  });
}

function unpack(
  entry: LogEntry,
  parts: {
    readonly payloadType: string | undefined;
    readonly signature: Buffer<ArrayBuffer> | undefined;
    readonly keyid: string;
    /** PEM. */
    readonly certificate: Buffer<ArrayBuffer> | undefined;
    readonly algorithm: string | undefined;
    readonly payloadHash: string | undefined;
  },
): Parsed<Unpacked> {
  const { payloadType, signature, keyid, payloadHash } = parts;
  const der = parts.certificate && derOfPem(parts.certificate.toString('latin1'));
  if (payloadType === undefined) return no('names no payload type');
  if (signature === undefined || signature.length === 0) return no('holds no signature');
  if (der === undefined) return no('holds no certificate');
  if (parts.algorithm !== 'sha256' || payloadHash === undefined || !/^[0-9a-f]{64}$/.test(payloadHash)) {
    return no('gives no SHA-256 of its payload');
  }
  return { ok: true, value: { entry, der, payloadType, signature, keyid, payloadHash } };
}

function bytesAt(value: unknown, ...path: readonly (string | number)[]): Buffer<ArrayBuffer> | undefined {
  const text = textAt(value, ...path);
  return text === undefined ? undefined : fromBase64(text);
}

function envelopeBytesAt(
  value: unknown,
  ...path: readonly (string | number)[]
): Buffer<ArrayBuffer> | undefined {
  const text = textAt(value, ...path);
  return text === undefined ? undefined : fromEitherBase64(text);
}

function no(why: string): Parsed<never> {
  return { ok: false, why: `the log entry ${why}` };
}

type Copy = (bytes: Uint8Array) => Buffer<ArrayBuffer>;

/**
 * Copies into buffers of its own. Node allocates small buffers in shared blocks of 8 KB, and one small buffer that is
 * kept keeps the whole block alive.
 */
function copier(): Copy {
  let free = Buffer.alloc(0);
  return (bytes) => {
    if (free.length < bytes.length) free = Buffer.from(new ArrayBuffer(Math.max(bytes.length, 1024)));
    const copy = free.subarray(0, bytes.length);
    copy.set(bytes);
    free = free.subarray(bytes.length);
    return copy;
  };
}

function toTransparencyLogEntry(
  entry: LogEntry,
  own: Copy,
): TransparencyLogEntry & { readonly canonicalizedBody: Buffer<ArrayBuffer> } {
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: own(entry.logId) },
    kindVersion: { kind: entry.kind, version: entry.apiVersion },
    integratedTime: String(entry.integratedTime),
    inclusionPromise:
      entry.signedEntryTimestamp === undefined
        ? undefined
        : { signedEntryTimestamp: own(entry.signedEntryTimestamp) },
    inclusionProof:
      entry.proof === undefined
        ? undefined
        : {
            logIndex: String(entry.proof.logIndex),
            treeSize: String(entry.proof.treeSize),
            rootHash: own(entry.proof.rootHash),
            hashes: entry.proof.hashes.map(own),
            checkpoint: { envelope: entry.proof.checkpoint },
          },
    canonicalizedBody: own(entry.body),
  };
}

function invalidBundle(why: string): Parsed<never> {
  return { ok: false, why: `the bundle ${why}` };
}

// Validation errors name the missing fields; other errors of the library mention its own code.
function reason(cause: unknown): string {
  return cause instanceof ValidationError
    ? `wrong in ${cause.fields.join(', ').slice(0, 200)}`
    : 'it has a value that is not allowed there';
}

// Bundles contain numbers as strings, and parsers disagree about `0x1f8`, ` 504` and `504.0`.
function numbersOf({
  logIndex,
  integratedTime,
  inclusionProof,
}: Pick<TransparencyLogEntry, 'logIndex' | 'integratedTime' | 'inclusionProof'>): readonly string[] {
  const proof = inclusionProof === undefined ? [] : [inclusionProof.logIndex, inclusionProof.treeSize];
  return [logIndex, integratedTime, ...proof];
}

function isCanonical(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,19})$/.test(text);
}

function signerOf(content: VerificationMaterial['content']): OpenBundle['signer'] | undefined {
  if (content.$case === 'publicKey') return { kind: 'public-key', hint: content.publicKey.hint };
  const certificate =
    content.$case === 'certificate' ? content.certificate : content.x509CertificateChain.certificates[0];
  return certificate && { kind: 'certificate', der: Buffer.from(certificate.rawBytes) };
}

function contentOf(bundle: Bundle): EnvelopeContent | MessageContent | undefined {
  if (isBundleWithMessageSignature(bundle)) return { kind: 'message', bundle };
  if (!isBundleWithDsseEnvelope(bundle)) return undefined;
  const { payloadType, payload, signatures } = bundle.content.dsseEnvelope;
  const [only, ...others] = signatures;
  if (only === undefined || others.length > 0 || only.sig.length === 0) return undefined;
  return {
    kind: 'envelope',
    payloadType,
    payload: Buffer.from(payload),
    signature: Buffer.from(only.sig),
    keyid: only.keyid,
  };
}
