import { afterAll, beforeAll, describe, it } from 'vitest';
import { builtProgram, runProcess } from '../support/process.ts';
import { certified } from './certificate.ts';
import { logged } from './log.ts';
import { packs } from './package.ts';
import { lockfiles } from './project.ts';
import { said, served } from './registry.ts';
import { openTheatre, type Theatre } from './row.ts';
import { predicates } from './statement.ts';
import { trust } from './trust.ts';

/** Two of each kind: an honest one, and the first that is not. */
const rows = [served, said, logged, certified, predicates, trust, packs, lockfiles].flatMap(({ rows: own }) =>
  [
    own.find(({ verdict }) => verdict === 'verified'),
    own.find(({ verdict }) => verdict !== 'verified'),
  ].flatMap((row) => row ?? []),
);

let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre((argv, { cwd, env }) => runProcess([...builtProgram(), ...argv], { cwd, env }));
});
afterAll(() => theatre.close());

describe('the program as it is installed ends as the one in the tests does', () => {
  it.each(rows.map((row) => [row.promise, row] as const))('%s', (_, row) => theatre.play(row));
});
