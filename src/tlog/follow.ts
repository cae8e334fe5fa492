import type { Gathered } from '../model/evidence.ts';
import type { ForkEvidence, LogHead, LogOutcome } from '../model/report.ts';
import { type LogKey, openCheckpoint, type SignedCheckpoint, treeIdOf } from './checkpoint.ts';
import { verifyConsistency } from './merkle.ts';

/** The newest checkpoint of each log that earlier runs have seen, by origin; saved between runs. */
export interface CheckpointMemory {
  /** The saved checkpoint of a log. Never rejects. */
  get(origin: string): Promise<Recalled>;
  /** Saves a note if `old` is still the saved one. Never rejects. */
  compareAndSwap(
    origin: string,
    old: string | undefined,
    note: string,
  ): Promise<'swapped' | 'changed' | 'unavailable'>;
}

/** The saved note, or `undefined` if there never was one; damaged data is `unavailable`, never "none". */
export type Recalled =
  | { readonly state: 'known'; readonly note: string | undefined }
  | { readonly state: 'unavailable'; readonly why: string };

/** A request for a consistency proof between two sizes of one tree. */
export interface ProofQuestion {
  /** Decimal; `undefined` for a log with one tree. */
  readonly treeId: string | undefined;
  readonly firstSize: bigint;
  readonly lastSize: bigint;
  /** An earlier answer was not valid: bypass all caches. */
  readonly again: boolean;
}

/** Requests a proof from a log; `absent` means that the log answered and has none. */
export type FetchProof = (question: ProofQuestion) => Promise<Gathered<readonly Uint8Array[]>>;

export interface FollowOptions {
  /** Checkpoints from the inclusion proofs of this run. */
  readonly seen: readonly SignedCheckpoint[];
  /** The logs' current checkpoints as notes, if they were requested; not yet verified. */
  readonly current?: readonly string[];
  /** Keys to verify checkpoints. */
  readonly keys: readonly LogKey[];
  /** The saved checkpoints; with `undefined` nothing is saved. */
  readonly memory: CheckpointMemory | undefined;
  readonly fetchProof: FetchProof;
}

/**
 * Checks each log for consistency: all its checkpoints of this run, its current one and the saved one must be
 * prefixes of one another, by the log's own proofs. Saves the newest, unless no proof connects it to the saved one.
 * Rejects only if `fetchProof` does.
 */
export async function follow(options: FollowOptions): Promise<LogOutcome> {
  const heads = (options.current ?? []).map((note) => readHead(note, options.keys));
  const origins = new Set([...options.seen, ...heads].map(({ origin }) => origin));
  const results = await Promise.all([...origins].map((origin) => followLog(origin, heads, options)));
  const logs = results.flatMap(({ head }) => head ?? []);
  const fork = results.find((result) => result.kind === 'forked')?.fork;
  if (fork !== undefined) return { kind: 'forked', logs, fork };
  if (logs.length === 0) return { kind: 'not-checked', why: 'no checkpoint was seen' };
  const gaps = results.flatMap((result) => (result.kind === 'gap' ? [result.why] : []));
  if (gaps.length > 0) return { kind: 'not-checked', why: gaps.join('; ') };
  const isFirst = logs.every(({ remembered }) => remembered === undefined);
  return { kind: isFirst ? 'first-seen' : 'consistent', logs };
}

/** A current checkpoint: verified, or the origin it claims and the reason why it is not valid. */
type Head = { readonly origin: string; readonly note: string } & (
  | { readonly signed: SignedCheckpoint }
  | { readonly signed?: never; readonly why: string }
);

function readHead(note: string, keys: readonly LogKey[]): Head {
  const opened = openCheckpoint(note, keys);
  if (opened.ok) return { origin: opened.value.origin, note, signed: opened.value };
  return { origin: note.split('\n', 1)[0] ?? '', note, why: opened.why };
}

/** `head` is missing for a log that this run did not use. */
type Followed = { readonly head?: LogHead } & (
  | { readonly kind: 'held' }
  | { readonly kind: 'gap'; readonly why: string }
  | { readonly kind: 'forked'; readonly fork: ForkEvidence }
);

/** Retries when other processes save newer checkpoints at the same time; after that, the next run saves one. */
const mostTries = 5;

async function followLog(origin: string, heads: readonly Head[], options: FollowOptions): Promise<Followed> {
  const { keys, memory, fetchProof } = options;
  const shown = heads.filter((head) => head.origin === origin);
  const current = shown.flatMap(({ signed }) => signed ?? []);
  const ours = [...options.seen.filter((checkpoint) => checkpoint.origin === origin), ...current];
  for (let attempt = 1; ; attempt++) {
    const recalled: Recalled = (await memory?.get(origin)) ?? { state: 'known', note: undefined };
    const remembered = recalled.state === 'known' ? openRemembered(recalled.note, origin, keys) : undefined;
    const chain = toChain(remembered === undefined ? ours : [...ours, remembered]);
    const newest = chain.at(-1);
    // Only an unverified checkpoint of this log is known; no check relies on it.
    if (newest === undefined) return { kind: 'held' };
    const head = headOf(newest, remembered);

    const broken = unsigned(shown, remembered ?? newest) ?? (await firstBreak(chain, current, fetchProof));
    if (broken?.kind === 'forked') return { ...broken, head };
    if (recalled.state === 'unavailable') return { kind: 'gap', why: `${origin}: ${recalled.why}`, head };
    const result: Followed = broken === undefined ? { kind: 'held', head } : { ...broken, head };
    const isConnected = broken === undefined || remembered === undefined;
    if (memory === undefined || !isConnected || newest.size === remembered?.size) return result;
    const swap = await memory.compareAndSwap(origin, recalled.note, newest.note);
    if (swap !== 'changed' || attempt === mostTries) return result;
  }
}

