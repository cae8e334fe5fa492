import { canonicalJson, type Json } from './json.ts';
import { sha256Hex } from './keys.ts';
import type { Envelope } from './statement.ts';

/** What a log keeps of one entry. */
export interface LogRecord {
  /** Canonical JSON; its leaf hash is the entry. */
  readonly body: Buffer;
  /** Unix seconds. */
  readonly integratedTime: number;
  /** The stored payload, which only `intoto` entries have, and not always. */
  readonly attestation?: Buffer;
  /** What the search index knows it by. */
  readonly keys: readonly string[];
}

/** What an entry is made of. */
export interface EntrySource {
  readonly envelope: Envelope;
  /** PEM of the signing certificate, without a newline at the end. */
  readonly certificate: string;
  /** The SAN, by which the index knows it. */
  readonly subjectName?: string;
  readonly at: Date;
  /** Whether the log stores the payload; Rekor does up to 100 KiB. */
  readonly storePayload?: boolean;
}

/** Kinds of entry that hold a DSSE envelope. */
export type DsseKind = 'intoto' | 'dsse';

/** The record of an envelope, in the shape the kind has. */
export function envelopeRecord(kind: DsseKind, source: EntrySource): LogRecord {
  return kind === 'intoto' ? intotoRecord(source) : dsseRecord(source);
}

/** `intoto` 0.0.2: signature in base64 twice, no payload in the body, payload stored beside it. */
function intotoRecord({ envelope, certificate, ...source }: EntrySource): LogRecord {
  const { payload, payloadType, signatures } = envelope;
  const proposed = {
    payload: payload.toString('base64'),
    payloadType,
    signatures: signatures.map(({ sig }) => ({ sig: sig.toString('base64'), publicKey: certificate })),
  };
  const store = source.storePayload ?? payload.length <= 100 * 1024;
  return {
    body: encode({
      apiVersion: '0.0.2',
      kind: 'intoto',
      spec: {
        content: {
          envelope: {
            payloadType,
            signatures: signatures.map(({ sig, keyid }) => ({
              ...(keyid === undefined || keyid === '' ? {} : { keyid }),
              publicKey: base64(certificate),
              sig: base64(sig.toString('base64')),
            })),
          },
          hash: { algorithm: 'sha256', value: sha256Hex(JSON.stringify(proposed)) },
          payloadHash: { algorithm: 'sha256', value: sha256Hex(payload) },
        },
      },
    }),
    integratedTime: seconds(source.at),
    ...(store ? { attestation: payload } : {}),
    keys: indexKeys(payload, certificate, source.subjectName),
  };
}

/** `dsse` 0.0.1: single base64, no payload anywhere. */
function dsseRecord({ envelope, certificate, ...source }: EntrySource): LogRecord {
  const { payload, payloadType, signatures } = envelope;
  const json = JSON.stringify({
    payload: payload.toString('base64'),
    payloadType,
    signatures: signatures.map(({ sig }) => ({ sig: sig.toString('base64') })),
  });
  return {
    body: encode({
      apiVersion: '0.0.1',
      kind: 'dsse',
      spec: {
        envelopeHash: { algorithm: 'sha256', value: sha256Hex(json) },
        payloadHash: { algorithm: 'sha256', value: sha256Hex(payload) },
        signatures: signatures.map(({ sig }) => ({
          signature: sig.toString('base64'),
          verifier: base64(`${certificate}\n`),
        })),
      },
    }),
    integratedTime: seconds(source.at),
    keys: indexKeys(payload, certificate, source.subjectName),
  };
}

/** `hashedrekord` 0.0.1 over a digest: the kind most strangers log. */
export function hashedRekord(source: {
  readonly digest: string;
  readonly signature: Uint8Array;
  readonly certificate: string;
  readonly at: Date;
}): LogRecord {
  return {
    body: encode({
      apiVersion: '0.0.1',
      kind: 'hashedrekord',
      spec: {
        data: { hash: { algorithm: 'sha256', value: source.digest } },
        signature: {
          content: Buffer.from(source.signature).toString('base64'),
          publicKey: { content: base64(`${source.certificate}\n`) },
        },
      },
    }),
    integratedTime: seconds(source.at),
    keys: [`sha256:${source.digest}`, sha256Hex(`${source.certificate}\n`)],
  };
}

/** The same record with another body, which then is what the log includes. */
export function withEntryBody(record: LogRecord, edit: (json: string) => string): LogRecord {
  return { ...record, body: Buffer.from(edit(record.body.toString('utf8')), 'utf8') };
}

/** A record with a body of one's own, for kinds that do not exist. */
export function customRecord(body: Json, at: Date, keys: readonly string[] = []): LogRecord {
  return { body: encode(body), integratedTime: seconds(at), keys };
}

/**
 * Rekor knows an envelope by its certificate, the certificate's subject, the payload and the digest of every
 * subject; a subject that is an object instead of a list is not understood and has no key.
 */
function indexKeys(payload: Buffer, certificate: string, subjectName: string | undefined): string[] {
  return [
    sha256Hex(`${certificate}\n`),
    ...(subjectName === undefined ? [] : [subjectName.toLowerCase()]),
    `sha256:${sha256Hex(payload)}`,
    ...subjectDigests(payload).map((digest) => `sha256:${digest}`),
  ];
}

function subjectDigests(payload: Buffer): string[] {
  const statement = parse(payload);
  const subjects: unknown = field(statement, 'subject');
  if (!Array.isArray(subjects)) return [];
  return subjects.flatMap((subject: unknown) => {
    const digest = field(field(subject, 'digest'), 'sha256');
    return typeof digest === 'string' ? [digest.toLowerCase()] : [];
  });
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const encode = (value: Json): Buffer => Buffer.from(canonicalJson(value), 'utf8');
const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
