import { distance } from 'fastest-levenshtein';

/**
 * The known word that was probably meant: one with this prefix, otherwise one that differs in at most a third of its
 * characters; of several that differ as much, one with the same first letter, because few mistype that one.
 */
export function nearest(written: string, known: readonly string[]): string | undefined {
  if (written.length > 64) return undefined;
  const folded = written.toLowerCase();
  const begun = folded.length < 3 ? [] : known.filter((word) => word.toLowerCase().startsWith(folded));
  const shortest = begun.find((word) => begun.every((other) => other.startsWith(word)));
  if (shortest !== undefined) return shortest;
  const close = known
    .map((word) => ({ word, letters: distance(folded, word.toLowerCase()) }))
    .filter(
      ({ word, letters }) => letters <= (word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3))),
    );
  const fewest = Math.min(...close.map(({ letters }) => letters));
  const best = close.filter(({ letters }) => letters === fewest).map(({ word }) => word);
  return best.find((word) => word.toLowerCase().startsWith(folded.charAt(0))) ?? best[0];
}
