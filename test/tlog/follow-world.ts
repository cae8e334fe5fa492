import { expect } from 'vitest';
import { absent, type Gathered, present, unavailable } from '../../src/model/evidence.ts';
import type { LogOutcome } from '../../src/model/report.ts';
import { trustFromBytes } from '../../src/sigstore/trust.ts';
import { logKeys } from '../../src/sigstore/trust-logs.ts';
import { openCheckpoint, type SignedCheckpoint } from '../../src/tlog/checkpoint.ts';
import { type CheckpointMemory, type FetchProof, type FollowOptions, follow } from '../../src/tlog/follow.ts';
import type { RekorLog } from '../support/rekor.ts';
import { mintSigstore } from '../support/sigstore.ts';

export const sigstore = mintSigstore();
export const keys = logKeys(trustFromBytes(sigstore.trustedRootBytes(), 'test'));

/** What is remembered between runs, with room for other processes to interfere. */
class Memory implements CheckpointMemory {
  readonly notes = new Map<string, string>();
  /** Logs that it was asked about. */
  readonly recalled: string[] = [];
  damage: string | undefined;
  /** Called before each change, as another process might come before it. */
  meanwhile: () => void = () => undefined;

  async get(origin: string) {
    this.recalled.push(origin);
    return this.damage === undefined
      ? ({ state: 'known', note: this.notes.get(origin) } as const)
      : ({ state: 'unavailable', why: this.damage } as const);
  }

  async compareAndSwap(origin: string, old: string | undefined, note: string) {
    this.meanwhile();
    if (this.damage !== undefined) return 'unavailable';
    if (this.notes.get(origin) !== old) return 'changed';
    this.notes.set(origin, note);
    return 'swapped';
  }

  sizeOf(origin: string): string | undefined {
    return this.notes.get(origin)?.split('\n')[1];
  }
}

/** Somebody who looks at a log now and then. */
export class Follower {
  readonly memory = new Memory();
  /** Proofs asked for, as `first-last`. */
  readonly questions: string[] = [];

  /** One run against a log: the sizes of the growing tree that were seen, or all of the options. */
  run(log: RekorLog, sizes: readonly number[], changes: Partial<FollowOptions> = {}): Promise<LogOutcome> {
    return follow({
      seen: sizes.map((size) => headOf(log, size)),
      keys,
      memory: this.memory,
      fetchProof: (question) => {
        this.questions.push(`${question.firstSize}-${question.lastSize}`);
        return proofsOf(log)(question);
      },
      ...changes,
    });
  }
}

/** The proof end point of a log, with the root of now beside each proof. */
export const proofsOf =
  (log: RekorLog): FetchProof =>
  async ({ treeId, firstSize, lastSize }): Promise<Gathered<readonly Uint8Array[]>> => {
    try {
      const { hashes } = log.proof(Number(firstSize), Number(lastSize), treeId);
      return present(
        hashes.map((hash) => Buffer.from(hash, 'hex')),
        'log',
      );
    } catch {
      return absent('log');
    }
  };

export const silent: FetchProof = async () =>
  unavailable('log', { kind: 'timeout', why: 'no answer in time' });

/** The signed head of a tree, the growing one by default, at a size. */
export function headOf(log: RekorLog, size?: number, treeId?: string): SignedCheckpoint {
  const opened = openCheckpoint(log.checkpoint(treeId, size), keys);
  if (!opened.ok) throw new Error(opened.why);
  return opened.value;
}

/** A log of Sigstore's key with one frozen tree of 300 entries and a growing one of `entries`. */
export function openLog(entries = 200): RekorLog {
  const log = sigstore.openLog({
    shards: [
      { treeId: '3904496407287907110', filler: 300 },
      { treeId: '2605736670972794746', filler: entries },
    ],
  });
  return log;
}

export const origin = `${sigstore.rekorKey.host} - 2605736670972794746`;
export const frozen = '3904496407287907110';

/** What a note says, whoever signed it and however often. */
export const sameNote = (note: string): unknown => expect.stringContaining(note.split('\u2014')[0] ?? note);
