import type { ManifestFact } from '../model/check.ts';
import { type FileDigest, fileDigest, type Gathered, present } from '../model/evidence.ts';
import type { PackageVersion } from '../model/package.ts';
import { type Depth, reaches } from '../model/report.ts';
import type { Registry } from '../registry/registry.ts';

/** The files of a version as the registry serves them, by path; not compared yet. */
export interface CollectedFiles {
  readonly digests: ReadonlyMap<string, Gathered<FileDigest>>;
  /** Only for files that were served, and only at depth `tarball`. */
  readonly bytes: ReadonlyMap<string, Uint8Array>;
}

/** Fetches every file of a manifest. Keeps the bytes only if a tarball will be derived from them. */
export async function collectFiles(
  about: PackageVersion,
  files: ManifestFact['files'],
  registry: Registry,
  depth: Depth,
): Promise<CollectedFiles> {
  const isRead = reaches(depth, 'tarball');
  const collected = await Promise.all(
    [...files].map(async ([path, { size }]) => {
      const file = { package: about, path, size };
      if (!isRead) return { path, digest: await registry.fileDigest(file) };
      const body = await registry.fileBytes(file);
      return body.state === 'present'
        ? { path, digest: present(fileDigest(body.value), body.from), bytes: body.value }
        : { path, digest: body };
    }),
  );
  return {
    digests: new Map(collected.map(({ path, digest }) => [path, digest])),
    bytes: new Map(
      collected.flatMap(({ path, bytes }) => (bytes === undefined ? [] : [[path, bytes] as const])),
    ),
  };
}
