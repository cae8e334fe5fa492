/** The moment in UTC to the second, `2026-01-31T12:00:00Z`; `undefined` for dates that ISO 8601 cannot write in four digits. */
export function toUtc(date: Date): string | undefined {
  const year = date.getUTCFullYear();
  // Written so that an invalid date, whose year is NaN, is refused too.
  if (!(year >= 0 && year <= 9999)) return undefined;
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
