import type { RegistryClaims } from '../model/evidence.ts';
import type { PackageVersion } from '../model/package.ts';
import type { Expectation, ExpectationSource, Policy } from '../model/policy.ts';
import type { Place } from '../model/target.ts';
import { rankOf, selects } from './pattern.ts';

/** One alternative that meets the pins of a package, with the flags already merged into it. */
export interface Pin {
  readonly expect: Expectation;
  /** Position in the policy file; `undefined` when only flags are given. */
  readonly at?: Place;
}

/** The expectation for one package version, and its source. */
export interface Expected {
  /** The source that names the builder; otherwise the source of any other expectation. */
  readonly source: ExpectationSource;
  /** Alternatives; empty when neither flags nor policy say anything. */
  readonly pins: readonly Pin[];
  /** Whether the pins themselves say whose build it must be; otherwise the registry's link has to. */
  readonly pinsName: boolean;
  /** The command line's own expectation, which no setting can soften. */
  readonly flags?: Expectation;
  readonly provenance: 'required' | 'optional';
  /** Why provenance is required although the policy's default might not be. */
  readonly pinned: boolean;
}

const whoClaims = ['repository', 'repositoryId', 'owner', 'ownerId'] as const;

/**
 * Flags first, then the most specific entry of the policy, then the registry's link, then nothing.
 *
 * A flag replaces the policy's value for the same question; repository, owner and their ids are one question.
 * Other claims of the policy still hold, so `--runner` does not unpin a repository.
 */
export function expectationFor(
  target: PackageVersion,
  policy: Policy,
  registryClaims: RegistryClaims,
): Expected {
  const flags = policy.flags !== undefined && saysAnything(policy.flags) ? policy.flags : undefined;
  const entries = policy.packages.filter((entry) => selects(entry, target));
  const pinRank = highestRank(entries.filter((entry) => entry.expect.some(saysAnything)));
  const fromPolicy = entries
    .filter((entry) => rankOf(entry) === pinRank)
    .flatMap(({ expect, at }) =>
      expect.map((one): Pin => (at === undefined ? { expect: one } : { expect: one, at })),
    )
    .filter(({ expect }) => saysAnything(expect));

  const pins = flags === undefined ? fromPolicy : layFlags(flags, fromPolicy);
  // Several pins are alternatives: they say who only if each of them does.
  const pinsName = pins.length > 0 && pins.every(({ expect }) => saysWho(expect));
  const pinned = pins.length > 0;
  return {
    source: sourceOf(flags, fromPolicy, pinsName, registryClaims),
    pins,
    pinsName,
    ...(flags && { flags }),
    provenance: demandOf(policy, entries, pinned, flags === undefined ? pinRank : Number.POSITIVE_INFINITY),
    pinned,
  };
}

/** Whether an expectation names the builder; an event or a workflow path alone matches every repository. */
export function saysWho(expect: Expectation): boolean {
  return whoClaims.some((claim) => expect[claim] !== undefined);
}

function saysAnything(expect: Expectation): boolean {
  return Object.values(expect).some((value) => value !== undefined && value !== false);
}

function highestRank(entries: readonly { readonly pattern: string; readonly versions?: string }[]): number {
  return entries.reduce((highest, entry) => Math.max(highest, rankOf(entry)), -1);
}

function layFlags(flags: Expectation, pins: readonly Pin[]): readonly Pin[] {
  if (pins.length === 0) return [{ expect: flags }];
  return pins.map(({ expect, at }) => {
    const kept = saysWho(flags) ? withoutWho(expect) : expect;
    const merged = { ...kept, ...flags };
    return at === undefined ? { expect: merged } : { expect: merged, at };
  });
}

function withoutWho(expect: Expectation): Expectation {
  const { repository: _, repositoryId: __, owner: ___, ownerId: ____, ...rest } = expect;
  return rest;
}

function sourceOf(
  flags: Expectation | undefined,
  fromPolicy: readonly Pin[],
  pinsName: boolean,
  registryClaims: RegistryClaims,
): ExpectationSource {
  if (flags !== undefined && saysWho(flags)) return 'flag';
  if (pinsName) return 'policy';
  if (registryClaims.linked !== undefined) return 'registry-link';
  if (flags !== undefined) return 'flag';
  return fromPolicy.length > 0 ? 'policy' : 'none';
}

/** A pin implies provenance, or a registry could omit it; only a more specific entry of the policy may make it optional. */
function demandOf(
  policy: Policy,
  entries: readonly Policy['packages'][number][],
  pinned: boolean,
  pinRank: number,
): 'required' | 'optional' {
  const speaking = entries.filter((entry) => entry.provenance !== undefined);
  const rank = highestRank(speaking);
  const closest = speaking.filter((entry) => rankOf(entry) === rank);
  const said = closest.some((entry) => entry.provenance === 'required') ? 'required' : closest[0]?.provenance;
  if (pinned && rank <= pinRank) return 'required';
  return said ?? policy.provenance;
}
