import { validRange } from 'semver';
import { checkIds } from '../model/check.ts';
import { JsrVerifyError } from '../model/error.ts';
import type { Severity } from '../model/finding.ts';
import { isPackageName, isScope } from '../model/package.ts';
import {
  defaultPolicy,
  type Exemption,
  type Expectation,
  type PackagePolicy,
  type Policy,
  type PolicyOverride,
} from '../model/policy.ts';
import { claimReaders, isDay, show } from './claim.ts';
import { layerPackages, normalisePath } from './override.ts';
import { isRuleId, rules } from './rules/index.ts';
import { nearest } from './suggest.ts';
import { PolicyText, type Problem, type Value } from './tree.ts';

/** Where a policy comes from. */
export interface PolicyOrigin {
  /** Path of the file, for messages; other paths in it are relative to its folder. */
  readonly file: string;
  /** Gives the text of a local file that `extends` names, or `undefined` when there is none. May throw. */
  readonly read?: (path: string) => string | undefined;
}

/** How many files `extends` may lead through. */
const maxExtends = 8;

const severities = ['error', 'warning', 'note', 'off'] as const;
const demands = ['required', 'optional'] as const;
const claimKeys = Object.keys(claimReaders).filter(isClaim);

/**
 * Reads a policy file: JSON with comments, every key known, every value understood.
 *
 * @throws JsrVerifyError `POLICY_INVALID`, one line per problem as `file:line:column: what is wrong`.
 */
export function parsePolicy(text: string, origin: PolicyOrigin): Policy {
  const layer = readLayer(text, origin, [normalisePath(origin.file)]);
  return {
    ...defaultPolicy,
    provenance: layer.provenance ?? defaultPolicy.provenance,
    rules: layer.rules,
    packages: layer.packages,
    exemptions: layer.exemptions,
    overrides: layer.overrides,
    file: origin.file,
  };
}

/** What one file says, with what it extends beneath it. */
interface Layer {
  readonly provenance?: Policy['provenance'];
  readonly rules: Policy['rules'];
  readonly packages: readonly PackagePolicy[];
  readonly exemptions: readonly Exemption[];
  readonly overrides: readonly PolicyOverride[];
}

const emptyLayer: Layer = { rules: {}, packages: [], exemptions: [], overrides: [] };

function readLayer(text: string, origin: PolicyOrigin, visited: readonly string[]): Layer {
  const source = new PolicyText(text, origin.file);
  const root = source.root();
  const members =
    root === undefined
      ? new Map<string, Value>()
      : source.object(root, [
          '$schema',
          'extends',
          'provenance',
          'rules',
          'packages',
          'exemptions',
          'overrides',
        ]);

  const schema = members.get('$schema');
  if (schema !== undefined) source.string(schema);
  const own: Layer = {
    ...readSettings(source, members),
    exemptions: readExemptions(source, members.get('exemptions')),
    overrides: readOverrides(source, members.get('overrides'), origin),
  };
  const base = members.get('extends');
  const basePath = base && readExtends(source, base, origin, visited);
  throwIf(source.problems);
  return base === undefined || basePath === undefined
    ? own
    : layered(readBase(source, base, basePath, origin, visited), own);
}

function readSettings(
  source: PolicyText,
  members: ReadonlyMap<string, Value>,
): Pick<Layer, 'provenance' | 'rules' | 'packages'> {
  const provenance = members.get('provenance');
  const demand = provenance && source.word(provenance, demands);
  return {
    ...(demand !== undefined && { provenance: demand }),
    rules: readRules(source, members.get('rules')),
    packages: readPackages(source, members.get('packages')),
  };
}

function readRules(source: PolicyText, value: Value | undefined): Policy['rules'] {
  const chosen: Record<string, Severity | 'off'> = {};
  if (value === undefined) return chosen;
  for (const [id, member] of source.object(value)) {
    const severity = source.word(member, severities);
    if (isKnownRule(source, member, id) && severity !== undefined) chosen[id] = severity;
  }
  return chosen;
}

