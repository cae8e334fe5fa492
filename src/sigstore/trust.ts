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
  /** For all requests to the mirror together; 10 000 is usual. */
  readonly timeoutMs: number;
  readonly now: Date;
  /** Asks the mirror even if it was asked less than a day ago. */
  readonly forceRefresh?: boolean;
  /** A step down is `TRUST_UNAVAILABLE` instead of a warning. */
  readonly strict?: boolean;
  /** @internal Sends the requests to the mirror, for those who have a proxy; otherwise it is connected to directly. */
  readonly send?: Send;
  /** Ends the wait for the mirror early, as if it had not answered. */
  readonly signal?: AbortSignal;
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
  const mirror = mirrorOf(options.mirror);
  const builtIn = await builtInRoot();
  // A user who gives a TUF root does not want the built-in one.
  const isOwn = options.tufRootFile !== undefined || mirror.href !== mirrorOf(builtIn.mirror).href;
  const publicGood = isOwn ? undefined : builtIn;
  const start = await startOf(options.tufRootFile, mirror, publicGood);

  const cache = tufCache(options.cacheDir, mirror);
  const kept = await cache.read();
  // The TUF client is only loaded where there is something for it to do.
  const replayed = kept && (await (await import('./tuf.ts')).replayTuf(start, kept.state));
  if (kept && replayed?.kind === 'updated' && isYoung(kept, options)) {
    return trustFromTuf(replayed, { source: 'tuf', mirror, refreshedAt: kept.confirmedAt });
  }

  // Expired metadata still tells which versions were seen; metadata that does not verify tells nothing.
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
    return steppedDown(trustFromTuf(replayed, origin), warning, options);
  }
  const lost = `${why}, and ${nothingKept(replayed)}`;
  if (publicGood === undefined) throw unavailable(lost, options.offline);
  return steppedDown(
    trustFromProgram(publicGood),
    `${lost}; using ${inWords(publicGood, options.now)}`,
    options,
  );
}

/** Trust in a file the user named. Throws `OPTIONS_INVALID` when it cannot be read, else as `trustFromBytes`. */
export async function trustFromFile(file: string): Promise<Trust> {
  return trustFromBytes(await readOption(file, maxTrustedRootBytes, 'trusted root'), file);
}

/** Trust in these bytes, because the caller says so. Throws `TRUST_INVALID`. */
export function trustFromBytes(bytes: Uint8Array, from: string): Trust {
  readTrustedRoot(bytes, from);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { root: bytes, status: { source: 'file', from, warnings: [], digest } };
}

/** Metadata younger than this, in milliseconds, is used without asking. */
const oneDay = 24 * 3_600_000;
/** The TUF client's own bound for a root. */
const maxTufRootBytes = 512_000;
const offline: TufOutcome = { kind: 'unavailable', why: 'offline' };

function mirrorOf(text: string): URL {
  if (!URL.canParse(text)) throw new JsrVerifyError('OPTIONS_INVALID', 'the TUF mirror is not an address');
  const mirror = new URL(text);
  if (!mirror.pathname.endsWith('/')) mirror.pathname += '/';
  return mirror;
}

/** The root where TUF starts: the user's, else the one built in. */
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

/** A wrong file is the user's slip, not the mirror's fault; whether the root is sound is TUF's to find out. */
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

/** A confirmation time in the future proves nothing, so it counts as old. */
function isYoung({ confirmedAt }: KeptTuf, { now, forceRefresh }: TrustOptions): boolean {
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
  // A timer of our own: the library has one per request and repeats requests.
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

function steppedDown({ root, status }: Trust, warning: string, { strict, offline }: TrustOptions): Trust {
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
