import type { Installed } from './installed/copies.ts';
import type { Policy } from './model/policy.ts';
import type { Depth, PackageReport } from './model/report.ts';
import type { Addresses } from './registry/addresses.ts';
import { openRegistry, type Registry } from './registry/registry.ts';
import type { Trust } from './sigstore/trust.ts';
import type { Source } from './source/source.ts';
import type { Workers } from './source/workers/workers.ts';
import type { CheckpointMemory } from './tlog/follow.ts';
import { openLog, type TransparencyLog } from './tlog/log.ts';

/** Everything an audit works with. It is given the world; it looks nothing up by itself. */
export interface Auditor {
  /** Where evidence comes from: the network, a cache, a pack. */
  readonly source: Source;
  readonly trust: Trust;
  readonly policy: Policy;
  readonly addresses: Addresses;
  readonly now: Date;
  /**
   * For every package. When missing, each is looked at by what would run: at `tarball` where a lockfile has a client install JSR's
   * npm tarball, at `attestation` where it locks the manifest, at `files` where it was named.
   */
  readonly depth?: Depth | undefined;
  /** Where `depth` is missing, no package is looked at less than this far. */
  readonly leastDepth?: Depth;
  /** Packages looked at side by side; 48 when missing: enough to fill the log's batches while answers are on their way. */
  readonly concurrency?: number;
  /** Searches the log for further attestations even where the one that the registry names holds. */
  readonly discover?: boolean;
  /** Sigstore bundles from disk, tried instead of what the registry names. */
  readonly bundles?: readonly Uint8Array[];
  /** `true` where the source asks the network now, rather than a cache or a pack. */
  readonly live?: boolean;
  /** What was seen of each log in earlier runs; without it only the checkpoints of this run are compared. */
  readonly memory?: CheckpointMemory;
  /** What is installed on this disk; wanted at depth `installed`. */
  readonly installed?: Installed;
  /** Where work is done that may take too long; worker threads of this program when missing. */
  readonly workers?: Workers;
  /** Ends the audit early: what is known by then is reported as interrupted. */
  readonly signal?: AbortSignal;
  /** Called with each package as soon as it is judged, in the order they finish. */
  onPackage?(report: PackageReport): void;
}

/** An auditor who knows how far to look at one package. */
export interface PackageAuditor extends Auditor {
  readonly depth: Depth;
}

/** The services that answer about packages, asked over the same source. */
export interface Upstream {
  readonly registry: Registry;
  readonly log: TransparencyLog;
}

/** The registry and the log at their addresses; over `source.fresh`, the same past what a cache kept. */
export function openUpstream(source: Source, addresses: Addresses): Upstream {
  return { registry: openRegistry(source, addresses), log: openLog(source, addresses.rekor) };
}
