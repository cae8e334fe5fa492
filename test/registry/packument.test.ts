import { describe, expect, it } from 'vitest';
import type { Gathered } from '../../src/model/evidence.ts';
import { publicAddresses } from '../../src/registry/addresses.ts';
import type { Dist } from '../../src/registry/packument.ts';
import { openRegistry } from '../../src/registry/registry.ts';
import type { Source } from '../../src/source/source.ts';

const about = { scope: 'acme', name: 'widget', version: '1.0.0' };
const dist = {
  tarball: `${publicAddresses.npmRegistry}/~/11/@jsr/acme__widget/1.0.0.tgz`,
  integrity: 'sha512-A',
};

function distIn(packument: unknown): Promise<Gathered<Dist>> {
  const answer: Gathered<Uint8Array> = {
    state: 'present',
    value: Buffer.from(JSON.stringify(packument)),
    from: 'a packument',
  };
  const source: Source = {
    requests: new Map(),
    ask: async () => answer,
    digest: () => Promise.reject(new Error('not asked for')),
  };
  return openRegistry(source, publicAddresses).dist(about);
}

describe('what the npm registry says of a version', () => {
  it('is where its tarball is, and its digest', async () => {
    expect(await distIn({ versions: { '1.0.0': { dist } } })).toMatchObject({
      state: 'present',
      value: { url: dist.tarball, integrity: dist.integrity },
    });
  });

  it('is that there is none where it lists others', async () => {
    expect(await distIn({ versions: { '2.0.0': { dist } } })).toMatchObject({ state: 'absent' });
    expect(await distIn({ versions: {} })).toMatchObject({ state: 'absent' });
  });

  it.each([
    ['without a list of versions', {}],
    ['with a list that is none', { versions: [] }],
    ['with nothing about the version', { versions: { '1.0.0': null } }],
    ['without a tarball of the version', { versions: { '1.0.0': { name: 'widget' } } }],
    ['without a digest of the tarball', { versions: { '1.0.0': { dist: { tarball: dist.tarball } } } }],
  ])('is no answer %s', async (_, packument) => {
    expect(await distIn(packument)).toMatchObject({ state: 'unavailable' });
  });
});
