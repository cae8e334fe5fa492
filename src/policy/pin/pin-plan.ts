import { nameOf, type PackageName, type Purl } from '../../model/package.ts';
import type { Expectation, PackagePolicy, Policy } from '../../model/policy.ts';
import type { Provenance } from '../../model/provenance.ts';
import type { PackageReport } from '../../model/report.ts';
import { expectationFor } from '../expectation.ts';
import { compareIdentity } from '../identity.ts';
import { layerPackages } from '../override.ts';
import { attestationOf, isCovered, isStillAllowed } from './pin-coverage.ts';
import { pinOf, repin, textOf, whyPersonal, withoutNarrower } from './pin-facts.ts';

/** One entry of the policy file that is new or different. */
export interface PinChange {
  readonly kind: 'added' | 'updated' | 'extended';
  readonly pattern: string;
  readonly before?: Expectation;
  readonly after: readonly Expectation[];
  /** The packages this was read from: `@scope/name@version`. */
  readonly packages: readonly string[];
}

/** A package version that was not pinned. */
export interface PinRefusal {
  readonly purl: Purl;
  readonly reason: string;
}

/** One edit of one entry; `index` counts the alternatives of the pattern in the file, where there are several. */
export type Step = PinChange & { readonly index?: number };

/** What to write, tried out on the policy as a value before any text is touched. */
export class Plan {
  readonly steps: Step[] = [];
  readonly refused: PinRefusal[] = [];
  readonly #file: string;
  readonly #reports: readonly PackageReport[];
  #policy: Policy;

  constructor(policy: Policy, file: string, reports: readonly PackageReport[]) {
    this.#policy = policy;
    this.#file = file;
    this.#reports = reports;
    for (const { purl, verdict } of reports)
      if (verdict.kind !== 'verified') this.refused.push({ purl, reason: whyNot(verdict) });
  }

