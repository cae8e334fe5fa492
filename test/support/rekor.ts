import { signCheckpoint } from './checkpoint.ts';
import { canonicalJson } from './json.ts';
import { mintKey, pem, sha256, sign } from './keys.ts';
import { leafHash, MerkleTree } from './merkle.ts';
import type { LogRecord } from './rekor-entry.ts';
import {
  copyOf,
  filled,
  type Shard,
  type ShardOptions,
  stranger,
  strangers,
  TWO_SHARDS,
} from './rekor-shard.ts';
import type { LogKey } from './trusted-root.ts';

/** The key of a Rekor v1 log: its id is the hash of the key. */
export function mintRekorKey(host = 'rekor.sigstore.test'): LogKey {
  const key = mintKey('p256');
  return { key, host, id: sha256(key.spki) };
}

/** How a log may differ from the default of one frozen tree of 300 entries and a growing one of 200. */
export interface RekorOptions {
  readonly shards?: readonly ShardOptions[];
  /** Makes the strangers' entries other ones. */
  readonly salt?: string;
}

/** Where an entry stands. */
export interface LogPosition {
  /** 80 hex: tree id and leaf hash. */
  readonly uuid: string;
  /** Global index, over all shards. */
  readonly logIndex: number;
  readonly treeId: string;
  /** Index in its own tree. */
  readonly treeIndex: number;
}

/** One entry as Rekor answers it. */
export interface LogEntry {
  readonly attestation?: { readonly data: string };
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly inclusionProof?: InclusionProof;
    readonly signedEntryTimestamp?: string;
  };
}

/** Proof that an entry is in a tree, with the signed head of that tree. */
export interface InclusionProof {
  readonly checkpoint: string;
  readonly hashes: readonly string[];
  readonly logIndex: number;
  readonly rootHash: string;
  readonly treeSize: number;
}

/** Entries by id, the answer of most end points. */
export type LogEntries = Readonly<Record<string, LogEntry>>;

/** Size and head of one tree. */
export interface ShardInfo {
  readonly rootHash: string;
  readonly signedTreeHead: string;
  readonly treeID: string;
  readonly treeSize: number;
}

/** A Rekor v1 log: real Merkle trees of many entries in two or more shards, answers as its API gives them. */
export class RekorLog {
  readonly key: LogKey;
  readonly #shards: Shard[];
  readonly #salt: string;

  constructor(key: LogKey, options: RekorOptions = {}, shards?: Shard[]) {
    this.key = key;
    this.#salt = options.salt ?? 'stranger';
    this.#shards = shards ?? (options.shards ?? TWO_SHARDS).map((shard) => filled(shard, this.#salt));
  }

  /** Logs an entry at the end of the growing tree. */
  add(record: LogRecord): LogPosition {
    const shard = this.#active();
    shard.tree.append(leafHash(record.body));
    shard.records.push(record);
    return this.#position(this.#shards.length - 1, shard.records.length - 1);
  }

  /** Logs entries of strangers, so that the tree moves on. */
  grow(count: number): void {
    const from = this.#active().records.length;
    for (let i = 0; i < count; i++) this.add(stranger(this.#salt, this.#active().treeId, from + i));
  }

  /** Freezes the growing tree and starts another; entries keep their global index. */
  rotate(treeId = '7104918233419226014', filler = 0): void {
    this.#shards.push(filled({ treeId, filler }, this.#salt));
  }

  /** Number of entries in all trees. */
  get size(): number {
    return this.#offset(this.#shards.length);
  }

  /** Leaves of the growing tree. */
  get activeSize(): number {
    return this.#active().records.length;
  }

  /** Position of the entry with that global index. */
  locate(logIndex: number): LogPosition | undefined {
    const shard = this.#shards.findIndex((_, i) => logIndex < this.#offset(i + 1));
    return logIndex < 0 || shard < 0 ? undefined : this.#position(shard, logIndex - this.#offset(shard));
  }

  /** The entry with that global index, proved in its tree of now. */
  getByIndex(logIndex: number): LogEntries | undefined {
    const position = this.locate(logIndex);
    return position === undefined ? undefined : { [position.uuid]: this.entry(position) };
  }

  /** The entry with that id, of 80 or 64 hex. */
  getByUuid(uuid: string): LogEntries | undefined {
    for (let shard = 0; shard < this.#shards.length; shard++) {
      const { tree, treeId } = this.#shard(shard);
      if (uuid.length === 80 && !uuid.startsWith(treeHex(treeId))) continue;
      const leaf = uuid.slice(-64);
      for (let index = 0; index < tree.size; index++) {
        if (tree.leaf(index).toString('hex') !== leaf) continue;
        const position = this.#position(shard, index);
        return { [position.uuid]: this.entry(position) };
      }
    }
    return undefined;
  }

  /** The entry at a position, proved in the tree of the given size, which is the one of now by default. */
  entry({ logIndex, treeId, treeIndex }: LogPosition, size?: number): LogEntry {
    const shard = this.#byId(treeId);
    const { body, integratedTime, attestation } = this.#record(shard, treeIndex);
    const signed = {
      body: body.toString('base64'),
      integratedTime,
      logID: this.key.id.toString('hex'),
      logIndex,
    };
    const treeSize = size ?? shard.tree.size;
    return {
      ...(attestation === undefined ? {} : { attestation: { data: attestation.toString('base64') } }),
      ...signed,
      verification: {
        inclusionProof: {
          checkpoint: this.checkpoint(treeId, treeSize),
          hashes: shard.tree.inclusion(treeIndex, treeSize).map((hash) => hash.toString('hex')),
          logIndex: treeIndex,
          rootHash: shard.tree.root(treeSize).toString('hex'),
          treeSize,
        },
        signedEntryTimestamp: sign(this.key.key, Buffer.from(canonicalJson(signed), 'utf8')).toString(
          'base64',
        ),
      },
    };
  }

  /** Ids of the entries the index knows by that key, newest first. */
  search(key: string): readonly string[] {
    const found: string[] = [];
    for (let shard = this.#shards.length - 1; shard >= 0; shard--) {
      const { records } = this.#shard(shard);
      for (let index = records.length - 1; index >= 0; index--) {
        if (records[index]?.keys.includes(key) === true) found.push(this.#position(shard, index).uuid);
      }
    }
    return found;
  }

  /** Head of the growing tree and of the frozen ones. */
  info(): ShardInfo & { readonly inactiveShards: readonly ShardInfo[] } {
    const infos = this.#shards.map(({ tree, treeId }) => ({
      rootHash: tree.root().toString('hex'),
      signedTreeHead: this.checkpoint(treeId),
      treeID: treeId,
      treeSize: tree.size,
    }));
    const active = infos.pop();
    if (active === undefined) throw new Error('a log has a tree');
    return { inactiveShards: infos, ...active };
  }

