import { expect, it } from 'vitest';
import { present } from '../../src/model/evidence.ts';
import { checkManifest } from '../../src/verify/manifest.ts';
import { describeReal, hasRealData, readReal, readTable } from './data.ts';

describeReal('real version manifests', () => {
  const rows = hasRealData ? readTable('A-jsr', 'manifests', 'manifests.tsv') : [];
  const raw = rows.filter(({ kind }) => kind === 'raw');
  const vendored = rows.filter(({ kind }) => kind === 'vendored');

  it.each(raw)(
    '$package: the raw bytes hash to what deno.lock holds',
    ({ file, sha256_of_file, lock_integrity }) => {
      const outcome = checkManifest(present(readReal('A-jsr', file ?? ''), 'here'), []);
      expect(outcome).toMatchObject({ status: 'passed', fact: { source: 'served', digest: sha256_of_file } });
      if (lock_integrity !== '' && lock_integrity !== '-') expect(sha256_of_file).toBe(lock_integrity);
    },
  );

  it.each(vendored)(
    '$package: the vendored copy is recognised and not taken for the manifest',
    ({ file }) => {
      const outcome = checkManifest(present(readReal('A-jsr', file ?? ''), 'here'), []);
      expect(outcome).toMatchObject({
        status: 'failed',
        reason: expect.stringContaining('a copy as Deno vendors it'),
      });
    },
  );

  it('are all here', () => {
    expect(raw).toHaveLength(86);
    expect(vendored).toHaveLength(41);
  });
});
