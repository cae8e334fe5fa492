import {
  failed,
  type InstalledFact,
  type ManifestFact,
  type Outcome,
  passed,
  skipped,
  unknown,
} from '../model/check.ts';
import { firstDetails } from '../model/words.ts';
import type { InstalledCopies, InstalledCopy, NpmCopy } from './copies.ts';
import { type Comparison, compareCache, compareNpm, compareVendor, type Wanted } from './copy-difference.ts';

const nothingOpen: Comparison = { compared: 0, wrong: [], open: [] };

/** Tarballs that explain nothing. */
export interface Unexplained {
  /** Served, and found not to hold; files by path with a leading slash. */
  readonly refuted: readonly Wanted[];
  /** Why there are not more that were explained; a sentence. */
  readonly why: string;
}

const noneFetched: Unexplained = { refuted: [], why: "JSR's tarball could not be fetched" };

/**
 * Passes when every copy of a package version on this disk holds the files that are attested and no others: those of
 * npm clients against the tarballs that were explained by the attestation (`tarballs`, by path with a leading slash;
 * `unexplained` are the others), those of Deno against the version manifest.
 * Whatever could not be looked into keeps the check open. So does a difference that has a reason which nobody attests:
 * a patch of the project, or a tool that keeps parts of packages in a folder of its own.
 */
export function checkInstalled(
  installed: InstalledCopies,
  manifest: ManifestFact,
  tarballs: readonly Wanted[],
  unexplained: Unexplained = noneFetched,
): Outcome<InstalledFact> {
  const { copies, strays, unseen, beyond, missing, patched, searched } = installed;
  const known = knownFiles(copies, manifest);
  const comparisons = copies.map((copy) => ({
    copy,
    ...excused(copy, patched, compare(copy, manifest, known, tarballs, unexplained)),
  }));
  const differing = comparisons.filter(({ wrong }) => wrong.length > 0);
  const wrong = [...strays, ...inPlaces(comparisons, 'wrong')];
  if (wrong.length > 0) {
    const count = differing.length + strays.length;
    const what = count === 1 ? '1 installed copy is' : `${count} installed copies are`;
    return failed(`${what} not what is attested`, { details: firstDetails(wrong) });
  }
  const open = [
    ...unseen,
    ...inPlaces(comparisons, 'open'),
    ...(copies.length === 0 ? beyond : []),
    ...(missing === undefined ? [] : [missing]),
  ];
  if (open.length > 0)
    return unknown('not everything that is installed could be compared', firstDetails(open));
  if (copies.length === 0) {
    return skipped(`it is not installed${searched.length === 0 ? '' : `: looked in ${searched.join(', ')}`}`);
  }
  const compared = comparisons.reduce((sum, one) => sum + one.compared, 0);
  return passed({ places: copies.map(({ place }) => place), compared });
}

/** A comparison, with what has a different reason than tampering among what is open. */
function excused(copy: InstalledCopy, patched: string | undefined, comparison: Comparison): Comparison {
  const { compared, wrong, open } = comparison;
  if (copy.kind !== 'npm' || wrong.length === 0) return comparison;
  const why =
    patched ??
    (copy.standing === 'aside'
      ? 'it lies below a folder that begins with a dot, where tools keep parts of packages'
      : undefined);
  return why === undefined ? comparison : { compared, wrong: [], open: [why, ...wrong, ...open] };
}

/** The files of the manifest: as served, or from a cached copy with the very digest that stands in for it. */
function knownFiles(copies: readonly InstalledCopy[], manifest: ManifestFact): Wanted | undefined {
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
  known: Wanted | undefined,
  tarballs: readonly Wanted[],
  { refuted, why }: Unexplained,
): Comparison {
  if (copy.kind === 'npm') {
    const best = closest(copy, tarballs);
    if (best?.wrong.length === 0) return best;
    const like = closest(copy, refuted);
    // It may be of the tarball that cannot be trusted, and it may not; neither is known to be attested.
    if (like !== undefined && (best === undefined || like.wrong.length === 0))
      return { ...nothingOpen, open: [why, ...likeness(like)] };
    return best ?? { ...nothingOpen, open: [`${why}, so there is nothing to compare with`] };
  }
  if (known === undefined)
    return { ...nothingOpen, open: ['the registry did not answer, so the files are not known'] };
  return copy.kind === 'vendor' ? compareVendor(copy, manifest, known) : compareCache(copy, manifest, known);
}

function closest(copy: NpmCopy, tarballs: readonly Wanted[]): Comparison | undefined {
  return tarballs
    .map((tarball) => compareNpm(copy, tarball))
    .sort((a, b) => a.wrong.length - b.wrong.length)[0];
}

function likeness({ wrong, open }: Comparison): readonly string[] {
  return wrong.length === 0
    ? ['the copy is the same as that tarball', ...open]
    : ['the copy differs from that tarball, too', ...wrong, ...open];
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
