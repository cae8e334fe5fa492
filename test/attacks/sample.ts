import { checkIds } from '../../src/model/check.ts';
import type { Area, Row } from './row.ts';

const checks: ReadonlySet<string> = new Set(checkIds);

/** The rows that can be run in a process of their own, which has the clock of the machine. */
export const installable = ({ rows }: Area): readonly Row[] => rows.filter(({ now }) => now === undefined);

/** An honest package is verified; some attacks are too weak to change that. */
export const isAttack = ({ attack, verdict }: Row): boolean => attack !== undefined || verdict !== 'verified';

/**
 * A small sample that stands for the catalogue: for each check the first attack that it notices, and an attack of each
 * area that has none of these.
 */
export function sampleOf(areas: readonly Area[]): ReadonlySet<Row> {
  const wanted = new Set<Row>();
  const seen = new Set<string>();
  for (const area of areas) {
    const attacks = installable(area).filter(isAttack);
    const news = attacks.filter(({ id }) => {
      const isNew = id !== undefined && checks.has(id) && !seen.has(id);
      if (isNew) seen.add(id);
      return isNew;
    });
    for (const row of news.length > 0 ? news : attacks.slice(0, 1)) wanted.add(row);
  }
  return wanted;
}
