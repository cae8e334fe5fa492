import type { Brand } from './brand.ts';

/** A SHA-256 digest as 64 lower-case hexadecimal digits. */
export type Sha256 = Brand<string, 'Sha256'>;

/** A JSR package without a version; `scope` has no `@`. */
export interface PackageName {
  readonly scope: string;
  readonly name: string;
}

/** One published version of a JSR package; `version` is normalised semver. */
export interface PackageVersion extends PackageName {
  readonly version: string;
}

/** A parsed package spec: a package and the requested semver range (`*` if there was none). */
export interface Spec extends PackageName {
  readonly range: string;
  /** The text as the user typed it, for messages. */
  readonly text: string;
}

/** A package URL as JSR publishers sign it: the `@` of the scope is not percent-encoded. */
export type Purl = `pkg:jsr/@${string}/${string}`;

/** The purl of a package, with its version if there is one. */
export function purlOf({
  scope,
  name,
  version,
}: PackageName & { readonly version?: string | undefined }): Purl {
  return version === undefined ? `pkg:jsr/@${scope}/${name}` : `pkg:jsr/@${scope}/${name}@${version}`;
}

/** The display name: `@scope/name@version`. */
export function nameOf({
  scope,
  name,
  version,
}: PackageName & { readonly version?: string | undefined }): string {
  return version === undefined ? `@${scope}/${name}` : `@${scope}/${name}@${version}`;
}

/** The name of the package on JSR's npm registry: `@jsr/scope__name`. */
export function npmNameOf({ scope, name }: PackageName): string {
  return `@jsr/${scope}__${name}`;
}

/** JSR's own rule for scopes: 2–20 characters of `[a-z0-9-]`, no dash first, last or twice in a row. */
export function isScope(text: string): boolean {
  return text.length >= 2 && text.length <= 20 && isSlug(text);
}

/** JSR's own rule for package names: 2–58 characters of `[a-z0-9-]`, no dash first, last or twice in a row. */
export function isPackageName(text: string): boolean {
  return text.length >= 2 && text.length <= 58 && isSlug(text);
}

/** The text in lower case if it is 64 hexadecimal digits, otherwise `undefined`. */
export function toSha256(text: string): Sha256 | undefined {
  const hex = text.toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? (hex as Sha256) : undefined;
}

function isSlug(text: string): boolean {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text);
}
