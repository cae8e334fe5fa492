import { validRange } from 'semver';
import { checkIds } from '../../model/check.ts';
import { isPackageName, isScope } from '../../model/package.ts';
import type { Exemption, Expectation, PackagePolicy, Policy } from '../../model/policy.ts';
import type { Severity } from '../../model/severity.ts';
import { isAboutLockfiles, isRuleId, rules } from '../rules/index.ts';
import { claimReaders, isClaim, isDay, show } from './claim.ts';
import type { PolicyText, Value } from './policy-tree.ts';
import { nearest } from './suggest.ts';

const severities = ['error', 'warning', 'note', 'off'] as const;
const demands = ['required', 'optional'] as const;
const claimKeys = Object.keys(claimReaders).filter(isClaim);

/** What a policy file and an override both may say. */
export interface Settings {
  readonly provenance?: Policy['provenance'];
  readonly rules: Policy['rules'];
  readonly packages: readonly PackagePolicy[];
}

/** Reads `provenance`, `rules` and `packages`; what is wrong is noted in `source`. */
export function readSettings(source: PolicyText, members: ReadonlyMap<string, Value>): Settings {
  const provenance = members.get('provenance');
  const demand = provenance && source.word(provenance, demands);
  return {
    ...(demand !== undefined && { provenance: demand }),
    rules: readRules(source, members.get('rules')),
    packages: readPackages(source, members.get('packages')),
  };
}

/** Reads the list of exemptions, each with a reason and a last day. */
export function readExemptions(source: PolicyText, value: Value | undefined): readonly Exemption[] {
  if (value === undefined) return [];
  return source.array(value).flatMap((item) => {
    const members = source.object(item, ['package', 'versions', 'rule', 'reason', 'until']);
    const required = (key: string): string | undefined => {
      const member = members.get(key);
      if (member !== undefined) return source.string(member);
      if (item.node.type === 'object') source.problem(item, `an exemption needs ${show(key)}`, needs[key]);
      return undefined;
    };
    const [pattern, rule, reason, until] = ['package', 'rule', 'reason', 'until'].map(required);
    if (pattern !== undefined) checkPattern(source, members.get('package') ?? item, pattern);
    if (rule !== undefined) checkExemptible(source, members.get('rule') ?? item, rule);
    if (until !== undefined && !isDay(until))
      source.problem(members.get('until') ?? item, `${show(until)} is not a day`, 'write it like 2027-01-31');
    const versions = readVersions(source, members.get('versions'));
    if (pattern === undefined || rule === undefined || reason === undefined || until === undefined) return [];
    return [
      { package: pattern, ...(versions !== undefined && { versions }), rule, reason, until, at: item.at },
    ];
  });
}

const needs: Readonly<Record<string, string>> = {
  reason: 'write the reason, for later readers',
  until: 'write the last day it applies, like 2027-01-31',
  rule: 'name the rule it is about',
  package: 'name the package: @scope/name, @scope/* or *',
};

function readRules(source: PolicyText, value: Value | undefined): Policy['rules'] {
  const chosen: Record<string, Severity | 'off'> = {};
  if (value === undefined) return chosen;
  for (const [id, member] of source.object(value)) {
    const severity = source.word(member, severities);
    checkRule(source, member, id);
    if (severity !== undefined) chosen[id] = severity;
  }
  return chosen;
}

/** An unknown rule is a problem, because the setting would have no effect; a check cannot be switched off. */
function checkRule(source: PolicyText, at: Value, id: string): void {
  if (isRuleId(id)) return;
  if (checkIds.some((check) => check === id))
    source.problem(
      at,
      `${show(id)} is a check, not a rule`,
      'a check has no severity and cannot be exempted',
    );
  else {
    const meant = nearest(
      id,
      rules.map((rule) => rule.id),
    );
    source.problem(
      at,
      `there is no rule ${show(id)}`,
      meant === undefined ? 'run `jsr-verify explain` for a list' : `did you mean ${show(meant)}?`,
    );
  }
}