/** Reports a current checkpoint that claims to be from this log but is not valid. */
function unsigned(shown: readonly Head[], known: SignedCheckpoint): Break | undefined {
  const stray = shown.find((head) => head.signed === undefined);
  if (stray === undefined || stray.signed !== undefined) return undefined;
  const { origin, note, why } = stray;
  const fork = {
    origin,
    older: known.note,
    newer: note,
    proof: [],
    why: `the current head of the log is ${why}`,
  };
  return { kind: 'forked', fork };
}

/** The saved checkpoint, if its signature is valid; otherwise no earlier run has written it. */
function openRemembered(
  note: string | undefined,
  origin: string,
  keys: readonly LogKey[],
): SignedCheckpoint | undefined {
  const opened = note === undefined ? undefined : openCheckpoint(note, keys);
  return opened?.ok === true && opened.value.origin === origin ? opened.value : undefined;
}

/** Sorted by size, without duplicates. */
function toChain(checkpoints: readonly SignedCheckpoint[]): readonly SignedCheckpoint[] {
  const trees = new Map(
    checkpoints.map((one) => [`${one.size} ${Buffer.from(one.root).toString('hex')}`, one]),
  );
  return [...trees.values()].sort((a, b) => Number(a.size - b.size));
}

function headOf({ origin, size }: SignedCheckpoint, remembered: SignedCheckpoint | undefined): LogHead {
  const head = { origin, size: String(size) };
  return remembered === undefined ? head : { ...head, remembered: String(remembered.size) };
}

type Break =
  | { readonly kind: 'gap'; readonly why: string }
  | { readonly kind: 'forked'; readonly fork: ForkEvidence };

/** The first problem between neighbours; a fork takes precedence over a gap. */
async function firstBreak(
  chain: readonly SignedCheckpoint[],
  current: readonly SignedCheckpoint[],
  fetchProof: FetchProof,
): Promise<Break | undefined> {
  const pairs = chain
    .slice(1)
    .flatMap((newer, index) => chain.slice(index, index + 1).map((older) => ({ older, newer })));
  const breaks = await Promise.all(
    pairs.map(({ older, newer }) => compare(older, newer, current, fetchProof)),
  );
  return breaks.find((one) => one?.kind === 'forked') ?? breaks.find((one) => one !== undefined);
}

async function compare(
  older: SignedCheckpoint,
  newer: SignedCheckpoint,
  current: readonly SignedCheckpoint[],
  fetchProof: FetchProof,
): Promise<Break | undefined> {
  // Trees of equal size and the empty tree need no proof.
  if (older.size === newer.size || older.size === 0n) return judge(older, newer, []);
  const ask = (again: boolean) =>
    fetchProof({ treeId: treeIdOf(older), firstSize: older.size, lastSize: newer.size, again });
  const answer = await ask(false);
  if (answer.state !== 'present') return unproven(older, newer, current, answer);
  const broken = judge(older, newer, answer.value);
  if (broken === undefined) return undefined;
  // A cache or a proxy may have changed the answer; the log's own answer decides.
  const second = await ask(true);
  return second.state === 'present'
    ? judge(older, newer, second.value)
    : unproven(older, newer, current, second);
}

/** The proof endpoint also returns the current root; only signed checkpoints are used here. */
function judge(
  older: SignedCheckpoint,
  newer: SignedCheckpoint,
  proof: readonly Uint8Array[],
): Break | undefined {
  const consistency = verifyConsistency({
    oldSize: older.size,
    oldRoot: older.root,
    newSize: newer.size,
    newRoot: newer.root,
    proof,
  });
  if (consistency.ok) return undefined;
  const why = consistency.contradiction
    ? `the log signed two histories: ${consistency.why}`
    : `the log does not prove that its tree of ${older.size} entries is a prefix of the one of ${newer.size}: ${consistency.why}`;
  return { kind: 'forked', fork: evidenceOf(older, newer, proof, why) };
}

/**
 * Without a proof the cause is usually network trouble. But a log that has no proof and is smaller than before was
 * rolled back.
 */
function unproven(
  older: SignedCheckpoint,
  newer: SignedCheckpoint,
  current: readonly SignedCheckpoint[],
  answer: Exclude<Gathered<unknown>, { state: 'present' }>,
): Break {
  const isRewound = current.length > 0 && current.every(({ size }) => size < newer.size);
  if (answer.state === 'absent' && isRewound) {
    const why = `the log went back: it shows ${older.size} entries but signed ${newer.size} before, and has no consistency proof`;
    return { kind: 'forked', fork: evidenceOf(newer, older, [], why) };
  }
  const reason = answer.state === 'absent' ? 'the log has none' : answer.why;
  return {
    kind: 'gap',
    why: `${older.origin}: no proof from ${older.size} to ${newer.size} entries (${reason})`,
  };
}

function evidenceOf(
  older: SignedCheckpoint,
  newer: SignedCheckpoint,
  proof: readonly Uint8Array[],
  why: string,
): ForkEvidence {
  return {
    origin: older.origin,
    older: older.note,
    newer: newer.note,
    proof: proof.map((hash) => Buffer.from(hash).toString('base64')),
    why,
  };
}