  /** Consistency proof between two sizes, with the root of *now*, as Rekor answers. */
  proof(firstSize: number, lastSize: number, treeId = this.#active().treeId) {
    const { tree } = this.#byId(treeId);
    const hashes = tree.consistency(firstSize, lastSize).map((hash) => hash.toString('hex'));
    return { rootHash: tree.root().toString('hex'), hashes };
  }

  /** Signed head of a tree at the given size, by default at its present one. */
  checkpoint(treeId = this.#active().treeId, size?: number): string {
    const { tree } = this.#byId(treeId);
    const origin = `${this.key.host} - ${treeId}`;
    return signCheckpoint(this.key, { origin, size: size ?? tree.size, root: tree.root(size) });
  }

  /** Ids of the trees, the growing one last. */
  get treeIds(): readonly string[] {
    return this.#shards.map(({ treeId }) => treeId);
  }

  /** PEM of the log's key. */
  publicKey(): string {
    return `${pem('PUBLIC KEY', this.key.key.spki)}\n`;
  }

  /** A second history under the same key: what this log held up to now, from here on separate. */
  copy(): RekorLog {
    const shards = this.#shards.map((shard) => copyOf(shard));
    return new RekorLog(this.key, { salt: this.#salt }, shards);
  }

  /**
   * A history that contradicts this one: the strangers' entries of the growing tree from that leaf on are other
   * ones. Everything else keeps its place, so every honest entry still has a valid proof.
   */
  fork(fromTreeIndex: number): RekorLog {
    const active = this.#active();
    const records = active.records.map((record, index) =>
      index >= fromTreeIndex && strangers.has(record) ? stranger('fork', active.treeId, index) : record,
    );
    const tree = new MerkleTree(records.map(({ body }) => leafHash(body)));
    const frozen = this.#shards.slice(0, -1).map((shard) => copyOf(shard));
    return new RekorLog(this.key, { salt: 'fork' }, [...frozen, { treeId: active.treeId, tree, records }]);
  }

  /** This log as it was when the growing tree had that many leaves. */
  rewind(size: number): RekorLog {
    const frozen = this.#shards.slice(0, -1).map((shard) => copyOf(shard));
    return new RekorLog(this.key, { salt: this.#salt }, [...frozen, copyOf(this.#active(), size)]);
  }

  #active(): Shard {
    return this.#shard(this.#shards.length - 1);
  }

  #shard(index: number): Shard {
    const shard = this.#shards[index];
    if (shard === undefined) throw new RangeError(`no shard ${index}`);
    return shard;
  }

  #byId(treeId: string): Shard {
    const shard = this.#shards.find((one) => one.treeId === treeId);
    if (shard === undefined) throw new RangeError(`no tree ${treeId}`);
    return shard;
  }

  #record(shard: Shard, index: number): LogRecord {
    const record = shard.records[index];
    if (record === undefined) throw new RangeError(`no entry ${index}`);
    return record;
  }

  /** Global index of the first entry of that shard. */
  #offset(shard: number): number {
    return this.#shards.slice(0, shard).reduce((sum, { records }) => sum + records.length, 0);
  }

  #position(shard: number, treeIndex: number): LogPosition {
    const { tree, treeId } = this.#shard(shard);
    const uuid = treeHex(treeId) + tree.leaf(treeIndex).toString('hex');
    return { uuid, logIndex: this.#offset(shard) + treeIndex, treeId, treeIndex };
  }
}

/** The tree id as entry ids begin with it. */
const treeHex = (treeId: string): string => BigInt(treeId).toString(16).padStart(16, '0');
