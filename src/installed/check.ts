import {
  failed,
  type InstalledFact,
  type ManifestFact,
  type Outcome,
  passed,
  skipped,
  unknown,
} from '../model/check.ts';
import type { InstalledCopies, InstalledCopy } from './copies.ts';
import { type Comparison, compareCache, compareNpm, compareVendor, type Wanted } from './copy-difference.ts';

const mostNamed = 20;
const nothingOpen: Comparison = { compared: 0, wrong: [], open: [] };

/**
 * Passes when every copy of a package version on this disk holds the files that are attested and no others: those of
 * npm clients against the tarballs that were explained by the attestation (`tarballs`, by path with a leading slash;
 * empty when none could be had), those of Deno against the version manifest. Whatever could not be looked into keeps
 * the check open.
 */
export function checkInstalled(
  { copies, strays, unseen, beyond, searched }: InstalledCopies,
  manifest: ManifestFact,
  tarballs: readonly Wanted[],
): Outcome<InstalledFact> {
  const known = knownFiles(copies, manifest);
  const comparisons = copies.map((copy) => ({ copy, ...compare(copy, manifest, known, tarballs) }));
  const differing = comparisons.filter(({ wrong }) => wrong.length > 0);
  const wrong = [...strays, ...inPlaces(comparisons, 'wrong')];
  if (wrong.length > 0) {
    const count = differing.length + strays.length;
    const what = count === 1 ? '1 installed copy is' : `${count} installed copies are`;
    return failed(`${what} not what is attested`, { details: bounded(wrong) });
  }
  const open = [...unseen, ...inPlaces(comparisons, 'open'), ...(copies.length === 0 ? beyond : [])];
  if (open.length > 0) return unknown('not everything that is installed could be compared', bounded(open));
  if (copies.length === 0) {
    return skipped(`it is not installed${searched.length === 0 ? '' : `: looked in ${searched.join(', ')}`}`);
  }
  const compared = comparisons.reduce((sum, one) => sum + one.compared, 0);
  return passed({ places: copies.map(({ place }) => place), compared });
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
): Comparison {
  if (copy.kind === 'npm') {
    const all = tarballs.map((tarball) => compareNpm(copy, tarball));
    const [best] = all.toSorted((a, b) => a.wrong.length - b.wrong.length);
    return (
      best ?? {
        ...nothingOpen,
        open: ["JSR's tarball could not be had, so there is nothing to compare with"],
      }
    );
  }
  if (known === undefined)
    return { ...nothingOpen, open: ['the registry did not answer, so the files are not known'] };
  return copy.kind === 'vendor' ? compareVendor(copy, manifest, known) : compareCache(copy, manifest, known);
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

function bounded(lines: readonly string[]): readonly string[] {
  return lines.length <= mostNamed
    ? lines
    : [...lines.slice(0, mostNamed), `and ${lines.length - mostNamed} more`];
}
