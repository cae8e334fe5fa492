import { createHash } from 'node:crypto';
import type { TransparencyLogEntry } from '@sigstore/bundle';
import { type TrustMaterial, VerificationError } from '@sigstore/verify';
import { type Facts, failed, type Outcome, passed, unknown } from '../model/check.ts';
import { asClause } from '../model/words.ts';
import { type LogKey, openCheckpoint, type SignedCheckpoint, treeIdOf } from '../tlog/checkpoint.ts';
import { at, fromBase64, type Parsed, parseJson, textAt } from '../wire/json.ts';
import { derOfPem, isRekorV2, type OpenBundle } from './bundle.ts';
import { timesOf } from './certificate.ts';
import {
  filterTLogAuthorities,
  type SignatureContent,
  verifyMerkleInclusion,
  verifyTLogBody,
} from './library.ts';
import { verifyPromise } from './promise.ts';

/** What the log was asked for; the entry must match it. */
export interface Asked {
  readonly logIndex?: string | undefined;
  readonly entryId?: string | undefined;
}

/** The trusted root in two forms: for the library and for checkpoints. */
export interface Roots {
  readonly material: TrustMaterial;
  readonly keys: readonly LogKey[];
}

/**
 * Passes when the log both promised (signed entry timestamp) and proved (inclusion proof under a signed checkpoint)
 * this entry, and the entry is about this certificate, signature and payload. Rekor v2 entries have an RFC 3161
 * timestamp instead of a promise. Missing evidence is `unknown`, wrong evidence is `failed`.
 */
export function checkInclusion(
  bundle: OpenBundle,
  content: SignatureContent,
  asked: Asked,
  { material, keys }: Roots,
): Outcome<Facts['inclusion']> {
  const [entry] = bundle.entries;
  if (entry === undefined)
    return unknown('there is no log entry, so nothing shows that the attestation was logged');
  if (bundle.entries.length > 1)
    return failed(`the bundle holds ${bundle.entries.length} log entries, expected one`);
  const times = trustedTimes(bundle, material);
  if (times === undefined) return failed('a timestamp of the bundle is not valid');
  const missing = missingEvidence(entry, bundle);
  if (missing.length > 0) return unknown(`the log entry comes without ${missing.join(' and ')}`);
  const mismatch = requestMismatch(bundle, asked) ?? contentMismatch(entry, bundle);
  if (mismatch !== undefined) return failed(mismatch);
  const checkpoint = checkpointOf(entry, bundle, keys);
  try {
    if (entry.inclusionPromise !== undefined) verifyPromise(entry, material);
    if (!checkpoint.ok) return failed(checkpoint.why);
    verifyInclusion(entry, checkpoint.value);
    verifyTLogBody(entry, content);
  } catch (cause) {
    return failed(explain(cause), { cause });
  }
  const [integratedTime] = times;
  if (integratedTime === undefined) return unknown('no trusted time is known for the log entry');
  // For promises the library checks the validity period of the log's key, but not for checkpoints, the only signature
  // of Rekor v2.
  if (!times.every((time) => isLogTrustedAt(entry, time, material)))
    return failed('the log was not trusted at the time of the entry');
  return passed({
    logIndex: entry.logIndex,
    logId: entry.logId.keyId.toString('hex'),
    ...(bundle.logEntry === undefined ? {} : { entryId: bundle.logEntry.entryId }),
    integratedTime,
    checkpoint: checkpoint.value.note,
  });
}

function trustedTimes(bundle: OpenBundle, material: TrustMaterial): readonly Date[] | undefined {
  try {
    return timesOf(bundle, material);
  } catch {
    return undefined;
  }
}

function missingEvidence(entry: TransparencyLogEntry, bundle: OpenBundle): readonly string[] {
  const missing: string[] = [];
  if (isRekorV2(entry)) {
    if (bundle.timestamps.length === 0) missing.push('a signed timestamp');
  } else if ((entry.inclusionPromise?.signedEntryTimestamp.length ?? 0) === 0)
    missing.push('an inclusion promise');
  if (entry.inclusionProof === undefined) missing.push('an inclusion proof');
  else if ((entry.inclusionProof.checkpoint?.envelope ?? '') === '') missing.push('a signed checkpoint');
  return missing;
}

function requestMismatch({ logEntry }: OpenBundle, asked: Asked): string | undefined {
  if (logEntry === undefined) return undefined;
  // RFC 6962 2.1: leaf hash = SHA-256(0x00 || leaf); Rekor's entry id ends with it.
  const leaf = createHash('sha256').update(Buffer.of(0)).update(logEntry.body).digest('hex');
  if (logEntry.entryId.slice(-64) !== leaf)
    return "the log's answer holds a different entry than its id says";
  if (asked.logIndex !== undefined && String(logEntry.logIndex) !== asked.logIndex) {
    return `the log answered with entry ${logEntry.logIndex} when asked for ${asked.logIndex}`;
  }
  if (asked.entryId !== undefined && !sameEntry(logEntry.entryId, asked.entryId)) {
    return 'the log answered with a different entry than the one asked for';
  }
  return undefined;
}

