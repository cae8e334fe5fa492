import { expect, it } from 'vitest';
import { checkIds } from '../../src/model/check.ts';
import { areas } from '../attacks/areas.ts';
import { installable, isAttack } from '../attacks/sample.ts';
import { dealt, describeAttacks, files, sampled } from './attacks.ts';

describeAttacks(sampled);

it('the sample has an attack of every area and one for every check; the deep tests play every other row', () => {
  const attacks = areas.map((area) => installable(area).filter(isAttack));
  for (const [index, rows] of attacks.entries())
    expect(
      rows.some((row) => sampled.includes(row)),
      areas[index]?.area,
    ).toBe(true);
  const reasons = new Set(attacks.flat().map(({ id }) => id));
  const checks = checkIds.filter((id) => reasons.has(id));
  expect(checks.filter((check) => !sampled.some(({ id }) => id === check))).toEqual([]);
  expect(checks.length).toBeGreaterThan(8);
  const rest = Array.from({ length: files }, (_, file) => dealt(file)).flat();
  expect([...sampled, ...rest].length).toBe(areas.flatMap(installable).length);
  expect(new Set([...sampled, ...rest])).toEqual(new Set(areas.flatMap(installable)));
});
