import { nameOf } from '../../model/package.ts';
import type { ForeignReference } from '../../model/target.ts';
import type { Breach, PackageRule } from '../rule.ts';

/** Rule `foreign-registry`, explained in docs/rules/foreign-registry.md. */
export const foreignRegistry = {
  id: 'foreign-registry',
  about: 'package',
  // The installed package comes from another host than the verified one, under the same name.
  severity: 'error',
  title: 'the lockfile fetches the package from the configured registries',
  why: "A lockfile that points to another host installs that host's bytes, which JSR does not control.",
  fix: 'Correct the lockfile, or name the registry with --registry or --npm-registry if it is yours.',
  *judge({ assessment: { foreign } }) {
    yield* foreign.map(foreignBreach);
  },
} satisfies PackageRule;

/** What there is to say about one mention that points away from the configured registries. */
export function foreignBreach({ at, host, package: target }: ForeignReference): Breach {
  return {
    message: `the lockfile fetches ${nameOf(target)} from ${host}, which is not a configured registry`,
    hint: 'correct the lockfile, or name the registry with --registry or --npm-registry if it is yours',
    at,
  };
}
