import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** A test file, and words of the name of the test in it. */
type Where = readonly [file: string, test: string];

interface Trap {
  readonly number: number;
  /** What a naive verifier would get wrong. */
  readonly about: string;
  readonly tested: readonly Where[];
}

const here = (file: 'accept' | 'reject', number: number): Where => [
  `traps/${file}.test.ts`,
  `trap ${number}: `,
];

/** Every trap of JSR's consumer contract, and where it is tested: 1–16 wrongly accept, 17–43 wrongly reject. */
const traps: readonly Trap[] = [
  { number: 1, about: 'treating rekorLogId as proof', tested: [here('accept', 1)] },
  { number: 2, about: 'checking the name of the subject only', tested: [here('accept', 2)] },
  { number: 3, about: 'taking any entry found by digest', tested: [here('accept', 3)] },
  {
    number: 4,
    about: 'taking the registry that is audited for the only source of policy',
    tested: [here('accept', 4)],
  },
  { number: 5, about: 'provenance of unlinked packages', tested: [here('accept', 5)] },
  {
    number: 6,
    about: 'issuer by substring or prefix',
    tested: [here('accept', 6), ['policy/identity.test.ts', 'is never accepted, not even when it is named']],
  },
  {
    number: 7,
    about: 'comparing the SAN with the repository by prefix',
    tested: [here('accept', 7), ['policy/identity.test.ts', 'is not acme/pkg']],
  },
  {
    number: 8,
    about: 'believing the predicate',
    tested: [here('accept', 8), ['verify/claims.test.ts', 'each claim is held to the certificate']],
  },
  {
    number: 9,
    about: "trusting the entry's hash, or leaving out promise and proof",
    tested: [here('accept', 9), ['sigstore/inclusion.test.ts', 'inclusion is unknown without']],
  },
  {
    number: 10,
    about: 'verifying the certificate now, or not at all',
    tested: [
      here('accept', 10),
      ['sigstore/certificate.test.ts', 'at the first and at the last second of its validity'],
    ],
  },
  {
    number: 11,
    about: 'passing an npm tarball because its version is attested',
    tested: [
      here('accept', 11),
      ['verify/lockfile.test.ts', 'that pins the tarball of npm is not compared here'],
    ],
  },
  {
    number: 12,
    about: 'extra files in a tarball or on disk, and scripts in package.json',
    tested: [
      ['npm/rederive.test.ts', 'an added script'],
      ['npm/rederive.test.ts', 'a scripts entry'],
      ['npm/rederive.test.ts', 'an attested file that is gone'],
      ['installed/many.test.ts', 'any one change of any file is found'],
    ],
  },
  {
    number: 13,
    about: 'accepting a web page or the body of a proxy as data',
    tested: [here('accept', 13), ['source/answers.test.ts', 'a web page is never the registry']],
  },
  {
    number: 14,
    about: 'a path of the manifest that leads elsewhere',
    tested: [here('accept', 14), ['verify/manifest.test.ts', 'steps out of its folder']],
  },
  {
    number: 15,
    about: 'a checksum of Yarn or a missing integrity taken for a pin',
    tested: [
      ['lockfile/traps.test.ts', 'the checksum of Yarn, which is of its own archive'],
      ['lockfile/traps.test.ts', 'an entry without integrity'],
      ['verify/lockfile.test.ts', 'that pins nothing is said to pin nothing'],
    ],
  },
  { number: 16, about: 'duplicate keys and case-folded paths', tested: [here('accept', 16)] },
  {
    number: 17,
    about: 'demanding one spelling of the statement',
    tested: [here('reject', 17), ['verify/statement.test.ts', 'may name its type under']],
  },
  { number: 18, about: 'rekorLogId null read as "no provenance"', tested: [here('reject', 18)] },
  { number: 19, about: 'an index that finds nothing read as "none exists"', tested: [here('reject', 19)] },
  { number: 20, about: 'writing the manifest anew before hashing it', tested: [here('reject', 20)] },
  {
    number: 21,
    about: 'a vendored manifest',
    tested: [here('reject', 21), ['real/manifests.test.ts', 'the vendored copy is recognised']],
  },
  {
    number: 22,
    about: 'base64 once, the end of the PEM, the order of extensions',
    tested: [here('reject', 22)],
  },
  { number: 23, about: 'the global index in the inclusion proof', tested: [here('reject', 23)] },
  {
    number: 24,
    about: 'the root beside a consistency proof',
    tested: [['tlog/proof.test.ts', 'is not the root of the size that was asked for (trap 24)']],
  },
  { number: 25, about: 'a payload that the log did not store', tested: [here('reject', 25)] },
  {
    number: 26,
    about: 'an answer shorter than the question, or in another order',
    tested: [
      ['tlog/batch.test.ts', 'are told apart, whatever order the log answers in'],
      ['tlog/batch.test.ts', 'an entry that the answer leaves out'],
    ],
  },
  {
    number: 27,
    about: 'enterprise issuers, mixed case, renamed and late links',
    tested: [here('reject', 27), ['policy/identity.test.ts', 'the same id under a new name']],
  },
  { number: 28, about: 'self-hosted runners and empty fields', tested: [here('reject', 28)] },
  { number: 29, about: 'no provenance on genuine packages', tested: [here('reject', 29)] },
  { number: 30, about: 'comparing the manifest with the repository', tested: [here('reject', 30)] },
  {
    number: 31,
    about: 'comparing the tarball byte for byte',
    tested: [
      ['npm/program.test.ts', 'the forms one compiler had over time'],
      ['npm/rederive.test.ts', 'without any declarations points its types nowhere'],
      ['npm/tar.test.ts', 'reads regular files under package/, with or without a leading ./'],
    ],
  },
  {
    number: 32,
    about: 'a fixed revision of the npm mirror',
    tested: [
      ['npm/rederive.test.ts', 'is judged by the revision of its address'],
      ['npm/rederive.test.ts', 'from 12 on emit TSX'],
    ],
  },
  {
    number: 33,
    about: 'fields that old documents lack',
    tested: [here('reject', 33), ['registry/meta.test.ts', 'may lack whatever old documents lack']],
  },
  {
    number: 34,
    about: 'lockfiles that are not strict, complete or free of repetition',
    tested: [
      ['lockfile/traps.test.ts', 'trailing commas are no damage in bun.lock'],
      ['lockfile/traps.test.ts', 'a missing address leaves the integrity'],
      ['lockfile/traps.test.ts', 'and its companion, which Yarn lists both'],
      ['lockfile/damage.test.ts', 'with conflict markers'],
    ],
  },
  {
    number: 35,
    about: 'asking like a browser',
    tested: [here('reject', 35), ['source/http.test.ts', 'does not look like a browser']],
  },
  { number: 36, about: 'comparing digests by case', tested: [here('reject', 36)] },
  { number: 37, about: 'judging a version of a minute', tested: [here('reject', 37)] },
  { number: 38, about: 'an index into another log', tested: [here('reject', 38)] },
  {
    number: 39,
    about: 'a statement over the uploaded tarball',
    tested: [here('reject', 39), ['verify/subject.test.ts', 'a statement over the uploaded tarball']],
  },
  { number: 40, about: 'an entry of kind dsse', tested: [here('reject', 40)] },
  { number: 41, about: 'another commit in a hand-made statement', tested: [here('reject', 41)] },
  { number: 42, about: 'rekorLogId in the manifest', tested: [here('accept', 42)] },
  { number: 43, about: 'an attestation by a repair job', tested: [here('reject', 43)] },
];

const textOf = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8');

describe('the table of traps', () => {
  it('has all 43, each once, in their order', () => {
    expect(traps.map(({ number }) => number)).toEqual(Array.from({ length: 43 }, (_, index) => index + 1));
  });

  it.each(traps)('trap $number ($about) is tested where the table says', ({ tested }) => {
    expect(tested.length).toBeGreaterThan(0);
    for (const [file, test] of tested) expect(textOf(file), file).toContain(test);
  });

  it('knows of every test that is named after a trap', () => {
    for (const file of ['accept', 'reject'] as const) {
      const named = new Set(
        [...textOf(`traps/${file}.test.ts`).matchAll(/['"`]trap (\d+): /g)].map(([, number]) =>
          Number(number),
        ),
      );
      const listed = traps.flatMap(({ number, tested }) =>
        tested.some(([at]) => at === `traps/${file}.test.ts`) ? [number] : [],
      );
      expect([...named].sort((a, b) => a - b)).toEqual(listed);
    }
  });
});
