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

/** What the user typed, understood: a package and the semver range asked for (`*` when none was given). */
export interface Spec extends PackageName {
  readonly range: string;
  /** The text as it was typed, for messages. */
  readonly text: string;
}

/** A package URL spelled the way JSR publishers sign it: the `@` of the scope stays literal. */
export type Purl = `pkg:jsr/@${string}/${string}`;

/** The purl of a package, with its version where one is known. */
export function purlOf({
  scope,
  name,
  version,
}: PackageName & { readonly version?: string | undefined }): Purl {
  return version === undefined ? `pkg:jsr/@${scope}/${name}` : `pkg:jsr/@${scope}/${name}@${version}`;
}

/** The name people read: `@scope/name@version`. */
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

/** Lower-case hex of 64 digits, or `undefined` when the text is anything else (upper case is folded). */
export function toSha256(text: string): Sha256 | undefined {
  const hex = text.toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? (hex as Sha256) : undefined;
}

function isSlug(text: string): boolean {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text);
}
