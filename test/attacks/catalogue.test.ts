import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certified, identified } from './certificate.ts';
import { logged, remembered } from './log.ts';
import { packs, tarballs } from './package.ts';
import { lockfiles, policies } from './project.ts';
import { said, served } from './registry.ts';
import { type Area, openTheatre, type Theatre } from './row.ts';
import { enveloped, predicates, statements } from './statement.ts';
import { trust } from './trust.ts';

const areas: readonly Area[] = [
  served,
  said,
  logged,
  remembered,
  certified,
  identified,
  enveloped,
  statements,
  predicates,
  trust,
  tarballs,
  packs,
  lockfiles,
  policies,
];

let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre();
});
afterAll(() => theatre.close());

describe.each(areas.map(({ area, rows }) => [area, rows] as const))('%s', (_, rows) => {
  it.each(rows.map((row) => [row.promise, row] as const))('%s', (_, row) => theatre.play(row));
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
