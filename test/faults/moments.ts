import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { files, run } from '../cli/program.ts';
import { expectReport } from '../report/schema.ts';
import { mintWorld } from '../support/jsr.ts';
import { projectIn } from './project.ts';
import { openWay, type Way } from './stormy.ts';
import { crash, type FaultReport } from './told.ts';

// A process that is stopped, asked or not. Moments are spread over a run and shifted by chance.

/** So many moments of a run that takes `seconds`, in milliseconds. */
const moments = (count: number, seconds: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => ((index + Math.random()) / count) * seconds * 1000);

const policyBefore = '{\n  "packages": {}\n}\n';

/** Stops the program at so many moments of each kind of run. */
export function describeMoments(count: number): void {
  const world = mintWorld();
  const packages = Array.from({ length: 6 }, (_, index) =>
    world.publish({ scope: 'acme', name: `part-${index}`, version: '1.0.0', files: files(`// ${index}\n`) }),
  );
  let way: Way;
  beforeAll(async () => {
    way = await openWay(world, () => false);
  });
  afterAll(() => way.close());

  describe('a kill at any moment', () => {
    it('leaves the policy as it was or as it was to be, and a cache on which the next run is right', async () => {
      const { start, write, read } = projectIn(way, packages);
      write('jsr-verify.json', policyBefore);
      const whole = await start(['pin', '--yes']);
      const policyAfter = read('jsr-verify.json');
      expect([whole.code, policyAfter === policyBefore]).toEqual([0, false]);
      for (const after of moments(count, whole.seconds)) {
        write('jsr-verify.json', policyBefore);
        const { stderr } = await start(['pin', '--yes'], { signal: 'SIGKILL', after });
        expect(stderr).not.toMatch(crash);
        expect([policyBefore, policyAfter]).toContain(read('jsr-verify.json'));
      }
      const next = await start(['audit', '--depth', 'files', '--strict']);
      expect([next.code, next.stderr]).toEqual([0, '']);
      expect((await start(['audit', '--depth', 'files', '--offline'])).code).toBe(0);
    }, 120_000);

    it('leaves no half of a pack', async () => {
      const { cwd, start } = projectIn(way, packages);
      const file = join(cwd, 'evidence.pack');
      const whole = await start(['pack', '-o', 'evidence.pack']);
      expect(whole.code).toBe(0);
      for (const after of moments(count, whole.seconds)) {
        await start(['pack', '-o', 'evidence.pack'], { signal: 'SIGKILL', after });
        expect(existsSync(file)).toBe(true);
        expect((await run(['audit', '--pack', file, '--quiet'], { cwd, env: way.env() })).code).toBe(0);
      }
    }, 120_000);
  });

  describe.each(['SIGINT', 'SIGTERM'] as const)('%s at any moment', (signal) => {
    it('ends the run within seconds with 130, and a report that says so wherever there is one', async () => {
      const { start, read, write } = projectIn(way, packages);
      const argv = ['audit', '--depth', 'files', '--format', 'json=report.json', '--no-cache'];
      const whole = await start(argv);
      expect(whole.code).toBe(0);
      for (const after of moments(count, whole.seconds)) {
        write('report.json', '');
        const ended = await start(argv, { signal, after });
        expect(ended.stderr).not.toMatch(crash);
        expect(ended.seconds).toBeLessThan(after / 1000 + 15);
        const text = read('report.json') ?? '';
        if (text !== '') expectReport(text);
        const report = text === '' ? undefined : (JSON.parse(text) as FaultReport);
        // Before the program has begun the signal ends it by itself; when it is over nothing is left to end.
        if (ended.code === -1) expect([ended.signal, report]).toEqual([signal, undefined]);
        else if (report === undefined || report.interrupted) expect(ended.code).toBe(130);
        else expect([ended.code, report.packages.length]).toEqual([0, packages.length]);
        for (const { verdict } of report?.packages ?? []) expect(verdict).toBe('verified');
      }
    }, 120_000);
  });
}
