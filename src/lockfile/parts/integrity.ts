import type { Locked } from '../../model/target.ts';

/** Length of the base64 of each digest that subresource integrity knows, and SHA-1, which old clients wrote. */
const lengths: ReadonlyMap<string, number> = new Map([
  ['sha1', 28],
  ['sha256', 44],
  ['sha384', 64],
  ['sha512', 88],
]);

/**
 * What a subresource integrity value locks; `undefined` when it is malformed. A SHA-1 alone is not accepted, because two
 * tarballs with the same SHA-1 can be made. With `of`, it is the integrity of the uncompressed tar.
 */
export function lockedBy(integrity: string, url: string | undefined, of?: 'tar'): Locked | undefined {
  const digests = integrity.trim().split(/\s+/);
  if (!digests.every(isDigest)) return undefined;
  if (digests.every((digest) => digest.startsWith('sha1-'))) {
    return withoutDigest({ why: 'the lockfile has only a SHA-1' }, url);
  }
  return { kind: 'tarball', integrity, ...(of !== undefined && { of }), ...(url !== undefined && { url }) };
}

/** The reason why a lockfile has no usable digest of a version; `patched` when the client patches the package. */
export interface Unpinned {
  readonly why: string;
  /** For formats of no runtime: it is JSR's npm tarball. */
  readonly of?: 'tarball';
  readonly patched?: true;
}

/** A version that the lockfile names without a usable digest, and the reason. */
export function withoutDigest(unpinned: Unpinned, url?: string): Locked {
  return { kind: 'nothing', ...unpinned, ...(url !== undefined && { url }) };
}

function isDigest(text: string): boolean {
  const cut = text.indexOf('-');
  const base64 = text.slice(cut + 1);
  return (
    lengths.get(text.slice(0, Math.max(0, cut))) === base64.length && /^[A-Za-z0-9+/]+={0,2}$/.test(base64)
  );
}
