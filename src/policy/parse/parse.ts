import { JsrVerifyError } from '../../model/error.ts';
import { defaultPolicy, type Exemption, type Policy, type PolicyOverride } from '../../model/policy.ts';
import { layerPackages, normalisePath } from '../override.ts';
import { show } from './claim.ts';
import { PolicyText, type Problem, type Value } from './policy-tree.ts';
import { readExemptions, readSettings, type Settings } from './sections.ts';

/** Where a policy comes from. */
export interface PolicyOrigin {
  /** Path of the file, for messages; other paths in it are relative to its folder. */
  readonly file: string;
  /** Gives the text of a local file that `extends` names, or `undefined` when there is none. May throw. */
  readonly read?: (path: string) => string | undefined;
}

/** How many files `extends` may lead through. */
const maxExtends = 8;

/**
 * Reads a policy file: JSON with comments; unknown keys and invalid values are problems.
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

/** The content of one file, merged over the files that it extends. */
interface Layer extends Settings {
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
      `${show(written)} extends this file again`,
      `the cycle is ${[...visited, path].join(' → ')}`,
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

/** The extending file wins; it replaces entries for the same pattern and versions, and exemptions are added. */
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
  const byLockfile = new Map(lower.map((override) => [override.lockfile, override]));
  const overridden = new Set(upper.map(({ lockfile }) => lockfile));
  const merged = upper.map((override) => {
    const { lockfile, ...settings } = override;
    const {
      exemptions: _,
      overrides: __,
      ...rest
    } = layered({ ...emptyLayer, ...byLockfile.get(lockfile) }, { ...emptyLayer, ...settings });
    return { lockfile, ...rest };
  });
  return [...merged, ...lower.filter(({ lockfile }) => !overridden.has(lockfile))];
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
