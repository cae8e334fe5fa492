import { afterAll, beforeAll, describe, it } from 'vitest';
import { areas } from '../attacks/areas.ts';
import { openTheatre, type Theatre } from '../attacks/row.ts';
import { builtProgram, runProcess } from '../support/process.ts';

let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre((argv, { cwd, env }) => runProcess([...builtProgram(), ...argv], { cwd, env }));
});
afterAll(() => theatre.close());

describe.each(areas.map(({ area, rows }) => [area, rows] as const))('as it is installed: %s', (_, rows) => {
  const own = rows.filter(({ now }) => now === undefined);
  it.each(own.map((row) => [row.promise, row] as const))('%s', (_, row) => theatre.play(row));
});
