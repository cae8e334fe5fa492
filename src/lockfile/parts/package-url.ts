import { PackageURL } from 'packageurl-js';
import { namesJsrScope } from './name.ts';
import { unescaped } from './package-reference.ts';

/** A purl of type `jsr` or `npm`; `name` is `@scope/name`, with the `@` where the purl has one. */
export interface PackageUrl {
  readonly type: 'jsr' | 'npm';
  readonly name: string;
  readonly version: string | undefined;
  /** The qualifiers, decoded, by their key in lower case. */
  readonly qualifiers: ReadonlyMap<string, string>;
}

/** Why a purl that may mean a JSR package cannot be used, as a sentence about its component. */
export interface UnclearPackageUrl {
  readonly type: 'unclear';
  readonly why: string;
}

/** Longest purl that is parsed, in characters; JSR's longest have about 400. */
const maxLength = 4096;

/**
 * The purl of a package that may come from JSR; `undefined` when nothing in it names JSR.
 *
 * The parser of the purl project repairs what it reads (case, slashes, white space, the last of two equal qualifiers), so only
 * a text that it gives back unchanged is accepted. The `@` of a scope may stand as it is, as JSR's publishers sign it.
 */
export function readPackageUrl(text: string): PackageUrl | UnclearPackageUrl | undefined {
  if (!namesJsr(text)) return undefined;
  if (text.length > maxLength) return unclear('its purl is too long');
  const parsed = parse(text);
  if (parsed === undefined) return unclear(`its purl is not valid: ${text}`);
  const { type, namespace, name, version, qualifiers } = parsed;
  if (type !== 'jsr' && type !== 'npm')
    return unclear(`its purl names JSR, but has the type ${type}: ${text}`);
  const [plain = ''] = text.split(/[?#]/, 1);
  const normal = new PackageURL(type, namespace, name, version, undefined, undefined).toString();
  const spelled = plain.replace(/^(pkg:[a-z]+\/)@/, '$1%40').replaceAll(/%2B/gi, '+');
  const isOneName = !name.includes('/') && spelled === normal.replaceAll(/%2B/gi, '+');
  if (!isOneName || hasDuplicateQualifier(text))
    return unclear(`programs may read its purl differently: ${text}`);
  return {
    type,
    name: namespace ? `${namespace}/${name}` : name,
    version: version ?? undefined,
    qualifiers: new Map(Object.entries(qualifiers ?? {})),
  };
}

function namesJsr(text: string): boolean {
  const plain = unescaped(text)
    .replace(/[\s\p{Cc}]/gu, '')
    .toLowerCase();
  return /^(?:pkg:)?\/*jsr(?:[:/@?#]|$)/.test(plain) || namesJsrScope(plain) || /\bjsr\.io\b/.test(plain);
}

function parse(text: string): PackageURL | undefined {
  try {
    return PackageURL.fromString(text);
  } catch {
    return undefined;
  }
}

function hasDuplicateQualifier(text: string): boolean {
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(text) ?? [];
  const keys = query.split('&').map((part) => unescaped(part.split('=', 1)[0] ?? '').toLowerCase());
  return new Set(keys).size < keys.length;
}

function unclear(why: string): UnclearPackageUrl {
  return { type: 'unclear', why };
}