  /** Pins the packages of one scope: with one entry if they agree and no package of the scope would be rejected, otherwise one by one. */
  scope(scope: string): void {
    const reports = this.#reports.filter((report) => report.package.scope === scope);
    const names = [...new Set(reports.map((report) => report.package.name))].sort();
    const open = names.filter((name) => {
      const unmet = this.#unmet(named(reports, name));
      return unmet.length > 0 && !this.#refusePersonal(unmet);
    });
    const together = open.filter((name) => this.#entries(`@${scope}/${name}`).length === 0);
    const pinned = this.#pinScope(scope, reports, together, names) ? together : [];
    for (const name of open) if (!pinned.includes(name)) this.#pinPackage(scope, name, reports);
  }

  #pinScope(
    scope: string,
    reports: readonly PackageReport[],
    together: readonly string[],
    names: readonly string[],
  ): boolean {
    const pattern = `@${scope}/*`;
    const existing = this.#entries(pattern);
    const without = names.filter((name) => this.#entries(`@${scope}/${name}`).length === 0);
    // One package does not justify an entry for the scope, and neither does a part of the scope.
    if (without.length !== together.length || (existing.length === 0 && together.length < 2)) return false;
    const covered = together.map((name) => named(reports, name));
    if (covered.some((group) => group.some(({ verdict }) => verdict.kind !== 'verified'))) return false;
    const step =
      existing.length === 0
        ? this.#addition(pattern, covered)
        : this.#update(pattern, existing, covered.flat());
    return step !== undefined && this.#take(step, reports, covered.flat());
  }

  #pinPackage(scope: string, name: string, reports: readonly PackageReport[]): void {
    const pattern = `@${scope}/${name}`;
    const group = named(reports, name);
    const existing = this.#entries(pattern);
    const unmet = this.#unmet(group);
    const step =
      existing.length === 0
        ? this.#fresh('added', pattern, group)
        : (this.#update(pattern, existing, group) ?? this.#fresh('extended', pattern, unmet));
    if (this.#take(step, group, unmet)) return;
    for (const report of unmet)
      this.refused.push({ purl: report.purl, reason: this.#whyRefused(report, group) });
  }

  /** Refuses a package whose pin only a person may change: because of a demand, or a name that now belongs to someone else. */
  #refusePersonal(unmet: readonly PackageReport[]): boolean {
    const reasons = unmet.flatMap((report) => {
      const {
        package: { scope, name, version = '' },
        registryClaims,
      } = report;
      const { pins } = expectationFor({ scope, name, version }, this.#policy, registryClaims);
      return attestationOf(report).flatMap((provenance) =>
        pins.flatMap(({ expect }) => whyPersonal(expect, provenance) ?? []),
      );
    });
    const [reason] = reasons;
    if (reason === undefined) return false;
    this.refused.push(...unmet.map(({ purl }) => ({ purl, reason })));
    return true;
  }

  /** A new entry, where all groups lead to the same alternatives. */
  #addition(pattern: string, groups: readonly (readonly PackageReport[])[]): Step | undefined {
    const [key, ...others] = groups.map((group) => keyOf(this.#wanted(group)));
    return others.every((one) => one === key) ? this.#fresh('added', pattern, groups.flat()) : undefined;
  }

  #fresh(kind: 'added' | 'extended', pattern: string, reports: readonly PackageReport[]): Step {
    return { kind, pattern, after: this.#wanted(reports), packages: namesOf(reports) };
  }

  /** The only entry, updated, if it no longer matches any of the versions. */
  #update(
    pattern: string,
    existing: readonly PackagePolicy[],
    group: readonly PackageReport[],
  ): Step | undefined {
    const [entry] = existing;
    const [before] = entry?.expect ?? [];
    if (entry === undefined || existing.length > 1 || entry.versions !== undefined || before === undefined)
      return undefined;
    const built = group.flatMap(({ verdict }) => (verdict.kind === 'verified' ? [verdict.provenance] : []));
    const repinned = built.map((provenance) => repin(before, provenance)).filter((one) => one !== undefined);
    const [after, ...others] = withoutNarrower(repinned);
    if (after === undefined || others.length > 0 || repinned.length < built.length) return undefined;
    const index = this.#entries(pattern, true).indexOf(entry);
    return { kind: 'updated', pattern, before, after: [after], packages: namesOf(group), index };
  }

  /** Takes the step if everything it reaches stays fine and what it is for is covered by it. */
  #take(step: Step, reach: readonly PackageReport[], goal: readonly PackageReport[]): boolean {
    const before = this.#policy;
    this.#policy = applied(before, step, this.#file);
    if (reach.every((report) => isStillAllowed(report, this.#policy)) && this.#unmet(goal).length === 0) {
      this.steps.push(step);
      return true;
    }
    this.#policy = before;
    return false;
  }

  #unmet(reports: readonly PackageReport[]): readonly PackageReport[] {
    return reports.filter((report) => !isCovered(report, this.#policy, this.#file));
  }

  /** The alternatives that describe all verified versions, with what a broader pin without a name demanded of them. */
  #wanted(reports: readonly PackageReport[]): readonly Expectation[] {
    const pins: Expectation[] = [];
    for (const report of reports) {
      if (report.verdict.kind !== 'verified') continue;
      const fresh = pinOf(report.verdict.provenance);
      if (!fresh.ok) return [];
      pins.push({ ...this.#inherited(report, report.verdict.provenance), ...fresh.value });
    }
    return withoutNarrower(pins);
  }

  #inherited(
    { package: { scope, name, version = '' }, registryClaims }: PackageReport,
    provenance: Provenance,
  ): Expectation {
    const { pins, pinsName } = expectationFor({ scope, name, version }, this.#policy, registryClaims);
    const held = pins.find(({ expect }) => compareIdentity(expect, provenance).differences.length === 0);
    return pinsName || held === undefined ? {} : held.expect;
  }

  /** The entries of this file for a pattern; with `all`, also those that only set `provenance`. */
  #entries(pattern: string, all = false): readonly PackagePolicy[] {
    return this.#policy.packages.filter(
      (entry) =>
        entry.pattern === pattern && entry.at?.file === this.#file && (all || entry.expect.length > 0),
    );
  }

  #whyRefused(refused: PackageReport, group: readonly PackageReport[]): string {
    const bare = group.find(
      (report) => report.verdict.kind === 'unattested' || report.verdict.kind === 'exempt',
    );
    if (bare !== undefined)
      return `${nameOf(bare.package)} is ${bare.verdict.kind}, and a pin for the package would reject it: add an entry or an exemption for that version`;
    for (const report of group)
      for (const provenance of attestationOf(report)) {
        const fresh = pinOf(provenance);
        if (fresh.ok) continue;
        return report === refused
          ? fresh.reason
          : `a pin for the package would reject ${nameOf(report.package)}: ${fresh.reason}`;
      }
    return 'a more specific entry of the policy disagrees: edit it by hand';
  }
}

function applied(policy: Policy, { kind, pattern, before, after }: Step, file: string): Policy {
  const fresh = after.map((expect): PackagePolicy => ({ pattern, expect: [expect] }));
  if (kind !== 'updated') {
    // As when the file is read again: entries of this file are alternatives, and they replace those of an extended file.
    const own = policy.packages.filter((entry) => entry.at?.file === file);
    const rest = policy.packages.filter((entry) => !own.includes(entry));
    return { ...policy, packages: [...own, ...layerPackages(rest, fresh)] };
  }
  return {
    ...policy,
    packages: policy.packages.map((entry) =>
      entry.expect[0] === before ? { ...entry, expect: after } : entry,
    ),
  };
}

function whyNot(verdict: Exclude<PackageReport['verdict'], { readonly kind: 'verified' }>): string {
  switch (verdict.kind) {
    case 'rejected':
      return `it is rejected: ${verdict.because[0].message}`;
    case 'inconclusive':
      return `it is inconclusive: ${verdict.because[0].why}`;
    case 'exempt':
      return `it is only exempt: ${verdict.exemptions[0].reason}`;
    case 'unattested':
      return 'it has no attestation';
  }
}

function named(reports: readonly PackageReport[], name: string): readonly PackageReport[] {
  return reports.filter((report) => report.package.name === name);
}

function namesOf(
  reports: readonly { readonly package: PackageName & { readonly version?: string } }[],
): readonly string[] {
  return [...new Set(reports.map((report) => nameOf(report.package)))].sort();
}

function keyOf(alternatives: readonly Expectation[]): string {
  return alternatives.map(textOf).sort().join();
}
