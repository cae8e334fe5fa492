/** A foreign message as the rest of a sentence: the first letter small, unless its word is an abbreviation like SCT. */
export function asClause(message: string): string {
  return message.replace(/^[A-Z](?![A-Z0-9])/, (letter) => letter.toLowerCase());
}
