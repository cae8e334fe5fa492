import { afterAll, beforeAll, describe, it } from 'vitest';
import { areas } from '../attacks/areas.ts';
import { openTheatre, type Row, type Theatre } from '../attacks/row.ts';
import { installable, sampleOf } from '../attacks/sample.ts';
import { builtProgram, runProcess } from '../support/process.ts';

const sample = sampleOf(areas);

/** All rows that are not in the sample, dealt out to so many files, so that these run at the same time. */
const others = areas.flatMap(installable).filter((row) => !sample.has(row));
export const files = 4;

/** The rows of the sample. */
export const sampled: readonly Row[] = [...sample];

/** The rows of one of the files of the others. */
export const dealt = (file: number): readonly Row[] => others.filter((_, index) => index % files === file);

/** Plays these rows with the built program, each in a process of its own. */
export function describeAttacks(wanted: readonly Row[]): void {
  let theatre: Theatre;
  beforeAll(async () => {
    theatre = await openTheatre((argv, { cwd, env }) =>
      runProcess([...builtProgram(), ...argv], { cwd, env }),
    );
  });
  afterAll(() => theatre.close());

  for (const area of areas) {
    const rows = installable(area).filter((row) => wanted.includes(row));
    if (rows.length === 0) continue;
    describe(`as it is installed: ${area.area}`, () => {
      it.each(rows.map((row) => [row.promise, row] as const))('%s', (_, row) => theatre.play(row));
    });
  }
}
