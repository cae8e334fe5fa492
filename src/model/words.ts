/** A foreign message as the rest of a sentence: the first letter small, unless its word is an abbreviation like SCT. */
export function asClause(message: string): string {
  return message.replace(/^[A-Z](?![A-Z0-9])/, (letter) => letter.toLowerCase());
}

const mostDetails = 20;

/** The first 20 details of an outcome, and how many more there are as the last line. */
export function firstDetails(lines: readonly string[]): readonly string[] {
  if (lines.length <= mostDetails) return lines;
  return [...lines.slice(0, mostDetails), `and ${lines.length - mostDetails} more`];
}

const longestFirst = 300;

/** The first of some lines about files, cut where it is long, and how many others there are: `/mod.ts (and 2 more)`. */
export function firstOf(lines: readonly string[]): string {
  const [first = '', ...others] = lines;
  const shown = first.length > longestFirst ? `${first.slice(0, longestFirst)}…` : first;
  return others.length === 0 ? shown : `${shown} (and ${others.length} more)`;
}
