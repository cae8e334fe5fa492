import {
  failed,
  type InstalledFact,
  type ManifestFact,
  type Outcome,
  passed,
  skipped,
  unknown,
} from '../model/check.ts';
import { firstDetails, firstOf } from '../model/words.ts';
import type { InstalledCopies, InstalledCopy, NpmCopy } from './copies.ts';
import {
  type Comparison,
  compareCache,
  compareNpm,
  compareVendor,
  type ExpectedFiles,
} from './copy-difference.ts';

const nothingCompared: Comparison = { compared: 0, wrong: [], open: [] };

/** Tarballs that could not be derived from the attested files. */
export interface UntrustedTarballs {
  /** Tarballs that were served and rejected; files by path with a leading slash. */
  readonly refuted: readonly ExpectedFiles[];
  /** The reason why there is no other tarball; a sentence. */
  readonly why: string;
}

const noneFetched: UntrustedTarballs = { refuted: [], why: "JSR's tarball could not be fetched" };

/**
 * Passes when every copy of a package version on this disk has exactly the attested files. Copies of npm clients are
 * compared with the verified tarballs (`tarballs`, by path with a leading slash; `untrusted` are the others), copies of
 * Deno with the version manifest. The outcome is `unknown` when something could not be read, and when a difference has
 * another cause than tampering: a patch of the project, or a tool that keeps parts of packages in its own folder.
 */
export function checkInstalled(
  installed: InstalledCopies,
  manifest: ManifestFact,
  tarballs: readonly ExpectedFiles[],
  untrusted: UntrustedTarballs = noneFetched,
): Outcome<InstalledFact> {
  const { copies, strays, unseen, beyond, missing, patched, searched } = installed;
  const known = knownFiles(copies, manifest);
  const comparisons = copies.map((copy) => ({
    copy,
    ...withKnownCause(copy, patched, compare(copy, manifest, known, tarballs, untrusted)),
  }));
  const differing = comparisons.filter(({ wrong }) => wrong.length > 0);
  const wrong = [...strays, ...inPlaces(comparisons, 'wrong')];
  if (wrong.length > 0) {
    const count = differing.length + strays.length;
    const what = count === 1 ? '1 installed copy differs' : `${count} installed copies differ`;
    // Lines begin with the file, and digests are too long for a message.
    const files = wrong.map((line) => line.replace(/: .*$/s, ''));
    return failed(`${what} from the attested files: ${firstOf(files)}`, { details: firstDetails(wrong) });
  }
  const open = [
    ...unseen,
    ...inPlaces(comparisons, 'open'),
    ...(copies.length === 0 ? beyond : []),
    ...(missing === undefined ? [] : [missing]),
  ];
  if (open.length > 0) return unknown('some installed files could not be compared', firstDetails(open));
  if (copies.length === 0) {
    return skipped(
      `it is not installed${searched.length === 0 ? '' : ` (searched: ${searched.join(', ')})`}`,
    );
  }
  const compared = comparisons.reduce((sum, one) => sum + one.compared, 0);
  return passed({ places: copies.map(({ place }) => place), compared });
}

/** Moves differences that have another cause than tampering from `wrong` to `open`. */
function withKnownCause(
  copy: InstalledCopy,
  patched: string | undefined,
  comparison: Comparison,
): Comparison {
  const { compared, wrong, open } = comparison;
  if (copy.kind !== 'npm' || wrong.length === 0) return comparison;
  const why =
    patched ??
    (copy.standing === 'aside'
      ? 'it is below a folder that starts with a dot, where tools keep parts of packages'
      : undefined);
  return why === undefined ? comparison : { compared, wrong: [], open: [why, ...wrong, ...open] };
}

/** The files of the manifest: as served, or from a cached copy of the manifest with the same digest. */
function knownFiles(copies: readonly InstalledCopy[], manifest: ManifestFact): ExpectedFiles | undefined {
  if (manifest.source === 'served') return manifest.files;
  for (const copy of copies) {
    if (copy.kind === 'npm' || copy.metadata?.state !== 'read') continue;
    if (copy.metadata.claimed === undefined && copy.metadata.digest === manifest.digest)
      return copy.metadata.files;
  }
  return undefined;
}

function compare(
  copy: InstalledCopy,
  manifest: ManifestFact,
  known: ExpectedFiles | undefined,
  tarballs: readonly ExpectedFiles[],
  { refuted, why }: UntrustedTarballs,
): Comparison {
  if (copy.kind === 'npm') {
    const best = closest(copy, tarballs);
    if (best?.wrong.length === 0) return best;
    const like = closest(copy, refuted);
    // The copy may come from the rejected tarball, so it is not known whether it is attested.
    if (like !== undefined && (best === undefined || like.wrong.length === 0))
      return { ...nothingCompared, open: [why, ...likeRejected(like)] };
    return best ?? { ...nothingCompared, open: [`${why}, so there is nothing to compare with`] };
  }
  if (known === undefined)
    return { ...nothingCompared, open: ['the registry did not answer, so the expected files are unknown'] };
  return copy.kind === 'vendor' ? compareVendor(copy, manifest, known) : compareCache(copy, manifest, known);
}

function closest(copy: NpmCopy, tarballs: readonly ExpectedFiles[]): Comparison | undefined {
  return tarballs
    .map((tarball) => compareNpm(copy, tarball))
    .sort((a, b) => a.wrong.length - b.wrong.length)[0];
}

function likeRejected({ wrong, open }: Comparison): readonly string[] {
  return wrong.length === 0
    ? ['the copy is the same as that tarball', ...open]
    : ['the copy also differs from that tarball', ...wrong, ...open];
}

function inPlaces(
  comparisons: readonly (Comparison & { readonly copy: InstalledCopy })[],
  which: 'wrong' | 'open',
): readonly string[] {
  return comparisons.flatMap((one) =>
    one[which].map((line) =>
      line.startsWith('/') ? `${one.copy.place}${line}` : `${one.copy.place}: ${line}`,
    ),
  );
}
