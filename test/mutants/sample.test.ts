import { afterAll, describe, expect, it } from 'vitest';
import { parseJson } from '../../src/wire/json.ts';
import type { Case } from './case.ts';
import { honestCases } from './evidence.ts';
import { fieldsOf } from './fields.ts';
import { removeFolders } from './folder.ts';
import { hunt, sample } from './hunt.ts';
import { isHarmless, notEvidence } from './not-evidence.ts';

/** Another seed sees other mutants; `npm run test:mutants` sees all bytes. */
const seed = Number(process.env['JSR_VERIFY_MUTANTS_SEED'] ?? 20_261_123);
const cases = await honestCases();
afterAll(removeFolders);

describe('evidence with one byte changed', () => {
  it('is never verified, but for bytes that prove nothing', { timeout: 180_000 }, async () => {
    const { count, survivors } = await hunt(sample(cases, 1000, seed));
    expect(count).toBeGreaterThan(850);
    expect(
      survivors.filter((survivor) => !isHarmless(survivor)),
      `seed ${seed}`,
    ).toEqual([]);
    // Some changes have to survive, or nothing was verified in the first place.
    expect(survivors.length).toBeGreaterThan(0);
  });

  it.each(cases)('is verified where nothing was changed: $name', async (honest) => {
    expect(await honest.run(new Map())).toMatchObject({ verified: true });
  });

  it('would be noticed if nobody looked at the byte', async () => {
    const careless: Case = {
      name: 'nobody looks',
      evidence: new Map([['entry', Buffer.from('{"body":"abc"}')]]),
      run: async () => ({ verified: true, facts: '[]' }),
    };
    const changed = Array.from({ length: 14 }, (_, at) => ({
      of: careless,
      evidence: 'entry',
      at,
      way: 'bit 0',
    }));
    const { count, survivors } = await hunt(changed);
    expect([count, survivors.length]).toEqual([14, 14]);
    expect(survivors.filter(isHarmless)).toEqual([]);
  });

  it.each([
    ['entry', 'the log entry that the registry names'],
    ['bundle', 'a bundle from disk'],
  ])('would be noticed if nobody checked the hashes of the proof: %s', async (evidence, name) => {
    const of = blindToProof(cases.find((one) => one.name === name));
    const fields = fieldsOf(of.evidence.get(evidence) ?? Buffer.alloc(0));
    const inHashes = [...fields.keys()].filter((at) => /inclusionProof\.hashes\.#$/.test(fields[at] ?? ''));
    // A zero instead of another digit is another hash, in hexadecimal digits as in base64.
    const changed = inHashes
      .filter((_, index) => index % 5 === 0)
      .map((at) => ({ of, evidence, at, way: 'a zero in its place' }));
    const { count, survivors } = await hunt(changed);
    expect(survivors.length).toBeGreaterThan(count * 0.9);
    expect(survivors.filter(isHarmless)).toEqual([]);
  });

  it('has every answer among it that is asked for', () => {
    const answers = cases.flatMap(({ evidence }) => [...evidence.keys()]);
    expect(new Set(answers)).toEqual(
      new Set([
        'meta.json',
        'manifest',
        'version',
        'entry',
        'file /mod.ts',
        'file /deno.json',
        'file /README.md',
        'package',
        'search',
        'manifest of the upload',
        'upload',
        'bundle',
        'deno.lock',
        'packument',
        'tarball',
        'tarball.gz',
        'locked tarball.gz',
        'pack',
        'pack.gz',
        ...[
          'meta.json',
          'manifest',
          'version',
          'entry',
          'package',
          'file /mod.ts',
          'file /deno.json',
          'file /README.md',
        ].flatMap((kept) => [`kept ${kept}`, `index of ${kept}`]),
        'TUF root.json',
        'TUF timestamp.json',
        'TUF snapshot.json',
        'TUF targets.json',
        'TUF trusted_root.json',
        'kept TUF metadata',
      ]),
    );
    for (const { of } of notEvidence) expect(['any', ...answers]).toEqual(expect.arrayContaining([...of]));
  });
});

/** A verifier who never looks at a proof of inclusion: whatever becomes of it, the honest one is checked. */
function blindToProof(of: Case | undefined): Case {
  if (of === undefined) throw new Error('no such case');
  const withHonestProof = (name: string, changed: Uint8Array): Uint8Array => {
    let proof: unknown;
    JSON.parse(of.evidence.get(name)?.toString('utf8') ?? '', (key, value) => {
      if (key === 'inclusionProof') proof = value;
      return value;
    });
    const read = parseJson(changed);
    if (!read.ok) return changed;
    return Buffer.from(
      JSON.stringify(read.value, (key, value) => (key === 'inclusionProof' ? proof : value)),
    );
  };
  return {
    ...of,
    run: (changed) =>
      of.run(new Map([...changed].map(([name, bytes]) => [name, withHonestProof(name, bytes)]))),
  };
}
