import type { PackagePolicy, Policy } from '../model/policy.ts';
import type { ForeignReference, Occurrence } from '../model/target.ts';

/** A policy together with the places it is in force for. */
export interface Jurisdiction {
  readonly policy: Policy;
  readonly occurrences: readonly Occurrence[];
  readonly foreign: readonly ForeignReference[];
}

/** Splits the places of a package by the override that names their lockfile; one part when no override does. */
export function jurisdictionsOf(
  policy: Policy,
  occurrences: readonly Occurrence[],
  foreign: readonly ForeignReference[],
): readonly Jurisdiction[] {
  const files = [...new Set([...occurrences, ...foreign].map(({ at }) => at.file))];
  const overridden = files.filter((file) => overrideOf(policy, file) !== undefined);
  const rest = files.filter((file) => !overridden.includes(file));
  const within = (wanted: readonly string[]) => ({
    occurrences: occurrences.filter(({ at }) => wanted.includes(at.file)),
    foreign: foreign.filter(({ at }) => wanted.includes(at.file)),
  });
  const parts = overridden.map((file) => ({ policy: policyForLockfile(policy, file), ...within([file]) }));
  return rest.length > 0 || parts.length === 0 ? [{ policy, ...within(rest) }, ...parts] : parts;
}

/** The policy for the packages of one lockfile: its override, where there is one, laid over the rest. */
export function policyForLockfile(policy: Policy, lockfile: string): Policy {
  const override = overrideOf(policy, lockfile);
  if (override === undefined) return policy;
  return {
    ...policy,
    provenance: override.provenance ?? policy.provenance,
    rules: { ...policy.rules, ...override.rules },
    packages: layerPackages(policy.packages, override.packages),
  };
}

/** Entries of `upper` replace those of `lower` for the same pattern and the same versions. */
export function layerPackages(
  lower: readonly PackagePolicy[],
  upper: readonly PackagePolicy[],
): readonly PackagePolicy[] {
  const replaced = new Set(upper.map(keyOf));
  return [...upper, ...lower.filter((entry) => !replaced.has(keyOf(entry)))];
}

function overrideOf(policy: Policy, file: string): Policy['overrides'][number] | undefined {
  const wanted = normalisePath(file);
  return policy.overrides.find(({ lockfile }) => normalisePath(lockfile) === wanted);
}

/** The same path in one spelling: `/` between the parts, no `.` and no `..` that can be resolved. */
export function normalisePath(path: string): string {
  const slashed = path.replaceAll('\\', '/');
  const parts: string[] = [];
  for (const part of slashed.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return `${slashed.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

function keyOf({ pattern, versions }: PackagePolicy): string {
  return `${pattern} ${versions ?? ''}`;
}
