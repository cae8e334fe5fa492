// Changes every byte of honest evidence and reports each change after which a package is still verified. Each byte is
// changed in three ways chosen by a seed, in one way where a run is slow. `--all` takes all sixteen ways, `--part 2/8` the
// second of eight parts, `--case lockfile` the cases with that text in their names.
import { parseArgs } from 'node:util';
import { honestCases } from '../test/mutants/evidence.ts';
import { removeFolders } from '../test/mutants/folder.ts';
import { hunt, mutants } from '../test/mutants/hunt.ts';
import { isHarmless, notEvidence, reasonsFor } from '../test/mutants/not-evidence.ts';

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    part: { type: 'string', default: '1/1' },
    case: { type: 'string', default: '' },
  },
});
const [part = 1, parts = 1] = values.part.split('/').map(Number);

process.once('exit', removeFolders);
const cases = (await honestCases()).filter(({ name }) => name.includes(values.case));
if (cases.length === 0) throw new Error(`no case is called ${values.case}`);
const wanted = [...mutants(cases, values.all, Number(values.seed))];
const mine = wanted.filter((_, index) => index % parts === part - 1);
const started = performance.now();
const { count, survivors } = await hunt(mine, (done) => {
  if (done % 5000 === 0) console.error(`${done} of about ${mine.length} (${perSecond(done)} per second)`);
});

const holes = survivors.filter((survivor) => !isHarmless(survivor));
console.log(`${count} mutants, ${perSecond(count)} per second, ${survivors.length} verified`);
for (const reason of notEvidence) {
  const mine = survivors.filter((survivor) => reasonsFor(survivor).includes(reason));
  console.log(`  ${String(mine.length).padStart(6)}  ${reason.of.join(', ')}: ${reason.bytes}`);
}
for (const { name, field, proves } of holes)
  console.log(`HOLE ${name}, in ${field}${proves === '' ? '' : `, and now ${proves}`}`);
console.log(`${holes.length} holes`);
process.exitCode = holes.length > 0 ? 1 : 0;

function perSecond(done: number): number {
  return Math.round(done / ((performance.now() - started) / 1000));
}
