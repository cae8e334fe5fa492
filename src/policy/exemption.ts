import { byCodeUnit } from '../model/order.ts';
import type { PackageVersion } from '../model/package.ts';
import type { Exemption } from '../model/policy.ts';
import { dayOf } from './history.ts';
import { selects } from './pattern.ts';

/** What the policy's exemptions say about one broken rule of one package. */
export interface MatchedExemptions {
  /** The exemption in force that lasts longest. */
  readonly granted?: Exemption;
  /** The one that expired last, when none is valid. */
  readonly expired?: Exemption;
  /** Every exemption that met the finding, so that the rest can be reported as unused. */
  readonly met: readonly Exemption[];
}

/** Looks for exemptions; `until` is the last day, inclusive, in UTC. An exemption without a proper date is over. */
export function matchExemptions(
  rule: string,
  target: PackageVersion,
  exemptions: readonly Exemption[],
  now: Date,
): MatchedExemptions {
  const met = exemptions.filter(
    (exemption) =>
      exemption.rule === rule &&
      selects({ pattern: exemption.package, versions: exemption.versions }, target),
  );
  const today = dayOf(now);
  const lasting = met
    .filter(({ until }) => /^\d{4}-\d{2}-\d{2}$/.test(until))
    .sort((a, b) => byCodeUnit(b.until, a.until) || byCodeUnit(a.reason, b.reason));
  const granted = lasting.find(({ until }) => until >= today);
  if (granted !== undefined) return { granted, met };
  const expired = lasting[0] ?? met[0];
  return expired === undefined ? { met } : { expired, met };
}
