import { createHash } from 'node:crypto';
import type { Sha256 } from './package.ts';

/** The result of asking a source one question: absent is an answer, unavailable is not. */
export type Gathered<T> =
  | { readonly state: 'present'; readonly value: T; readonly from: string }
  | { readonly state: 'absent'; readonly from: string }
  | Unavailable;

/** A question without an answer. */
export type Unavailable = { readonly state: 'unavailable'; readonly from: string } & Failure;

/**
 * Why a question has no answer. Code decides by `kind`; `why` is text for people and never looked into.
 *
 * - `offline`: the program asks no network, and the cache has no answer.
 * - `not-recorded`: a pack has no answer to the question.
 * - `refused`: the program does not ask this address, or does not follow the redirect to it.
 * - `skipped`: not asked, because the host did not answer before.
 * - `interrupted`: the run ended first.
 * - `unreachable`: no connection: unknown host, closed port, failed TLS, unusable proxy.
 * - `timeout`: no complete answer in time.
 * - `cut-off`: the connection ended within the answer, or the answer is not as long as announced.
 * - `status`: answered with an HTTP status that is neither "yes" nor "no".
 * - `web-page`: answered with a web page instead of data, with whatever status.
 * - `too-large`: larger than the question allows.
 * - `unreadable`: the answer or the file was there and cannot be read as what it should be.
 * - `unsupported`: the server does not offer what was asked for.
 * - `unsettled`: the sources answered, and their answers together do not settle the question.
 * - `unknown`: nothing says why; the answer comes from a pack that does not record kinds.
 */
export type Failure =
  | { readonly kind: Exclude<FailureKind, 'status'>; readonly why: string }
  | { readonly kind: 'status'; readonly status: number; readonly why: string };

/** Every kind of `Failure`; also what a pack may record. */
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

/** What kept a question from being answered. */
export type FailureKind = (typeof failureKinds)[number];

/** Where an attestation was found. None of these proves anything. */
export type Finder = 'registry' | 'log-index' | 'file';

/**
 * An attestation as it was found, not yet believed.
 *
 * - `rekor-entry`: the JSON answer of Rekor for one log entry, with the address it was asked at.
 * - `bundle`: a Sigstore bundle (v0.1–v0.3) from disk.
 */
export interface RawAttestation {
  readonly kind: 'rekor-entry' | 'bundle';
  readonly bytes: Uint8Array;
  readonly finder: Finder;
  /** The global log index that was asked for, decimal; the entry must answer to it. */
  readonly logIndex?: string;
  /** The entry id (80 or 64 hex digits) that was asked for; the entry must answer to it. */
  readonly entryId?: string;
}

/** What the registry says about a version: used for expectations and hints, never as proof. */
export interface RegistryClaims {
  readonly yanked: boolean;
  /** `true` when the registry's list does not have the version, or there is no list. */
  readonly unlisted?: boolean;
  /** When the registry says the version was published; `undefined` in old documents. */
  readonly publishedAt?: Date;
  /** The repository linked to the package today; `undefined` when unlinked or not said. */
  readonly linked?: LinkedRepository;
  /** `true` when the registry was asked for the link and answered that there is none. */
  readonly unlinked: boolean;
  /**
   * What `meta.json` links where the API links another repository, or none, and both say so when asked once more:
   * an attestation has to fit both.
   */
  readonly contradicted?: LinkedRepository;
  /** The provenance badge: the log index as a decimal string, `null` for "none", `undefined` when it could not be asked. */
  readonly rekorLogId?: string | null;
}

/** A GitHub repository as the registry links it; `id` is missing in `meta.json`. */
export interface LinkedRepository {
  readonly owner: string;
  readonly name: string;
  readonly id?: string;
}

/** What was collected about one package version beside its manifest, before anything is believed. */
export interface Evidence {
  /** The attestation to check; `absent` means that the registry names none and the log's search index knows none. */
  readonly attestation: Gathered<RawAttestation>;
  /** Whether the log's search index was asked for the digest, and what it said. */
  readonly search: 'not-asked' | 'found' | 'nothing-found' | 'unavailable';
  /** Files of the manifest, by path, as a digest and size of the bytes served. */
  readonly files?: ReadonlyMap<string, Gathered<FileDigest>>;
  /** The tarball that was uploaded by the publisher, where an attestation speaks about it. */
  readonly upload?: Gathered<UploadDigest>;
}

/** A file that was hashed while it streamed past; `size` in bytes. */
export interface FileDigest {
  readonly sha256: Sha256;
  readonly size: number;
}

/** The uploaded source tarball: its own digest and the digest of each regular file in it, by `/path`. */
export interface UploadDigest {
  readonly sha256: Sha256;
  readonly files: ReadonlyMap<string, FileDigest>;
}

/** The SHA-256 and size of bytes at hand. */
export function fileDigest(bytes: Uint8Array): FileDigest {
  return { sha256: createHash('sha256').update(bytes).digest('hex') as Sha256, size: bytes.length };
}

/** The source has it; `from` is the address that was asked. */
export function present<T>(value: T, from: string): Gathered<T> {
  return { state: 'present', value, from };
}

/** The source answered that it does not have it. */
export function absent(from: string): Gathered<never> {
  return { state: 'absent', from };
}

/** The source did not answer the question. */
export function unavailable(from: string, failure: Failure): Unavailable {
  return { ...failure, state: 'unavailable', from };
}

/** A failure without what a source adds to it, in other words where some are given. */
export function failureOf(failure: Failure, why = failure.why): Failure {
  return failure.kind === 'status'
    ? { kind: failure.kind, status: failure.status, why }
    : { kind: failure.kind, why };
}
