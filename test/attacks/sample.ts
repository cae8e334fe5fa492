import { checkIds } from '../../src/model/check.ts';
import type { Area, Row } from './row.ts';

/** Why a check says no, most of all: the checks that rows may name. */
const checks: ReadonlySet<string> = new Set(checkIds);

/** The rows that can be run in a process of their own, which has the clock of the machine. */
export const installable = ({ rows }: Area): readonly Row[] => rows.filter(({ now }) => now === undefined);

/**
 * The smallest sample that stands for the catalogue, in its order: the first row of each area that is not honest, and
 * for each check that gives a reason the first row with that reason.
 */
export function sampleOf(areas: readonly Area[]): ReadonlySet<Row> {
  const wanted = new Set<Row>();
  const seen = new Set<string>();
  for (const area of areas) {
    const attacks = installable(area).filter(({ verdict }) => verdict !== 'verified');
    const news = attacks.filter(({ id }) => {
      const isNew = id !== undefined && checks.has(id) && !seen.has(id);
      if (isNew) seen.add(id);
      return isNew;
    });
    for (const row of news.length > 0 ? news : attacks.slice(0, 1)) wanted.add(row);
  }
  return wanted;
}
