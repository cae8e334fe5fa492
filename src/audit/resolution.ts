import { mapChecks, unknown } from '../model/check.ts';
import { purlOf, type Spec } from '../model/package.ts';
import type { PackageReport, UnresolvedSpec } from '../model/report.ts';
import type { Target } from '../model/target.ts';
import type { Registry } from '../registry/registry.ts';

/** The results of resolving specs, each list in the order of the specs. */
export interface Resolved {
  readonly targets: readonly Target[];
  /** Specs that name no existing package. */
  readonly unresolved: readonly UnresolvedSpec[];
  /** Packages whose versions could not be listed; their verdict is inconclusive. */
  readonly unlisted: readonly PackageReport[];
}

/** Asks the registry which version each spec resolves to. */
export async function resolveSpecs(specs: readonly Spec[], registry: Registry): Promise<Resolved> {
  const resolutions = await Promise.all(
    specs.map(async (spec) => ({ spec, resolution: await registry.resolve(spec) })),
  );
  return {
    targets: resolutions.flatMap(({ resolution }) =>
      resolution.kind === 'resolved' ? [{ package: resolution.package, occurrences: [] }] : [],
    ),
    unresolved: resolutions.flatMap(({ spec, resolution }) => {
      if (resolution.kind !== 'unresolved') return [];
      const { kind: _, ...why } = resolution;
      return [{ spec: spec.text, ...why }];
    }),
    unlisted: resolutions.flatMap(({ spec, resolution }) =>
      resolution.kind === 'unavailable' ? [unlistedPackage(spec, resolution.why)] : [],
    ),
  };
}

/** A package whose versions could not be listed: nothing was checked, and the report says why. */
function unlistedPackage({ scope, name }: Spec, why: string): PackageReport {
  return {
    purl: purlOf({ scope, name }),
    package: { scope, name },
    verdict: { kind: 'inconclusive', because: [{ id: 'resolve', why }] },
    checks: mapChecks((id) => (id === 'manifest' ? unknown(why) : { status: 'blocked', by: 'manifest' })),
    findings: [],
    expectation: 'none',
    occurrences: [],
    registryClaims: { yanked: false, unlinked: false },
  };
}