function sameEntry(found: string, wanted: string): boolean {
  return found === wanted || (found.length !== wanted.length && found.slice(-64) === wanted.slice(-64));
}

// The library compares signature and payload; certificate and payload type are compared here.
function contentMismatch(entry: TransparencyLogEntry, { signer, content }: OpenBundle): string | undefined {
  const body = parseJson(entry.canonicalizedBody);
  if (!body.ok) return `the log entry's body is ${body.why}`;
  const { kind, version } = entry.kindVersion;
  if (textAt(body.value, 'kind') !== kind || textAt(body.value, 'apiVersion') !== version)
    return 'the log entry is of a different kind than it says';
  if (signer.kind !== 'certificate') return undefined;
  const logged = loggedCertificate(kind, version, body.value);
  if (logged === undefined || !logged.equals(signer.der)) return 'the log entry is about another certificate';
  const type = textAt(body.value, 'spec', 'content', 'envelope', 'payloadType');
  if (kind === 'intoto' && content.kind === 'envelope' && type !== content.payloadType)
    return 'the log entry is about another payload type';
  return undefined;
}

function loggedCertificate(kind: string, version: string, body: unknown): Buffer | undefined {
  const pemAt = (...path: readonly (string | number)[]) =>
    derOfPem(fromBase64(textAt(body, ...path) ?? '')?.toString('latin1') ?? '');
  switch (`${kind}/${version}`) {
    case 'intoto/0.0.2':
      return pemAt('spec', 'content', 'envelope', 'signatures', 0, 'publicKey');
    case 'dsse/0.0.1':
      return pemAt('spec', 'signatures', 0, 'verifier');
    case 'hashedrekord/0.0.1':
      return pemAt('spec', 'signature', 'publicKey', 'content');
    case 'dsse/0.0.2':
      return fromBase64(
        textAt(at(body, 'spec', 'dsseV002'), 'signatures', 0, 'verifier', 'x509Certificate', 'rawBytes') ??
          '',
      );
    case 'hashedrekord/0.0.2':
      return fromBase64(
        textAt(
          at(body, 'spec', 'hashedRekordV002'),
          'signature',
          'verifier',
          'x509Certificate',
          'rawBytes',
        ) ?? '',
      );
    default:
      return undefined;
  }
}

// The library accepts a checkpoint signed by any key of the log; the log and the tree that it names are checked here.
function checkpointOf(
  entry: TransparencyLogEntry,
  { logEntry }: OpenBundle,
  keys: readonly LogKey[],
): Parsed<SignedCheckpoint> {
  const stray = (why: string) => ({ ok: false, why: `the checkpoint ${why}` }) as const;
  const proof = entry.inclusionProof;
  const ours = keys.filter(({ logId }) => entry.logId.keyId.equals(logId));
  const checkpoint = openCheckpoint(proof?.checkpoint?.envelope ?? '', ours);
  if (!checkpoint.ok) return stray(`is ${checkpoint.why}`);
  const { size, root } = checkpoint.value;
  if (proof === undefined || String(size) !== proof.treeSize) {
    return stray('is for a different tree size than the inclusion proof');
  }
  // The library computes the root from the proof; the copy in the answer must equal the signed root.
  if (!proof.rootHash.equals(root)) return stray('has a different root than the inclusion proof');
  const tree = treeIdOf(checkpoint.value);
  const named = logEntry?.entryId.length === 80 ? BigInt(`0x${logEntry.entryId.slice(0, 16)}`) : undefined;
  if (tree !== undefined && named !== undefined && String(named) !== tree) {
    return stray('belongs to a different tree than the entry');
  }
  return checkpoint;
}

// The library would search the checkpoint's signatures without their key hints, so it gets the checkpoint that is
// already verified.
function verifyInclusion(entry: TransparencyLogEntry, { note, origin, size, root }: SignedCheckpoint): void {
  const { inclusionProof } = entry;
  if (inclusionProof === undefined) throw new Error('there is no inclusion proof');
  verifyMerkleInclusion(
    { ...entry, inclusionProof: { ...inclusionProof, checkpoint: { envelope: note } } },
    { origin, logSize: size, logHash: Buffer.from(root), rest: [] },
  );
}

function isLogTrustedAt(
  { logId }: TransparencyLogEntry,
  targetDate: Date,
  { tlogs }: TrustMaterial,
): boolean {
  return filterTLogAuthorities(tlogs, { logID: logId.keyId, targetDate }).length > 0;
}

function explain(cause: unknown): string {
  if (!(cause instanceof VerificationError)) return 'the log entry is malformed';
  const message = asClause(cause.message);
  switch (cause.code) {
    case 'TLOG_INCLUSION_PROOF_ERROR':
      return `the inclusion proof is not valid: ${message}`;
    case 'TLOG_BODY_ERROR':
      return `the log entry is about something else: ${message}`;
    default:
      return message;
  }
}
