import type { Auditor } from '../auditor.ts';
import { type Purl, purlOf } from '../model/package.ts';
import { type Depth, reaches } from '../model/report.ts';
import type { LockfileContents, Target } from '../model/target.ts';

/** How far to check a package beyond its attestation: as requested, otherwise by what the client runs. */
export function depthOf(
  { package: about, occurrences }: Target,
  tarballs: ReadonlySet<Purl>,
  { depth, leastDepth = 'attestation' }: Pick<Auditor, 'depth' | 'leastDepth'>,
): Depth {
  if (depth !== undefined) return depth;
  const usual = occurrences.length === 0 ? 'files' : tarballs.has(purlOf(about)) ? 'tarball' : 'attestation';
  return reaches(usual, leastDepth) ? usual : leastDepth;
}

/**
 * The packages that clients install as JSR's npm tarball: all in lockfiles of Node clients, none that Deno loads as
 * source files.
 */
export function tarballsIn(lockfiles: readonly LockfileContents[]): ReadonlySet<Purl> {
  return new Set(
    lockfiles.flatMap(({ runtime, targets }) =>
      targets.filter((target) => isTarball(runtime, target)).map(({ package: about }) => purlOf(about)),
    ),
  );
}

function isTarball(runtime: LockfileContents['runtime'], { occurrences }: Target): boolean {
  return occurrences.some(
    ({ locked }) =>
      locked.kind === 'tarball' ||
      (locked.kind === 'nothing' && (runtime === 'node' || locked.of === 'tarball')),
  );
}
