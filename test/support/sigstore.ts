import {
  type Authority,
  type CertificateRequest,
  type IssuedCertificate,
  issueLeaf,
  mintAuthority,
  type Window,
} from './certificate.ts';
import { type CtLog, mintCtLog, type SctMode, witnessOf } from './ct.ts';
import { CODE_SIGNING } from './extension.ts';
import type { Json } from './json.ts';
import { mintRekorKey, RekorLog, type RekorOptions } from './rekor.ts';
import { mintRekorV2Key, RekorV2Log } from './rekor-v2.ts';
import * as trustedRoot from './trusted-root.ts';
import { type LogKey, validFor } from './trusted-root.ts';
import { mintTimestampAuthority, type TimestampAuthority } from './tsa.ts';

/** How a private Sigstore may differ from the default one. */
export interface SigstoreOptions {
  /** Validity of the authorities' certificates; ten years from 2022 by default. */
  readonly window?: Window;
  /** Organization in the authorities' names. */
  readonly organization?: string;
  /** Host of the Rekor log, which is also the origin of its checkpoints. */
  readonly rekorHost?: string;
}

/** What the trusted root is to say when it should differ from the truth. */
export type TrustedRootChanges = Partial<trustedRoot.TrustedParts>;

/** Certificate request with the wishes about CT. */
export interface SigstoreRequest extends CertificateRequest {
  readonly sct?: SctMode;
  readonly sctAt?: Date;
  readonly ctLog?: CtLog;
}

/**
 * A private Sigstore with keys of its own: certificate authority, CT log, timestamp authority, and the keys of a
 * Rekor v1 and a Rekor v2 log. It has no state: the logs themselves are opened from it.
 */
export class Sigstore {
  readonly authority: Authority;
  readonly ctLog: CtLog;
  readonly rekorKey: LogKey;
  readonly rekorV2Key: LogKey;
  readonly tsa: TimestampAuthority;
  readonly window: Window;

  constructor(options: SigstoreOptions = {}) {
    this.window = options.window ?? DECADE;
    const names = { window: this.window, organization: options.organization ?? 'sigstore.test' };
    this.authority = mintAuthority({ ...names, usage: CODE_SIGNING });
    this.tsa = mintTimestampAuthority(names);
    this.ctLog = mintCtLog();
    this.rekorKey = mintRekorKey(options.rekorHost);
    this.rekorV2Key = mintRekorV2Key();
  }

  /** A new Rekor v1 log under this Sigstore's key; two of them are a fork of each other. */
  openLog(options: RekorOptions = {}): RekorLog {
    return new RekorLog(this.rekorKey, options);
  }

  /** A new Rekor v2 log under this Sigstore's key. */
  openLogV2(): RekorV2Log {
    return new RekorV2Log(this.rekorV2Key);
  }

  /** A certificate for a GitHub workflow, stamped by the CT log, valid for ten minutes unless asked otherwise. */
  issueCertificate(request: SigstoreRequest = {}): IssuedCertificate {
    const notBefore = toSecond(request.notBefore ?? new Date(Date.now() - 30 * DAY));
    const notAfter = toSecond(request.notAfter ?? new Date(notBefore.getTime() + 10 * MINUTE));
    const witness = witnessOf(request.ctLog ?? this.ctLog, request.sctAt ?? notBefore, request.sct);
    return issueLeaf({ ...request, notBefore, notAfter }, request.authority ?? this.authority, witness);
  }

  /** The trusted root of this Sigstore in the JSON form of Sigstore's protobuf messages. */
  trustedRoot(changes: TrustedRootChanges = {}): { readonly [key: string]: Json } {
    const window = validFor(this.window.notBefore);
    return trustedRoot.trustedRoot({
      tlogs: [
        { key: this.rekorKey, validFor: window },
        { key: this.rekorV2Key, validFor: window },
      ],
      ctLogs: [{ log: this.ctLog, baseUrl: 'https://ctfe.sigstore.test/2022', validFor: window }],
      authorities: [{ chain: this.authority.chain, uri: 'https://fulcio.sigstore.test', validFor: window }],
      timestampAuthorities: [
        { chain: this.tsa.chain, uri: 'https://timestamp.sigstore.test', validFor: window },
      ],
      ...changes,
    });
  }

  /** The trusted root as the bytes of a file. */
  trustedRootBytes(changes: TrustedRootChanges = {}): Buffer {
    return Buffer.from(`${JSON.stringify(this.trustedRoot(changes), null, 2)}\n`, 'utf8');
  }
}

/** A private Sigstore with fresh keys. */
export const mintSigstore = (options: SigstoreOptions = {}): Sigstore => new Sigstore(options);

let shared: Sigstore | undefined;

/** One private Sigstore for all the worlds of a process that do not bring their own. */
export function sharedSigstore(): Sigstore {
  shared ??= mintSigstore();
  return shared;
}

const toSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const DECADE: Window = {
  notBefore: new Date('2022-04-13T20:06:15Z'),
  notAfter: new Date('2041-10-05T13:56:58Z'),
};
