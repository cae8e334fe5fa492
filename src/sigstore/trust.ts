import { createHash } from 'node:crypto';
import { JsrVerifyError } from '../model/error.ts';
import type { TrustStatus } from '../model/report.ts';
import { errorCode } from '../source/error-code.ts';
import { NotRegular, readAtMost } from '../source/local-file.ts';
import { at, parseJson } from '../wire/json.ts';
import { type BuiltInRoot, builtInRoot } from './root.ts';
import { maxTrustedRootBytes, readTrustedRoot } from './trust-root.ts';
import type { TufOutcome, TufState, TufUpdated } from './tuf.ts';
import { type KeptTuf, tufCache } from './tuf-cache.ts';
import { type Send, withMirror } from './tuf-mirror.ts';

/** The keys that everything is verified with, and their source. */
export interface Trust {
  readonly status: TrustStatus;
  /** The trusted root as JSON bytes; `readTrustedRoot` has accepted it. */
  readonly root: Uint8Array;
}

/** Where to get the trusted root, and how long to wait. */
export interface TrustOptions {
  /** A trusted root from the user; all other sources are then ignored. */
  readonly trustedRootFile?: string;
  /** Address of the TUF repository. */
  readonly mirror: string;
  /** The TUF `root.json` to start from; required for every mirror except the public-good one. */
  readonly tufRootFile?: string;
  /** TUF metadata is cached below `<cacheDir>/tuf`; with `undefined` nothing is cached. */
  readonly cacheDir: string | undefined;
  readonly offline: boolean;
  /** Milliseconds for all requests to the mirror together; 10 000 is usual. */
  readonly timeoutMs: number;
  readonly now: Date;
  /** Contacts the mirror even if the last update was less than a day ago. */
  readonly forceRefresh?: boolean;
  /** Throws `TRUST_UNAVAILABLE` instead of using a fallback with a warning. */
  readonly strict?: boolean;
  /** @internal Sends the requests to the mirror, for example through a proxy; the default is a direct connection. */
  readonly send?: Send;
  /** Stops waiting for the mirror, as if it had not answered. */
  readonly signal?: AbortSignal;
  /** Called before a step that takes time. */
  onProgress?(text: string): void;
}

/**
 * Loads the trusted root: from the given file, otherwise from TUF (contacted at most once a day), otherwise from the
 * TUF cache if it has not expired, otherwise (public-good instance only) the built-in root. Each fallback adds a
 * warning to `status`.
 *
 * Throws `TRUST_INVALID` when data does not verify (there is no fallback for that), `TRUST_UNAVAILABLE` when no
 * source is left, `OPTIONS_INVALID` when files or mirror cannot be used.
 */
export async function loadTrust(options: TrustOptions): Promise<Trust> {
  if (options.trustedRootFile !== undefined) return trustFromFile(options.trustedRootFile);
  const mirror = mirrorOf(options.mirror);
  const builtIn = await builtInRoot();
  // A user who gives a TUF root does not want the built-in one.
  const isOwn = options.tufRootFile !== undefined || mirror.href !== mirrorOf(builtIn.mirror).href;
  const publicGood = isOwn ? undefined : builtIn;
  const start = await startOf(options.tufRootFile, mirror, publicGood);

  const cache = tufCache(options.cacheDir, mirror);
  const kept = await cache.read();
  // Loads the TUF client only if there is work for it.
  const replayed = kept && (await (await import('./tuf.ts')).replayTuf(start, kept.state));
  if (kept && replayed?.kind === 'updated' && isRecent(kept, options)) {
    return trustFromTuf(replayed, { source: 'tuf', mirror, refreshedAt: kept.confirmedAt });
  }

  // Expired metadata still shows which versions were seen; metadata that does not verify shows nothing.
  const known = replayed?.kind === 'updated' || replayed?.kind === 'expired' ? kept?.state : undefined;
  const fresh = options.offline ? offline : await ask(mirror, start, known, options);
  if (fresh.kind === 'updated') {
    const trust = trustFromTuf(fresh, { source: 'tuf', mirror, refreshedAt: options.now });
    await cache.write({ state: fresh.state, confirmedAt: options.now });
    return trust;
  }
  if (fresh.kind !== 'unavailable') throw refused(mirror, fresh);

  const why = options.offline
    ? `offline, so the TUF mirror ${mirror.host} was not asked`
    : fresh.local === true
      ? `the trusted root could not be updated: ${fresh.why}`
      : `the TUF mirror ${mirror.host} did not answer (${fresh.why})`;
  if (kept && replayed?.kind === 'updated') {
    const warning = `${why}; using its cached metadata from ${ago(kept.confirmedAt, options.now)}, valid until ${dayOf(replayed.expiresAt)}`;
    const origin = { source: 'cache', mirror, refreshedAt: kept.confirmedAt } as const;
    return withFallback(trustFromTuf(replayed, origin), warning, options);
  }
  const lost = `${why}, and ${nothingKept(replayed)}`;
  if (publicGood === undefined) throw unavailable(lost, options.offline);
  return withFallback(
    trustFromProgram(publicGood),
    `${lost}; using ${inWords(publicGood, options.now)}`,
    options,
  );
}

