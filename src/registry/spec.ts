import semver from 'semver';
import { JsrVerifyError } from '../model/error.ts';
import { isPackageName, isScope, type Spec } from '../model/package.ts';

const accepted =
  'a spec is @scope/name, @scope/name@version, jsr:@scope/name, npm:@jsr/scope__name or pkg:jsr/@scope/name@version';
const longest = 500;

/**
 * Understands every spelling of a JSR package: `@std/path`, `@std/path@^1`, `jsr:@std/path@^1`, `npm:@jsr/std__path@^1`,
 * `@jsr/std__path`, `pkg:jsr/@std/path@1.0.8`. No version and `latest` both mean the newest one.
 *
 * @throws {JsrVerifyError} `SPEC_INVALID`, with a suggestion where the text is nearly a spec.
 */
export function parseSpec(text: string): Spec {
  const typed = text.trim();
  if (typed.length > longest) throw invalid(`${typed.slice(0, 40)}…`, 'is too long', accepted);
  const body = withoutScheme(typed);
  const match = /^@([^/@]*)\/([^/@]*)(?:@(.*))?$/s.exec(body);
  if (match === null) throw invalid(typed, 'is not @scope/name', suggestionFor(typed, body) ?? accepted);
  const [, first = '', second = '', range] = match;
  const named = first === 'jsr' ? splitNpmName(second) : { scope: first, name: second };
  if (named === undefined)
    throw invalid(
      typed,
      'is not the npm name of a JSR package',
      'JSR packages are named @jsr/scope__name on npm',
    );
  checkName(typed, named);
  return { ...named, range: rangeOf(typed, range), text: typed };
}

/** Scope and name in `scope__name`; scopes hold no underscore, so the first `__` is the border (contract 6). */
function splitNpmName(text: string): { readonly scope: string; readonly name: string } | undefined {
  const border = text.indexOf('__');
  return border <= 0 ? undefined : { scope: text.slice(0, border), name: text.slice(border + 2) };
}

function withoutScheme(text: string): string {
  if (text.startsWith('pkg:jsr/')) return text.slice('pkg:jsr/'.length).replace(/^%40/i, '@');
  if (text.startsWith('jsr:')) return text.slice('jsr:'.length).replace(/^\//, '');
  if (text.startsWith('npm:')) {
    const npm = text.slice('npm:'.length);
    if (!npm.startsWith('@jsr/'))
      throw invalid(
        text,
        'is an npm package, not a JSR one',
        'JSR packages are named npm:@jsr/scope__name on npm',
      );
    return npm;
  }
  return text;
}

function rangeOf(text: string, range: string | undefined): string {
  if (range === undefined || range === 'latest' || range === '*') return '*';
  if (range === '')
    throw invalid(text, 'ends with an @ and no version', 'leave the @ away for the newest version');
  if (range.includes('/'))
    throw invalid(
      text,
      'names a path inside the package',
      'provenance covers whole versions: leave the path away',
    );
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

function suggestionFor(text: string, body: string): string | undefined {
  const url = /^https?:\/\/(?:[^/]+)\/(@[^/@]+\/[^/@]+)(?:@([^/]+))?\/?$/.exec(text);
  if (url?.[1] !== undefined) return `did you mean ${url[1]}${url[2] === undefined ? '' : `@${url[2]}`}`;
  if (/^[a-z0-9-]+\/[a-z0-9-]+(?:@[^/]*)?$/.test(body)) return `did you mean @${body}`;
  return undefined;
}

function invalid(text: string, fact: string, hint: string): JsrVerifyError {
  return new JsrVerifyError('SPEC_INVALID', `${JSON.stringify(text)} ${fact}`, { hint });
}
