/** Compares two texts by code unit: the order is the same on every machine, unlike that of a locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
