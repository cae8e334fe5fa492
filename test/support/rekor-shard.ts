import { sha256Hex } from './keys.ts';
import { leafHash, MerkleTree } from './merkle.ts';
import { customRecord, type LogRecord } from './rekor-entry.ts';

/** One tree of a log; only the last one still grows. */
export interface ShardOptions {
  /** Decimal, at most 2^63 − 1. */
  readonly treeId: string;
  /** How many entries of strangers it starts with. */
  readonly filler: number;
}

/** A tree with the records behind its leaves. */
export interface Shard {
  readonly treeId: string;
  readonly tree: MerkleTree;
  readonly records: LogRecord[];
}

/** A frozen tree and a growing one. */
export const TWO_SHARDS: readonly ShardOptions[] = [
  { treeId: '3904496407287907110', filler: 300 },
  { treeId: '1193050959916656506', filler: 200 },
];

/** Records that nobody published: a fork may exchange them. */
export const strangers = new WeakSet<LogRecord>();
const fillers = new Map<string, Shard>();

/** A shard of strangers' entries; made once per process and copied, since thousands of logs start with it. */
export function filled({ treeId, filler }: ShardOptions, salt: string): Shard {
  const name = `${salt}/${treeId}/${filler}`;
  const known = fillers.get(name);
  if (known !== undefined) return copyOf(known);
  const records = Array.from({ length: filler }, (_, index) => stranger(salt, treeId, index));
  const shard = { treeId, records, tree: new MerkleTree(records.map(({ body }) => leafHash(body))) };
  fillers.set(name, shard);
  return copyOf(shard);
}

/** A shard of its own with the first `size` entries of another. */
export function copyOf({ treeId, tree, records }: Shard, size = records.length): Shard {
  return { treeId, tree: tree.prefix(size), records: records.slice(0, size) };
}

/** Somebody else's hashedrekord. Nobody will check its signature, so it has none that could pass. */
export function stranger(salt: string, treeId: string, index: number): LogRecord {
  const digest = sha256Hex(`${salt}/${treeId}/${index}`);
  const content = Buffer.from(digest, 'hex').toString('base64');
  const record = customRecord(
    {
      apiVersion: '0.0.1',
      kind: 'hashedrekord',
      spec: {
        data: { hash: { algorithm: 'sha256', value: digest } },
        signature: { content, publicKey: { content } },
      },
    },
    new Date(STRANGERS_FROM + index * 60_000),
    [`sha256:${digest}`],
  );
  strangers.add(record);
  return record;
}

const STRANGERS_FROM = Date.UTC(2025, 0, 1);
