import type { PackageName } from '../model/package.ts';
import type { Exemption, Policy } from '../model/policy.ts';
import { selects } from './pattern.ts';
import type { Rule } from './rule.ts';

/** What a run could have met an exemption with. */
export interface Reach {
  /** Rules that were asked. */
  readonly rules: readonly Rule[];
  /** Packages that were looked at; all there are when missing. */
  readonly packages?: readonly (PackageName & { readonly version?: string })[];
}

/** The exemptions that met nothing although the run would have met what they are about, if it were there. */
export function unusedExemptions(
  policy: Policy,
  used: ReadonlySet<Exemption>,
  { rules, packages }: Reach,
): readonly Exemption[] {
  return policy.exemptions.filter(
    (exemption) =>
      !used.has(exemption) &&
      rules.some(({ id }) => id === exemption.rule) &&
      (packages === undefined || packages.some((target) => isAbout(exemption, target))),
  );
}

function isAbout(
  { package: pattern, versions }: Exemption,
  { version, ...name }: PackageName & { readonly version?: string },
): boolean {
  if (version === undefined) return false;
  return selects({ pattern, versions }, { ...name, version });
}