/** A rule that is not known would switch nothing off in silence; a check cannot be switched off at all. */
function isKnownRule(source: PolicyText, at: Value, id: string): boolean {
  if (isRuleId(id)) return true;
  if (checkIds.some((check) => check === id))
    source.problem(
      at,
      `${show(id)} is a check, not a rule`,
      'checks are facts: they have no severity and no exemption',
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
  return false;
}

function readPackages(source: PolicyText, value: Value | undefined): readonly PackagePolicy[] {
  if (value === undefined) return [];
  return [...source.object(value)].flatMap(([pattern, member]) => {
    checkPattern(source, member, pattern);
    const items = member.node.type === 'array' ? source.array(member) : [member];
    if (items.length === 0) source.problem(member, 'an empty list says nothing', 'take the package out');
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
    source.problem(
      value,
      'this says nothing about the package',
      `name at least one of ${claimKeys.join(', ')}`,
    );
  if (claims.length > 0 && demand === 'optional')
    source.problem(
      provenance ?? value,
      'a pin implies provenance, so it cannot be optional here',
      'give the versions that have none an entry of their own, with "versions" and "provenance" only',
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
    if (scalar === undefined) source.problem(member, `${source.shown(member)} is no value for "${claim}"`);
    else if (reading.ok) expectation[claim] = reading.value;
    else source.problem(member, reading.problem, reading.hint);
  }
  const read: Expectation = expectation;
  if (read.notBefore !== undefined && read.notAfter !== undefined && read.notBefore > read.notAfter)
    source.problem(whole, '"notBefore" is later than "notAfter", so nothing can hold');
  return read;
}

function readExemptions(source: PolicyText, value: Value | undefined): readonly Exemption[] {
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
    if (rule !== undefined) isKnownRule(source, members.get('rule') ?? item, rule);
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
  reason: 'write down why, for whoever reads this in a year',
  until: 'write the last day it holds, like 2027-01-31',
  rule: 'name the rule it is about',
  package: 'name the package: @scope/name, @scope/* or *',
};

function readOverrides(
  source: PolicyText,
  value: Value | undefined,
  origin: PolicyOrigin,
): readonly PolicyOverride[] {
  if (value === undefined) return [];
  const seen = new Set<string>();
  return [...source.object(value)].map(([path, member]) => {
    const reason = whyNotLocal(path);
    if (reason !== undefined)
      source.problem(member, `${show(path)} ${reason}`, 'write the path of a lockfile from here');
    const lockfile = besideOf(origin.file, path);
    if (seen.has(lockfile))
      source.problem(member, `${show(path)} names a lockfile that has an override already`);
    seen.add(lockfile);
    return { lockfile, ...readSettings(source, source.object(member, ['provenance', 'rules', 'packages'])) };
  });
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
  const written = value && source.string(value);
  if (value === undefined || written === undefined) return undefined;
  if (written.length <= 256 && validRange(written) !== null) return written;
  source.problem(
    value,
    `${show(written)} is not a range of versions`,
    'write it like 1.2.3, ^1.2.0 or <2.0.0',
  );
  return undefined;
}

/** Follows `extends` to one more local file; a circle, a URL or an absolute path is refused. */
function readExtends(
  source: PolicyText,
  value: Value,
  origin: PolicyOrigin,
  visited: readonly string[],
): string | undefined {
  const written = source.string(value);
  if (written === undefined) return undefined;
  const reason = whyNotLocal(written);
  const path = besideOf(origin.file, written);
  if (reason !== undefined)
    source.problem(value, `${show(written)} ${reason}`, 'only a file beside this one can be extended');
  else if (visited.includes(path))
    source.problem(
      value,
      `${show(written)} extends this file in turn`,
      `the circle is ${[...visited, path].join(' → ')}`,
    );
  else if (visited.length > maxExtends)
    source.problem(value, `more than ${maxExtends} files extend each other`);
  else return path;
  return undefined;
}

function readBase(
  source: PolicyText,
  value: Value,
  path: string,
  origin: PolicyOrigin,
  visited: readonly string[],
): Layer {
  let text: string | undefined;
  try {
    text = origin.read?.(path);
  } catch (cause) {
    source.problem(
      value,
      `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
  if (text === undefined) {
    if (source.problems.length === 0) source.problem(value, `there is no file ${path}`);
    throwIf(source.problems);
    return emptyLayer;
  }
  return readLayer(text, { ...origin, file: path }, [...visited, path]);
}

/** The upper file's words win; entries for the same pattern and versions are replaced, exemptions add up. */
function layered(lower: Layer, upper: Layer): Layer {
  const provenance = upper.provenance ?? lower.provenance;
  return {
    ...(provenance !== undefined && { provenance }),
    rules: { ...lower.rules, ...upper.rules },
    packages: layerPackages(lower.packages, upper.packages),
    exemptions: [...upper.exemptions, ...lower.exemptions],
    overrides: layeredOverrides(lower.overrides, upper.overrides),
  };
}

function layeredOverrides(
  lower: readonly PolicyOverride[],
  upper: readonly PolicyOverride[],
): readonly PolicyOverride[] {
  const merged = upper.map((override) => {
    const beneath = lower.find(({ lockfile }) => lockfile === override.lockfile);
    if (beneath === undefined) return override;
    const { lockfile, ...settings } = override;
    const {
      exemptions: _,
      overrides: __,
      ...rest
    } = layered({ ...emptyLayer, ...beneath }, { ...emptyLayer, ...settings });
    return { lockfile, ...rest };
  });
  return [
    ...merged,
    ...lower.filter(({ lockfile }) => !upper.some((override) => override.lockfile === lockfile)),
  ];
}

function whyNotLocal(path: string): string | undefined {
  if (path === '' || path.length > 4096 || /[\0\r\n]/.test(path)) return 'is not a path';
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(path)) return 'is not a relative path';
  return /^[/\\]/.test(path) ? 'is not a relative path' : undefined;
}

/** A path as written in a file, seen from where the file itself is seen from. */
function besideOf(file: string, path: string): string {
  const folder = file.replaceAll('\\', '/').replace(/[^/]*$/, '');
  return normalisePath(folder + path);
}

function throwIf(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const lines = problems.map(({ at, message }) => `${at.file}:${at.line}:${at.column ?? 1}: ${message}`);
  const hint = problems.find((problem) => problem.hint !== undefined)?.hint;
  throw new JsrVerifyError('POLICY_INVALID', lines.join('\n'), hint === undefined ? {} : { hint });
}

function isClaim(key: string): key is keyof Expectation {
  return Object.hasOwn(claimReaders, key);
}
