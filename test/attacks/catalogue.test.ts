import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { areas } from './areas.ts';
import { openTheatre, type Theatre } from './row.ts';

let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre();
});
afterAll(() => theatre.close());

describe.each(areas.map(({ area, rows }) => [area, rows] as const))('%s', (area, rows) => {
  // Windows has no pipes and devices in folders, which most attacks on files are made of.
  it
    .skipIf(area === 'files on this disk' && process.platform === 'win32')
    .each(rows.map((row) => [row.promise, row] as const))('%s', (_, row) => theatre.play(row));
});

it('has enough rows, no promise twice, and an honest one in every area', () => {
  const rows = areas.flatMap((area) => area.rows);
  expect(rows.length).toBeGreaterThanOrEqual(80);
  expect(new Set(rows.map(({ promise }) => promise)).size).toBe(rows.length);
  for (const { area, rows: own } of areas)
    expect(
      own.some(({ verdict }) => verdict === 'verified'),
      area,
    ).toBe(true);
});
