import { expect, test, vi } from 'vitest';
import { mintWorld } from '../support/jsr.ts';
import type { ProvenanceOptions } from '../support/publication.ts';
import { publish } from '../verify/chain.ts';
import { openStage } from './stage.ts';

const world = mintWorld();
const stage = await openStage(world);

const repaired: ProvenanceOptions = { digest: 'tarball', statement: { typeKey: '_type' }, indexed: true };

// `checkManifest` parses and hashes in one go, so one parse is one hash.
test.each<readonly [string, ProvenanceOptions, string]>([
  ['the manifest', {}, 'manifest'],
  ['the uploaded tarball, so that the chain is checked twice', repaired, 'upload'],
])('the manifest of a package that attests %s is parsed once', async (_, provenance, of) => {
  const publication = publish(world, provenance);
  const parse = vi.spyOn(JSON, 'parse');
  const { best } = await stage.examine(publication, { depth: 'tarball' });
  expect([best.provenance?.subjectOf, best.checks.tarball.status]).toEqual([of, 'passed']);
  const text = Buffer.from(publication.manifest).toString();
  expect(parse.mock.calls.filter(([parsed]) => parsed === text)).toHaveLength(1);
  parse.mockRestore();
});