/** Uses a file that the user named. Throws `OPTIONS_INVALID` if it cannot be read, otherwise as `trustFromBytes`. */
export async function trustFromFile(file: string): Promise<Trust> {
  return trustFromBytes(await readOption(file, maxTrustedRootBytes, 'trusted root'), file);
}

/** Uses a trusted root that the caller supplies. Throws `TRUST_INVALID`. */
export function trustFromBytes(bytes: Uint8Array, from: string): Trust {
  readTrustedRoot(bytes, from);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { root: bytes, status: { source: 'file', from, warnings: [], digest } };
}

/** Metadata younger than this, in milliseconds, is used without contacting the mirror. */
const oneDay = 24 * 3_600_000;
/** The TUF client's own limit for a root. */
const maxTufRootBytes = 512_000;
const offline: TufOutcome = { kind: 'unavailable', why: 'offline' };

function mirrorOf(text: string): URL {
  if (!URL.canParse(text)) throw new JsrVerifyError('OPTIONS_INVALID', 'the TUF mirror is not an address');
  const mirror = new URL(text);
  if (!mirror.pathname.endsWith('/')) mirror.pathname += '/';
  return mirror;
}

/** The root at which TUF starts: the user's, otherwise the built-in one. */
async function startOf(
  file: string | undefined,
  mirror: URL,
  builtIn: BuiltInRoot | undefined,
): Promise<Uint8Array> {
  if (file !== undefined) return rootOf(await readOption(file, maxTufRootBytes, 'TUF root'), file);
  if (builtIn !== undefined) return builtIn.tufRoot;
  throw new JsrVerifyError('OPTIONS_INVALID', `no TUF root is known for the mirror ${mirror.href}`, {
    hint: 'give the root.json of its repository with --tuf-root <file>, or a trusted root with --trusted-root <file>',
  });
}

/** A wrong file is reported as the user's mistake, not as a fault of the mirror. TUF itself verifies the root. */
function rootOf(bytes: Uint8Array, file: string): Uint8Array {
  const parsed = parseJson(bytes);
  if (parsed.ok && at(parsed.value, 'signed', '_type') === 'root') return bytes;
  throw new JsrVerifyError('TRUST_INVALID', `the TUF root ${file} is not root metadata of a TUF repository`, {
    hint: 'it is the root.json of the repository; a trusted root is given with --trusted-root <file>',
  });
}

function whyUnread(cause: unknown): string {
  if (cause instanceof NotRegular) return cause.message;
  const code = errorCode(cause);
  return code === 'ENOENT' ? 'it does not exist' : (code ?? 'unknown reason');
}

async function readOption(file: string, limit: number, what: string): Promise<Uint8Array> {
  try {
    return await readAtMost(file, limit, { links: 'followed' });
  } catch (cause) {
    throw new JsrVerifyError('OPTIONS_INVALID', `the ${what} ${file} cannot be read: ${whyUnread(cause)}`, {
      cause,
      hint: 'name a readable file',
    });
  }
}

