import semver from 'semver';
import { JsrVerifyError } from '../model/error.ts';
import { isPackageName, isScope, type PackageName, type Spec } from '../model/package.ts';
import { type Addresses, publicAddresses } from './addresses.ts';

const accepted =
  'a spec is @scope/name, jsr:@scope/name, npm:@jsr/scope__name, pkg:jsr/@scope/name, pkg:npm/@jsr/scope__name or https://jsr.io/@scope/name, each with or without @version';
const longest = 500;

/** What a spec names, before anybody asked whether JSR allows such names. */
interface Named extends PackageName {
  readonly range: string | undefined;
}

/**
 * Understands every spelling of a JSR package: `@std/path`, `@std/path@^1`, `jsr:@std/path@^1`, `npm:@jsr/std__path@^1`,
 * `@jsr/std__path`, `pkg:jsr/@std/path@1.0.8`, `pkg:npm/%40jsr/std__path@1.0.8`, and addresses at jsr.io. The path of
 * an export behind it is passed over, as provenance covers whole versions. No version and `latest` both mean the newest one.
 *
 * @throws {JsrVerifyError} `SPEC_INVALID`, with a suggestion where the text is nearly a spec.
 */
export function parseSpec(text: string): Spec {
  return parseSpecFor(text, publicAddresses);
}

/** The same where another registry is asked, whose own addresses are specs then, too. */
export function parseSpecFor(text: string, { registry }: Pick<Addresses, 'registry'>): Spec {
  const typed = text.trim();
  if (typed.length > longest) throw invalid(`${typed.slice(0, 40)}…`, 'is too long', accepted);
  const { range, ...named } = /^https?:/i.test(typed) ? atAddress(typed, registry) : byName(typed);
  checkName(typed, named);
  return { ...named, range: rangeOf(typed, range), text: typed };
}

function byName(typed: string): Named {
  const { body, mayHavePath } = withoutScheme(typed);
  const match = /^@([^/@]*)\/([^/@]*)(?:@([^/]*))?(\/.*)?$/s.exec(body);
  const [, first = '', second = '', range, path] = match ?? [];
  if (match === null || (path !== undefined && range === undefined && !mayHavePath))
    throw invalid(typed, 'is not @scope/name', suggestionFor(body) ?? accepted);
  if (path !== undefined && !mayHavePath)
    throw invalid(
      typed,
      'names a path inside the package',
      'provenance covers whole versions: remove the path',
    );
  const named = first === 'jsr' ? splitNpmName(second) : { scope: first, name: second };
  if (named === undefined)
    throw invalid(
      typed,
      'is not the npm name of a JSR package',
      'JSR packages are named @jsr/scope__name on npm',
    );
  return { ...named, range };
}

/**
 * A page of JSR's website (`/@std/path@1.0.8/doc`) or a file of the registry (`/@std/path/1.0.8/mod.ts`, `/@std/path/1.0.8_meta.json`):
 * both are at one host, and both name the package first.
 */
function atAddress(typed: string, registry: string): Named {
  const [scope = '', name = '', next = ''] = segmentsBelow([registry, publicAddresses.registry], typed) ?? [];
  if (!scope.startsWith('@'))
    throw invalid(typed, 'is not the address of a package in the registry', accepted);
  const [, called = '', range] = /^([^@]*)(?:@(.*))?$/s.exec(name) ?? [];
  const below = next.replace(/_meta\.json$/, '');
  const isVersion = below !== '' && (/^\d/.test(below) || semver.validRange(below) !== null);
  return { scope: scope.slice(1), name: called, range: range ?? (isVersion ? below : undefined) };
}

/** The decoded steps of an address below one of the bases; `undefined` where it is below none, or has a query. */
function segmentsBelow(bases: readonly string[], text: string): readonly string[] | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const base = bases.map((one) => new URL(`${one}/`)).find(({ href }) => url?.href.startsWith(href));
  if (url === undefined || base === undefined || url.search !== '') return undefined;
  try {
    return url.pathname.slice(base.pathname.length).split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Scope and name in `scope__name`; scopes hold no underscore, so the first `__` is the border (contract 6). */
function splitNpmName(text: string): { readonly scope: string; readonly name: string } | undefined {
  const border = text.indexOf('__');
  return border <= 0 ? undefined : { scope: text.slice(0, border), name: text.slice(border + 2) };
}

/** In specifiers of Deno, the path of an export may follow. */
function withoutScheme(text: string): { readonly body: string; readonly mayHavePath: boolean } {
  const [, scheme = '', rest = ''] =
    /^(jsr:|npm:|pkg:jsr\/|pkg:npm\/(?=(?:@|%40)jsr\/))(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case '':
      return { body: text, mayHavePath: false };
    case 'jsr:':
      return { body: rest.replace(/^\//, ''), mayHavePath: true };
    case 'npm:': {
      const body = rest.replace(/^\//, '');
      if (!body.startsWith('@jsr/'))
        throw invalid(
          text,
          'is an npm package, not a JSR one',
          'JSR packages are named npm:@jsr/scope__name on npm',
        );
      return { body, mayHavePath: true };
    }
    default:
      // In a package URL, the version is percent-encoded as well: `1.0.0%2Bbuild`.
      return { body: rest.replace(/^%40/, '@').replace(/%2B/gi, '+'), mayHavePath: false };
  }
}

function rangeOf(text: string, range: string | undefined): string {
  if (range === undefined || range === 'latest' || range === '*') return '*';
  if (range === '')
    throw invalid(text, 'ends with an @ and no version', 'remove the @ to get the newest version');
  if (semver.validRange(range) === null)
    throw invalid(
      text,
      `asks for ${JSON.stringify(range)}, which is not a semver range`,
      'try an exact version, ^1 or ~1.2',
    );
  return range;
}

function checkName(text: string, { scope, name }: { readonly scope: string; readonly name: string }): void {
  if (!isScope(scope))
    throw invalid(
      text,
      `has the scope ${JSON.stringify(scope)}, which JSR does not allow`,
      lowerHint(scope, '2 to 20 of a-z, 0-9 and single dashes'),
    );
  if (!isPackageName(name))
    throw invalid(
      text,
      `has the name ${JSON.stringify(name)}, which JSR does not allow`,
      lowerHint(name, '2 to 58 of a-z, 0-9 and single dashes'),
    );
}

function lowerHint(text: string, rule: string): string {
  return text !== text.toLowerCase() ? `names are lower case: ${text.toLowerCase()}` : `names have ${rule}`;
}

function suggestionFor(body: string): string | undefined {
  return /^[a-z0-9-]+\/[a-z0-9-]+(?:@[^/]*)?$/.test(body) ? `did you mean @${body}` : undefined;
}

function invalid(text: string, fact: string, hint: string): JsrVerifyError {
  return new JsrVerifyError('SPEC_INVALID', `${JSON.stringify(text)} ${fact}`, { hint });
}
