/**
 * The time in UTC to the second, `2026-01-31T12:00:00Z`; `undefined` if the year does not have four digits in ISO
 * 8601.
 */
export function toUtc(date: Date): string | undefined {
  const year = date.getUTCFullYear();
  // Written so that an invalid date, whose year is NaN, is also rejected.
  if (!(year >= 0 && year <= 9999)) return undefined;
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
