import { createHash } from 'node:crypto';
import type { Sha256 } from './package.ts';

/** The result of one question to a source. `absent` is an answer, `unavailable` is not. */
export type Gathered<T> =
  | { readonly state: 'present'; readonly value: T; readonly from: string }
  | { readonly state: 'absent'; readonly from: string }
  | Unavailable;

/** A question without an answer. */
export type Unavailable = { readonly state: 'unavailable'; readonly from: string } & Failure;

/**
 * Why a question has no answer. Code decides by `kind`; `why` is text for people and is never parsed.
 *
 * - `offline`: network access is off, and the cache has no answer.
 * - `not-recorded`: the pack has no answer to the question.
 * - `refused`: the program does not connect to this address, or does not follow the redirect to it.
 * - `skipped`: not requested, because earlier requests to the host failed.
 * - `interrupted`: the run ended first.
 * - `unreachable`: no connection: unknown host, closed port, failed TLS, unusable proxy.
 * - `timeout`: no complete answer in time.
 * - `cut-off`: the connection ended in the middle of the answer, or the length differs from the announced one.
 * - `status`: an HTTP status that means neither "present" nor "absent".
 * - `web-page`: a web page instead of data, with any status.
 * - `too-large`: larger than the limit for this question.
 * - `unreadable`: the answer or the file exists but cannot be parsed.
 * - `unsupported`: the server does not offer what was requested.
 * - `unsettled`: the sources answered, but their answers together do not decide the question.
 * - `unknown`: no kind was given; the answer comes from a pack that does not record kinds.
 */
export type Failure =
  | { readonly kind: Exclude<FailureKind, 'status'>; readonly why: string }
  | { readonly kind: 'status'; readonly status: number; readonly why: string };

/** Every kind of `Failure`; a pack may record only these. */
export const failureKinds = [
  'offline',
  'not-recorded',
  'refused',
  'skipped',
  'interrupted',
  'unreachable',
  'timeout',
  'cut-off',
  'status',
  'web-page',
  'too-large',
  'unreadable',
  'unsupported',
  'unsettled',
  'unknown',
] as const;

/** The kind of a failure. */
export type FailureKind = (typeof failureKinds)[number];

/** Where an attestation was found. The place proves nothing. */
export type Finder = 'registry' | 'log-index' | 'file';

/**
 * An attestation as it was found, not yet verified.
 *
 * - `rekor-entry`: the JSON answer of Rekor for one log entry.
 * - `bundle`: a Sigstore bundle (v0.1–v0.3) from disk.
 */
export interface RawAttestation {
  readonly kind: 'rekor-entry' | 'bundle';
  readonly bytes: Uint8Array;
  readonly finder: Finder;
  /** The global log index that was requested, decimal; the entry must have it. */
  readonly logIndex?: string;
  /** The entry id (80 or 64 hex digits) that was requested; the entry must have it. */
  readonly entryId?: string;
}

/** What the registry says about a version: used for expectations and hints, never as proof. */
export interface RegistryClaims {
  readonly yanked: boolean;
  /** `true` when the registry's list lacks the version, or there is no list. */
  readonly unlisted?: boolean;
  /** When the registry says the version was published; `undefined` in old documents. */
  readonly publishedAt?: Date;
  /** The repository that is linked to the package today; `undefined` when there is no link or it is not known. */
  readonly linked?: LinkedRepository;
  /** `true` when the registry was asked for the link and answered that there is none. */
  readonly unlinked: boolean;
  /**
   * The repository that `meta.json` links when the API links another one or none, and both repeat their answer on a
   * second request. An attestation must then fit both.
   */
  readonly contradicted?: LinkedRepository;
  /**
   * The provenance badge: the log index as a decimal string, `null` for "none", `undefined` when it could not be
   * fetched.
   */
  readonly rekorLogId?: string | null;
}

/** A GitHub repository as the registry links it; `meta.json` has no `id`. */
export interface LinkedRepository {
  readonly owner: string;
  readonly name: string;
  readonly id?: string;
}

/** What was collected about one package version besides its manifest; nothing here is verified. */
export interface Evidence {
  /** The attestation to check; `absent` means that neither the registry nor the log's search index has one. */
  readonly attestation: Gathered<RawAttestation>;
  /** Whether the log's search index was asked for the digest, and its answer. */
  readonly search: 'not-asked' | 'found' | 'nothing-found' | 'unavailable';
  /** Digest and size of the served bytes of each file of the manifest, by path. */
  readonly files?: ReadonlyMap<string, Gathered<FileDigest>>;
  /** The tarball that the publisher uploaded, if an attestation is about it. */
  readonly upload?: Gathered<UploadDigest>;
}

/** Digest of a file, computed while it was streamed; `size` in bytes. */
export interface FileDigest {
  readonly sha256: Sha256;
  readonly size: number;
}

/** The uploaded source tarball: its own digest and the digest of each regular file in it, by `/path`. */
export interface UploadDigest {
  readonly sha256: Sha256;
  readonly files: ReadonlyMap<string, FileDigest>;
}

/** The SHA-256 and size of bytes in memory. */
export function fileDigest(bytes: Uint8Array): FileDigest {
  return { sha256: createHash('sha256').update(bytes).digest('hex') as Sha256, size: bytes.length };
}

/** The source has the value; `from` is the address that was requested. */
export function present<T>(value: T, from: string): Gathered<T> {
  return { state: 'present', value, from };
}

/** The source answered that it does not have the value. */
export function absent(from: string): Gathered<never> {
  return { state: 'absent', from };
}

/** The source did not answer the question. */
export function unavailable(from: string, failure: Failure): Unavailable {
  return { ...failure, state: 'unavailable', from };
}

/** Only the failure, without other fields of its source; `why` may replace its text. */
export function failureOf(failure: Failure, why = failure.why): Failure {
  return failure.kind === 'status'
    ? { kind: failure.kind, status: failure.status, why }
    : { kind: failure.kind, why };
}