/** A confirmation time in the future is not plausible, so it counts as old. */
function isRecent({ confirmedAt }: KeptTuf, { now, forceRefresh }: TrustOptions): boolean {
  const age = now.getTime() - confirmedAt.getTime();
  return forceRefresh !== true && age >= 0 && age < oneDay;
}

async function ask(
  mirror: URL,
  start: Uint8Array,
  known: TufState | undefined,
  { timeoutMs, send, signal, onProgress }: TrustOptions,
): Promise<TufOutcome> {
  onProgress?.(`asking ${mirror.host} for the trusted root`);
  const { updateTuf } = await import('./tuf.ts');
  // One timer for everything: the library has one for each request and repeats requests.
  const controller = new AbortController();
  const end = () => controller.abort();
  const timer = setTimeout(end, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  try {
    return await withMirror(mirror, controller.signal, send, (files) =>
      updateTuf(start, files, known, controller.signal),
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

function trustFromTuf(
  { state, versions, expiresAt }: TufUpdated,
  {
    source,
    mirror,
    refreshedAt,
  }: { readonly source: 'tuf' | 'cache'; readonly mirror: URL; readonly refreshedAt: Date },
): Trust {
  const { root, status } = trustFromBytes(state.trustedRoot, mirror.href);
  return { root, status: { ...status, source, refreshedAt, expiresAt, versions } };
}

function trustFromProgram(builtIn: BuiltInRoot): Trust {
  const { root, status } = trustFromBytes(builtIn.trustedRoot, builtIn.from);
  const { date: refreshedAt, tufRootExpires: expiresAt, tufRootVersion } = builtIn;
  return {
    root,
    status: { ...status, source: 'embedded', refreshedAt, expiresAt, versions: { root: tufRootVersion } },
  };
}

function withFallback({ root, status }: Trust, warning: string, { strict, offline }: TrustOptions): Trust {
  if (strict === true) throw unavailable(warning, offline);
  return { root, status: { ...status, warnings: [...status.warnings, warning] } };
}

function refused(
  mirror: URL,
  seen: Exclude<TufOutcome, { kind: 'updated' | 'unavailable' }>,
): JsrVerifyError {
  return seen.kind === 'expired'
    ? new JsrVerifyError('TRUST_INVALID', `the TUF repository ${mirror.href} is out of date: ${seen.why}`, {
        hint: 'the mirror lags behind, or newer metadata is held back; check the clock of this machine and try again later',
      })
    : new JsrVerifyError('TRUST_INVALID', `the TUF repository ${mirror.href} does not verify: ${seen.why}`, {
        hint: 'the mirror or the connection to it may be compromised; check --tuf-mirror and --tuf-root',
        cause: seen.cause,
      });
}

function unavailable(fact: string, offline = false): JsrVerifyError {
  return new JsrVerifyError('TRUST_UNAVAILABLE', fact, {
    hint: `${offline ? 'run once online' : 'try again later'}, or give a trusted root with --trusted-root <file>`,
  });
}

function nothingKept(replayed: TufOutcome | undefined): string {
  if (replayed === undefined) return 'nothing is cached';
  return replayed.kind === 'expired'
    ? `the cached metadata has expired (${replayed.why})`
    : 'the cache cannot be used';
}

function inWords({ tufRootVersion, date, tufRootExpires }: BuiltInRoot, now: Date): string {
  const expiry = tufRootExpires > now ? 'valid until' : 'EXPIRED on';
  return `the trusted root built into this program (TUF root ${tufRootVersion}, of ${dayOf(date)}, ${expiry} ${dayOf(tufRootExpires)})`;
}

function ago(then: Date, now: Date): string {
  const hours = Math.max(0, Math.floor((now.getTime() - then.getTime()) / 3_600_000));
  if (hours >= 48) return `${Math.floor(hours / 24)} days ago`;
  return hours === 1 ? '1 hour ago' : `${hours} hours ago`;
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
