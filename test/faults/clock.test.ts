import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { files } from '../cli/program.ts';
import { mintWorld } from '../support/jsr.ts';
import { launch } from './process.ts';
import { openWay, type Way } from './stormy.ts';
import { crash, expectCalm, fateOf, toldBy } from './told.ts';

// A machine whose clock is wrong by a year. What was logged is judged at the time it was logged, so only trust from
// TUF, which expires, depends on the clock.

vi.setConfig({ testTimeout: 60_000 });

const world = mintWorld();
const { spec } = world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files: files() });
const year = 366 * 24 * 3_600_000;
let way: Way;

beforeAll(async () => {
  way = await openWay(world, () => false);
});
afterAll(() => way.close());

const run = async (clock: number, trust: 'file' | 'tuf', cache: string) => {
  const env = { ...way.env(trust), JSR_VERIFY_CACHE: join(way.folder, cache) };
  return toldBy(await launch([spec, '--format', 'json'], { cwd: way.folder, env, clock }));
};

describe.each([
  ['ahead', year],
  ['behind', -year],
])('a clock that is a year %s', (which, clock) => {
  it('changes no verdict', async () => {
    const told = await run(clock, 'file', which);
    expectCalm(told);
    expect([told.code, fateOf(told, spec)]).toEqual([0, 'verified']);
  });

  it('and is set right again, or goes wrong between two runs, leaves a cache that does no harm', async () => {
    for (const now of [0, clock, 0]) {
      const told = await run(now, 'file', which);
      expectCalm(told);
      expect([told.code, fateOf(told, spec)]).toEqual([0, 'verified']);
    }
  });

  it('is no reason to be asked to wait for a year: Retry-After as a date is measured by it, and given up', async () => {
    let refused = 0;
    way.set(undefined);
    const back = world.edit({ role: 'registry', path: /_meta\.json$/ }, (answer) => {
      refused++;
      return refused > 1
        ? answer
        : { ...answer, status: 429, headers: { 'retry-after': new Date(Date.now() + 1000).toUTCString() } };
    });
    const told = await run(clock, 'file', `${which}-busy`);
    back();
    expectCalm(told);
    // To a clock that is ahead the date is long past; to one that is behind it is a year away.
    expect([told.code, fateOf(told, spec)]).toEqual(clock > 0 ? [0, 'verified'] : [3, 'inconclusive']);
  });
});

describe('trust from TUF', () => {
  it('has expired for a clock that is ahead: inconclusive, and the clock is named as a reason', async () => {
    const told = await run(year, 'tuf', 'tuf-ahead');
    expect([told.code, told.stdout]).toEqual([3, '']);
    expect(told.stderr).toMatch(/is out of date: .*\n.*check the clock of this machine/);
    expect(told.stderr).not.toMatch(crash);
  });

  it('holds for a clock that is behind, and from one run to the next with either', async () => {
    for (const clock of [-year, 0, -year]) {
      const told = await run(clock, 'tuf', 'tuf-behind');
      expectCalm(told);
      expect([told.code, fateOf(told, spec), told.report?.trust.source]).toEqual([0, 'verified', 'tuf']);
    }
  });
});
