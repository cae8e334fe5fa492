import { describe, expect, it } from 'vitest';
import { readLockfile } from '../../src/lockfile/lockfile.ts';
import { nameOf } from '../../src/model/package.ts';
import { publicRegistries } from './support.ts';

const integrity = `sha512-${'A'.repeat(86)}==`;

/** Lockfiles that install a package under a name of npm from one address. */
const lockfiles: Readonly<Record<string, (address: string) => string>> = {
  'package-lock.json': (resolved) =>
    JSON.stringify({
      lockfileVersion: 3,
      packages: {
        '': { dependencies: { plain: resolved } },
        'node_modules/plain': { version: '1.0.0', resolved, integrity },
      },
    }),
  'pnpm-lock.yaml': (address) => `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      plain:
        specifier: ${address}
        version: ${address}
packages:
  plain@${address}:
    resolution: {integrity: ${integrity}, tarball: ${address}}
    version: 1.0.0
snapshots:
  plain@${address}: {}
`,
  'yarn.lock': (address) => `# yarn lockfile v1


"plain@${address}":
  version "1.0.0"
  resolved "${address}#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  integrity ${integrity}
`,
  'bun.lock': (address) =>
    JSON.stringify({
      lockfileVersion: 1,
      workspaces: { '': { name: 'app', dependencies: { plain: address } } },
      packages: { plain: [`plain@${address}`, {}, integrity] },
    }),
};

const berry = (address: string) => `__metadata:
  version: 8
  cacheKey: 10c0

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    plain: "${address}"
  languageName: unknown
  linkType: soft

"plain@${address}":
  version: 1.0.0
  resolution: "plain@${address}"
  checksum: 10c0/${'a'.repeat(128)}
  languageName: node
  linkType: hard
`;

const said = (file: string, text: string) => {
  const { foreign, unreadable } = readLockfile(file, text, publicRegistries);
  return [
    ...foreign.map((one) => `${nameOf(one.package)} from ${one.host}`),
    ...unreadable.map(({ reason }) => reason),
  ];
};

describe.each([...Object.entries(lockfiles), ['yarn.lock', berry] as const])('%s', (file, lock) => {
  it.each([
    ['https://esm.sh/jsr/@acme/plain@1.0.0.tgz', '@acme/plain@1.0.0 from esm.sh'],
    ['https://cdn.example/npm/@jsr/acme__plain@1.0.0', '@acme/plain@1.0.0 from cdn.example'],
    ['https://cdn.example/~/11/@jsr/acme__plain/1.0.0.tgz', '@acme/plain@1.0.0 from cdn.example'],
    [
      'https://cdn.example/jsr:@acme/plain',
      'it fetches @acme/plain from cdn.example, without an exact version',
    ],
  ])('tells of a package of JSR under a name of npm that is fetched from %s', (address, expected) => {
    expect(said(file, lock(address))).toEqual([expected]);
  });

  it('says nothing of a package of npm from another host', () => {
    expect(said(file, lock('https://cdn.example/plain/-/plain-1.0.0.tgz'))).toEqual([]);
  });
});
