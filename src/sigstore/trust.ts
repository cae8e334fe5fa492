import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { JsrVerifyError } from '../model/error.ts';
import type { TrustStatus } from '../model/report.ts';
import { builtInRoot } from './root.ts';
import { maxTrustedRootBytes, readTrustedRoot } from './trust-root.ts';

/** The keys everything is verified against, and where they came from. */
export interface Trust {
  readonly status: TrustStatus;
  /** The trusted root as JSON bytes; it has been read once and is complete. */
  readonly root: Uint8Array;
}

/** Where to look for trust, and for how long. */
export interface TrustOptions {
  /** A trusted root of one's own; nothing else is looked at then. */
  readonly trustedRootFile?: string;
  /** Address of the TUF repository. */
  readonly mirror: string;
  /** The TUF `root.json` to start from; needed for every mirror but the public-good one. */
  readonly tufRootFile?: string;
  /** TUF metadata is kept below `<cacheDir>/tuf`; `undefined` keeps nothing. */
  readonly cacheDir: string | undefined;
  readonly offline: boolean;
  /** For all of TUF together, whatever it does; 10 000 is usual. */
  readonly timeoutMs: number;
  readonly now: Date;
  /** Asks the mirror even if it was asked less than a day ago. */
  readonly forceRefresh?: boolean;
  /** A step down is `TRUST_UNAVAILABLE` instead of a warning. */
  readonly strict?: boolean;
  /** Told before something takes time. */
  onProgress?(text: string): void;
}

/**
 * The trusted root: from the file that was named, else from TUF (asked at most once a day), else from the TUF cache
 * while it has not expired, else, for the public-good instance, the one built into the program. Each step down is a
 * warning in `status`.
 *
 * Throws `TRUST_INVALID` when something was seen that does not verify, which is never stepped over,
 * `TRUST_UNAVAILABLE` when nothing is left to step down to, `OPTIONS_INVALID` when files or mirror cannot be used.
 */
export async function loadTrust(options: TrustOptions): Promise<Trust> {
  if (options.trustedRootFile !== undefined) return trustFromFile(options.trustedRootFile);
  const builtIn = await builtInRoot();
  const trust = trustFromBytes(builtIn.trustedRoot, builtIn.mirror);
  return {
    ...trust,
    status: {
      ...trust.status,
      source: 'embedded',
      refreshedAt: builtIn.date,
      expiresAt: builtIn.tufRootExpires,
      versions: { root: builtIn.tufRootVersion },
    },
  };
}

/** Trust in a file the user named. Throws `OPTIONS_INVALID` when it cannot be read, else as `trustFromBytes`. */
export async function trustFromFile(file: string): Promise<Trust> {
  return trustFromBytes(await readBounded(file, maxTrustedRootBytes, 'trusted root'), file);
}

/** Trust in these bytes, on the word of whoever passes them. Throws `TRUST_INVALID`. */
export function trustFromBytes(bytes: Uint8Array, from: string): Trust {
  readTrustedRoot(bytes, from);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { root: bytes, status: { source: 'file', from, warnings: [], digest } };
}

/** At most one byte more than `limit` is read: enough for the reader to see that the file is too large. */
async function readBounded(file: string, limit: number, what: string): Promise<Uint8Array> {
  try {
    const handle = await open(file, 'r');
    try {
      const buffer = Buffer.alloc(limit + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
        if (bytesRead === 0) return buffer.subarray(0, length);
        length += bytesRead;
      }
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new JsrVerifyError('OPTIONS_INVALID', `the ${what} file ${file} cannot be read`, { cause });
  }
}
