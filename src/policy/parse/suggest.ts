/** The known word that was probably meant: one with this prefix, otherwise one that differs in at most a third of its characters. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  if (written.length > 64) return undefined;
  const folded = written.toLowerCase();
  const begun = folded.length < 3 ? [] : known.filter((word) => word.toLowerCase().startsWith(folded));
  const shortest = begun.find((word) => begun.every((other) => other.startsWith(word)));
  if (shortest !== undefined) return shortest;
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const word of known) {
    const distance = distanceOf(folded, word.toLowerCase());
    if (
      distance <= Math.max(2, Math.floor(word.length / 3)) &&
      distance < (best?.distance ?? Number.POSITIVE_INFINITY)
    )
      best = { word, distance };
  }
  return best?.word;
}

/** Levenshtein's distance: how many letters must be put in, left out or changed. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (next[j - 1] ?? 0) + 1,
          (row[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
