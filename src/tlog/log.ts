import {
  absent,
  type Failure,
  failureOf,
  type Gathered,
  present,
  type RawAttestation,
  unavailable,
} from '../model/evidence.ts';
import type { Sha256 } from '../model/package.ts';
import type { Source } from '../source/source.ts';
import type { ProofQuestion } from './follow.ts';
import { parseHeads, parseProof, proofUrl, stateUrl } from './proof.ts';
import { entryByIdUrl, entryByIndexUrl, maxEntryBytes, noEntryIn, parseSearch, searchUrl } from './rekor.ts';

/** The number of candidates to check. Anyone may log any number of entries about a public digest. */
const maxCandidates = 50;
/** The answer is a list of entry ids. */
const maxSearchBytes = 2_000_000;
/** A proof has at most 64 hashes of 64 digits. A checkpoint has about 500 bytes, and a log has a few shards. */
const maxProofBytes = 16_384;
const maxHeadsBytes = 262_144;

/** The result of a search of the log for a digest. */
export type Search =
  | {
      readonly outcome: 'found';
      /** Oldest first, because the publisher's entry is earlier than those of others. Each must be fully verified. */
      readonly candidates: readonly Gathered<RawAttestation>[];
      /** Why a part of the search failed. */
      readonly failure?: Failure;
    }
  | { readonly outcome: 'nothing-found'; readonly candidates: readonly []; readonly failure?: never }
  | { readonly outcome: 'unavailable'; readonly candidates: readonly []; readonly failure: Failure };

/** A transparency log (Rekor v1), accessed through one source. Nothing in its answers is verified here. */
export interface TransparencyLog {
  /** The log entry at a global index, decimal, from the registry's badge. */
  entry(logIndex: string): Promise<Gathered<RawAttestation>>;
  /**
   * Entries that contain a digest, from the log's search index. The index is best effort: no result means "unknown to
   * the index". Entries that are already fetched, given as leaf hashes in `known`, are not fetched again.
   */
  search(digest: Sha256, known?: ReadonlySet<string>): Promise<Search>;
  /** The current checkpoints of the log's shards as notes, the active shard first. */
  heads(): Promise<Gathered<readonly string[]>>;
  /** A consistency proof. It never changes, so it may be cached forever. */
  proof(question: ProofQuestion): Promise<Gathered<readonly Uint8Array[]>>;
}

/**
 * Opens the log at a base URL without a trailing slash. To bypass answers from the source's cache, open it again with
 * `source.fresh`.
 */
export function openLog(source: Source, address: string): TransparencyLog {
  return new Rekor(source, address);
}

class Rekor implements TransparencyLog {
  readonly #source: Source;
  readonly #address: string;

  constructor(source: Source, address: string) {
    this.#source = source;
    this.#address = address;
  }

  async entry(logIndex: string): Promise<Gathered<RawAttestation>> {
    const answer = await this.#ask(entryByIndexUrl(this.#address, logIndex));
    return answer.state === 'present'
      ? { ...answer, value: { kind: 'rekor-entry', bytes: answer.value, finder: 'registry', logIndex } }
      : answer;
  }

  async search(digest: Sha256, known: ReadonlySet<string> = new Set()): Promise<Search> {
    const answer = await this.#source.ask({
      method: 'POST',
      url: searchUrl(this.#address),
      body: JSON.stringify({ hash: `sha256:${digest}` }),
      maxBytes: maxSearchBytes,
      lifetime: 'never',
      expect: 'json',
    });
    if (answer.state === 'unavailable') return notSearched(failureOf(answer));
    if (answer.state === 'absent')
      return notSearched({ kind: 'unsupported', why: 'the log has no search index' });
    const ids = parseSearch(answer.value);
    if (!ids.ok) return notSearched({ kind: 'unreadable', why: ids.why });
    if (ids.value.length === 0) return { outcome: 'nothing-found', candidates: [] };
    const others = ids.value.filter((id) => !known.has(id.slice(-64)));
    const oldest = others.toReversed().slice(0, maxCandidates);
    const candidates = await Promise.all(oldest.map((id) => this.#candidate(id)));
    const left = others.length - oldest.length;
    return {
      outcome: 'found',
      candidates,
      ...(left > 0 && {
        failure: { kind: 'unsettled', why: `${left} newer entries that name the digest were not checked` },
      }),
    };
  }

  async heads(): Promise<Gathered<readonly string[]>> {
    const url = stateUrl(this.#address);
    const answer = await this.#source.ask({
      method: 'GET',
      url,
      maxBytes: maxHeadsBytes,
      lifetime: 'never',
      expect: 'json',
    });
    if (answer.state !== 'present') return answer;
    const heads = parseHeads(answer.value);
    return heads.ok ? present(heads.value, url) : unavailable(url, { kind: 'unreadable', why: heads.why });
  }

  async proof(question: ProofQuestion): Promise<Gathered<readonly Uint8Array[]>> {
    const url = proofUrl(this.#address, question);
    // Rekor v2 serves tiles and no proofs.
    if (url === undefined)
      return unavailable(this.#address, {
        kind: 'unsupported',
        why: 'this kind of log offers no consistency proofs',
      });
    const answer = await this.#source.ask({
      method: 'GET',
      url,
      maxBytes: maxProofBytes,
      expect: 'json',
      ...(question.again ? { lifetime: 'never', pastEdge: true } : { lifetime: 'immutable' }),
    });
    // The log answers 400 for sizes that the tree does not have (contract 7.1).
    if (answer.state === 'unavailable')
      return answer.kind === 'status' && answer.status === 400 ? absent(url) : answer;
    if (answer.state === 'absent') return answer;
    const proof = parseProof(answer.value);
    return proof.ok ? present(proof.value, url) : unavailable(url, { kind: 'unreadable', why: proof.why });
  }

  async #candidate(entryId: string): Promise<Gathered<RawAttestation>> {
    const answer = await this.#ask(entryByIdUrl(this.#address, entryId));
    switch (answer.state) {
      case 'present':
        return {
          ...answer,
          value: { kind: 'rekor-entry', bytes: answer.value, finder: 'log-index', entryId },
        };
      case 'absent':
        return unavailable(answer.from, {
          kind: 'unsettled',
          why: "the log's search index names an entry that the log does not have",
        });
      case 'unavailable':
        return answer;
    }
  }

  /** The log's answer for one entry. */
  async #ask(url: string): Promise<Gathered<Uint8Array>> {
    const answer = await this.#source.ask({
      method: 'GET',
      url,
      maxBytes: maxEntryBytes,
      lifetime: 'immutable',
      expect: 'json',
    });
    if (answer.state === 'absent') return absent(url);
    if (answer.state === 'unavailable') return answer;
    // An answer without an entry says nothing about the package: the entry could not be fetched.
    const why = noEntryIn(answer.value);
    return why === undefined ? answer : unavailable(url, { kind: 'unreadable', why });
  }
}

function notSearched(failure: Failure): Search {
  return { outcome: 'unavailable', candidates: [], failure };
}
