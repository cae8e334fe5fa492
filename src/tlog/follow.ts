import type { Gathered } from '../model/evidence.ts';
import type { ForkEvidence, LogHead, LogOutcome } from '../model/report.ts';
import { type LogKey, openCheckpoint, type SignedCheckpoint, treeIdOf } from './checkpoint.ts';
import { verifyConsistency } from './merkle.ts';

/** The newest checkpoint of each log that earlier runs have seen, by origin; kept between runs. */
export interface CheckpointMemory {
  /** What is remembered of a log. Never rejects. */
  get(origin: string): Promise<Recalled>;
  /** Remembers a note, provided that `old` still is what is remembered. Never rejects. */
  compareAndSwap(
    origin: string,
    old: string | undefined,
    note: string,
  ): Promise<'swapped' | 'changed' | 'unavailable'>;
}

/** A note, or none because none ever was; damage is never taken for "none". */
export type Recalled =
  | { readonly state: 'known'; readonly note: string | undefined }
  | { readonly state: 'unavailable'; readonly why: string };

/** A question for a consistency proof between two sizes of one tree. */
export interface ProofQuestion {
  /** Decimal; `undefined` for a log of one tree. */
  readonly treeId: string | undefined;
  readonly firstSize: bigint;
  readonly lastSize: bigint;
  /** An earlier answer was not valid: ask past every cache. */
  readonly again: boolean;
}

/** Asks a log for a proof; `absent` means that the log answered and has none. */
export type FetchProof = (question: ProofQuestion) => Promise<Gathered<readonly Uint8Array[]>>;

export interface FollowOptions {
  /** Checkpoints that the attestations of this run were proved under. */
  readonly seen: readonly SignedCheckpoint[];
  /** The notes that the logs show as their present heads, where they were asked; not yet believed. */
  readonly current?: readonly string[];
  /** Keys to open heads with, and what is remembered. */
  readonly keys: readonly LogKey[];
  /** `undefined` remembers nothing. */
  readonly memory: CheckpointMemory | undefined;
  readonly fetchProof: FetchProof;
}

/**
 * Checks each log for consistency: all its checkpoints of this run, its present head and the checkpoint that is remembered
 * must be prefixes of one another, as the log itself proves. The newest is remembered, unless nothing ties it to what
 * is remembered already. Rejects only if `fetchProof` does.
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

/** A present head: signed, or the origin it claims and what is wrong with it. */
type Head = { readonly origin: string; readonly note: string } & (
  | { readonly signed: SignedCheckpoint }
  | { readonly signed?: never; readonly why: string }
);

function readHead(note: string, keys: readonly LogKey[]): Head {
  const opened = openCheckpoint(note, keys);
  if (opened.ok) return { origin: opened.value.origin, note, signed: opened.value };
  return { origin: note.split('\n', 1)[0] ?? '', note, why: opened.why };
}

/** `head` is missing for a log from which this run used nothing. */
type Followed = { readonly head?: LogHead } & (
  | { readonly kind: 'held' }
  | { readonly kind: 'gap'; readonly why: string }
  | { readonly kind: 'forked'; readonly fork: ForkEvidence }
);

/** Other processes may remember something newer meanwhile; after this many times the next run will see to it. */
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
    // Nothing but a head is known of this log, not even a key: no check relies on it.
    if (newest === undefined) return { kind: 'held' };
    const head = headOf(newest, remembered);

    const broken = unsigned(shown, remembered ?? newest) ?? (await firstBreak(chain, current, fetchProof));
    if (broken?.kind === 'forked') return { ...broken, head };
    if (recalled.state === 'unavailable') return { kind: 'gap', why: `${origin}: ${recalled.why}`, head };
    const result: Followed = broken === undefined ? { kind: 'held', head } : { ...broken, head };
    const isTied = broken === undefined || remembered === undefined;
    if (memory === undefined || !isTied || newest.size === remembered?.size) return result;
    const swap = await memory.compareAndSwap(origin, recalled.note, newest.note);
    if (swap !== 'changed' || attempt === mostTries) return result;
  }
}

/** A head that claims to be this log's and is not. */
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

/** What is remembered, if the log has signed it: anything else was not written by an earlier run. */
function openRemembered(
  note: string | undefined,
  origin: string,
  keys: readonly LogKey[],
): SignedCheckpoint | undefined {
  const opened = note === undefined ? undefined : openCheckpoint(note, keys);
  return opened?.ok === true && opened.value.origin === origin ? opened.value : undefined;
}

/** Smallest first, each tree once. */
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

/** The first pair of neighbours that does not hold: a fork before a gap, however they are ordered. */
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
  // Nothing needs to be asked about trees of one size, nor about the empty one.
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

/** The proof end point names the root of today beside its proof; only signed checkpoints count here. */
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

/** No proof: usually network trouble. But a log without a proof that is now smaller than what it signed was rolled back. */
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