/** An exemption names a package, so it would do nothing for a rule that is not about one. */
function checkExemptible(source: PolicyText, at: Value, id: string): void {
  checkRule(source, at, id);
  if (isAboutLockfiles(id))
    source.problem(
      at,
      `rule ${show(id)} is about a lockfile and not about a package, so it cannot be exempted`,
      'set its severity under "rules", or in an override for one lockfile',
    );
}

function readPackages(source: PolicyText, value: Value | undefined): readonly PackagePolicy[] {
  if (value === undefined) return [];
  return [...source.object(value)].flatMap(([pattern, member]) => {
    checkPattern(source, member, pattern);
    const items = member.node.type === 'array' ? source.array(member) : [member];
    if (items.length === 0) source.problem(member, 'the list is empty', 'take the package out');
    return items.map((item) => readPackage(source, item, pattern));
  });
}

function readPackage(source: PolicyText, value: Value, pattern: string): PackagePolicy {
  const members = source.object(value, ['versions', 'provenance', ...claimKeys]);
  const provenance = members.get('provenance');
  const demand = provenance && source.word(provenance, demands);
  const versions = readVersions(source, members.get('versions'));
  const claims = claimKeys.filter((claim) => members.has(claim));
  const misspelt = (value.node.children ?? []).length > members.size;
  if (claims.length === 0 && demand === undefined && value.node.type === 'object' && !misspelt)
    source.problem(value, 'this entry has no condition', `name at least one of ${claimKeys.join(', ')}`);
  if (claims.length > 0 && demand === 'optional')
    source.problem(
      provenance ?? value,
      'a pin implies provenance, so it cannot be optional here',
      'add a separate entry for the versions without provenance, with "versions" and "provenance" only',
    );
  return {
    pattern,
    ...(versions !== undefined && { versions }),
    ...(demand !== undefined && { provenance: demand }),
    expect: claims.length === 0 ? [] : [readExpectation(source, value, members)],
    at: value.at,
  };
}

function readExpectation(source: PolicyText, whole: Value, members: ReadonlyMap<string, Value>): Expectation {
  // Every key is read by its own reader, so the record is an expectation once nothing was refused.
  const expectation: Record<string, unknown> = {};
  for (const claim of claimKeys) {
    const member = members.get(claim);
    if (member === undefined) continue;
    const scalar = source.scalar(member);
    const reading = claimReaders[claim](scalar);
    if (scalar === undefined)
      source.problem(member, `${source.shown(member)} is not a valid value for "${claim}"`);
    else if (reading.ok) expectation[claim] = reading.value;
    else source.problem(member, reading.problem, reading.hint);
  }
  const read: Expectation = expectation;
  if (read.notBefore !== undefined && read.notAfter !== undefined && read.notBefore > read.notAfter)
    source.problem(whole, '"notBefore" is later than "notAfter", so nothing can match');
  return read;
}

/** `@scope/name`, `@scope/*` or `*`, by JSR's own rules for names. */
function checkPattern(source: PolicyText, at: Value, pattern: string): void {
  if (pattern === '*') return;
  const [, scope = '', name = ''] = /^@([^/]*)\/([^/]*)$/.exec(pattern) ?? [];
  if (isScope(scope) && (name === '*' || isPackageName(name))) return;
  const folded = pattern.toLowerCase();
  const hint = /^[a-z0-9-]+\/[a-z0-9*-]+$/.test(pattern)
    ? `did you mean "@${pattern}"?`
    : folded !== pattern && /^@[a-z0-9-]+\/[a-z0-9*-]+$/.test(folded)
      ? `did you mean ${show(folded)}?`
      : 'write @scope/name, @scope/* or *; versions go into "versions"';
  source.problem(at, `${show(pattern)} names no package`, hint);
}

function readVersions(source: PolicyText, value: Value | undefined): string | undefined {
  if (value === undefined) return undefined;
  const written = source.string(value);
  if (written === undefined) return undefined;
  if (written.length <= 256 && validRange(written) !== null) return written;
  source.problem(
    value,
    `${show(written)} is not a range of versions`,
    'write it like 1.2.3, ^1.2.0 or <2.0.0',
  );
  return undefined;
}
