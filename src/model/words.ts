/** Makes a library's message part of a sentence: lowers the first letter, except in an abbreviation such as SCT. */
export function asClause(message: string): string {
  return message.replace(/^[A-Z](?![A-Z0-9])/, (letter) => letter.toLowerCase());
}

const mostDetails = 20;

/** The first 20 details of an outcome, then a line with the number of further ones. */
export function firstDetails(lines: readonly string[]): readonly string[] {
  if (lines.length <= mostDetails) return lines;
  return [...lines.slice(0, mostDetails), `and ${lines.length - mostDetails} more`];
}

const longestFirst = 300;

/** The first of several lines, shortened if necessary, and the number of others: `/mod.ts (and 2 more)`. */
export function firstOf(lines: readonly string[]): string {
  const [first = '', ...others] = lines;
  const shown = first.length > longestFirst ? `${first.slice(0, longestFirst)}…` : first;
  return others.length === 0 ? shown : `${shown} (and ${others.length} more)`;
}
