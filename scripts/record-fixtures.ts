// Records the evidence that the transcripts replay: one pack of a small test world, under the addresses of the public
// services. Each recording makes new keys and so changes every digest; run `npm run transcripts` after it.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { audit, verifySpecs } from '../src/audit.ts';
import type { Auditor } from '../src/auditor.ts';
import { readLockfile } from '../src/lockfile/lockfile.ts';
import { absent, type FileDigest, type Gathered, present, unavailable } from '../src/model/evidence.ts';
import type { Sha256 } from '../src/model/package.ts';
import { defaultPolicy } from '../src/model/policy.ts';
import { publicAddresses } from '../src/registry/addresses.ts';
import { parseSpec } from '../src/registry/spec.ts';
import { trustFromBytes } from '../src/sigstore/trust.ts';
import { recording } from '../src/source/pack/pack.ts';
import type { Source, SourceRequest } from '../src/source/source.ts';
import { type Role, withBody } from '../test/support/http.ts';
import { inProcess } from '../test/support/in-process.ts';
import { mintWorld, type World } from '../test/support/jsr.ts';
import { sha256Hex } from '../test/support/keys.ts';
import { denoLock, packageLock } from '../test/support/lockfiles.ts';

const folder = resolve(import.meta.dirname, '../fixtures/packs/acme');
const hosts: Readonly<Record<string, Role>> = {
  'jsr.io': 'registry',
  'api.jsr.io': 'api',
  'npm.jsr.io': 'npm',
  'rekor.sigstore.dev': 'rekor',
};

const world = mintWorld();
world.urls = {
  ...world.urls,
  registry: publicAddresses.registry,
  api: publicAddresses.api,
  npm: publicAddresses.npmRegistry,
  rekor: publicAddresses.rekor,
};
const mod = (text: string) => ({ '/mod.js': `${text}\n`, '/README.md': '# A package\n' });
const widget = world.publish({
  scope: 'acme',
  name: 'widget',
  version: '1.4.0',
  files: mod('export const widget = 1;'),
});
const gadget = world.publish({
  scope: 'acme',
  name: 'gadget',
  version: '2.0.1',
  files: mod('export const gadget = 1;'),
});
const byHand = world.publish({
  scope: 'acme',
  name: 'by-hand',
  version: '0.3.0',
  files: mod('export const hand = 1;'),
  provenance: 'none',
});
const legacy = world.publish({
  scope: 'acme',
  name: 'legacy',
  version: '0.1.0',
  files: mod('export const old = 1;'),
  provenance: 'none',
});
const tampered = world.publish({
  scope: 'acme',
  name: 'tampered',
  version: '1.0.0',
  files: mod('export const honest = true;'),
});
const stranger = world.publish({
  scope: 'acme',
  name: 'stranger',
  version: '3.1.4',
  files: mod('export const pi = 3;'),
  repository: { owner: 'mallory', name: 'stranger' },
  linked: { owner: 'acme', name: 'stranger', id: '42424242' },
});
const silent = world.publish({
  scope: 'acme',
  name: 'silent',
  version: '1.1.0',
  files: mod('export const silent = 1;'),
});
world.publish({
  scope: 'acme',
  name: 'yanked',
  version: '1.0.0',
  files: mod('export const yanked = 1;'),
  yanked: true,
});
world.edit({ role: 'registry', path: '/@acme/tampered/1.0.0/mod.js' }, (answer) =>
  withBody(answer, 'export const honest = null;\n'),
);
const swapped = world.publish({
  scope: 'acme',
  name: 'swapped',
  version: '2.2.0',
  files: mod('export const honest = true;'),
});
const attack = 'export const honest = null;\n';
world.edit({ role: 'registry', path: '/@acme/swapped/2.2.0/mod.js' }, (answer) => withBody(answer, attack));
world.edit({ role: 'registry', path: '/@acme/swapped/2.2.0_meta.json' }, (answer) =>
  withBody(
    answer,
    Buffer.from(answer.body)
      .toString()
      .replace(sha256Hex(swapped.files.get('/mod.js') ?? ''), sha256Hex(attack)),
  ),
);
const locked = world.publish({
  scope: 'acme',
  name: 'locked',
  version: '1.0.0',
  files: mod('export const locked = 1;'),
});
world.edit({ path: /\/@?acme\/(?:packages\/)?locked(?:\/|$)/ }, (answer) => ({ ...answer, status: 503 }));
const everything = [widget, gadget, byHand, legacy, tampered, stranger, silent];

const rootBytes = world.sigstore.trustedRootBytes();
const recorder = recording(worldSource(world), 'jsr-verify');
const auditor: Auditor = {
  source: recorder.source,
  trust: trustFromBytes(rootBytes, 'trusted_root.json'),
  policy: defaultPolicy,
  addresses: publicAddresses,
  now: world.now,
  depth: 'tarball',
  workers: inProcess,
};
const locks = {
  'everything/deno.lock': denoLock(everything),
  'verified/deno.lock': denoLock([widget, gadget]),
  'mixed/deno.lock': denoLock([widget]),
  'mixed/package-lock.json': packageLock([gadget, byHand], {
    registry: publicAddresses.registry,
    npm: publicAddresses.npmRegistry,
  }),
  'swapped/deno.lock': denoLock([swapped]),
  'down/deno.lock': denoLock([locked]),
  'nothing/deno.lock': denoLock([]),
};
const lockfiles = Object.entries(locks).map(([file, text]) => readLockfile(file, text, publicAddresses));
await audit(lockfiles, auditor);
const specs = [
  '@acme/widget',
  '@acme/widget@^2',
  '@acme/by-hand',
  '@acme/tampered',
  '@acme/stranger',
  '@acme/yanked',
  '@acme/unknown',
  '@acme/unreachable',
  '@acme/silent',
  '@acme/swapped',
];
await verifySpecs(specs.map(parseSpec), auditor);
await verifySpecs(['@acme/yanked@1.0.0'].map(parseSpec), auditor);

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'evidence.pack'), await recorder.finish());
writeFileSync(join(folder, 'trusted_root.json'), rootBytes);
for (const [file, text] of Object.entries(locks)) {
  mkdirSync(join(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), text);
}

/** A world without a network; it answers no request about two packages. */
function worldSource(from: World): Source {
  const answer = async ({ method, url, body = '' }: SourceRequest): Promise<Gathered<Uint8Array>> => {
    const { host, pathname, search } = new URL(url);
    const role = hosts[host];
    const down = url.includes(`logIndex=${silent.rekorLogId}`) || url.includes('/unreachable');
    if (role === undefined || down)
      return unavailable(url, { kind: 'status', status: 503, why: 'the host answered 503, 3 times' });
    const { status, body: bytes } = await from.answer({
      role,
      method,
      path: pathname + search,
      headers: { accept: 'application/json' },
      body,
    });
    if (status === 404) return absent(url);
    return status === 200
      ? present(bytes, url)
      : unavailable(url, { kind: 'status', status, why: `the host answered ${status}` });
  };
  return {
    ask: answer,
    digest: async (request): Promise<Gathered<FileDigest>> => {
      const found = await answer(request);
      if (found.state !== 'present') return found;
      const sha256 = createHash('sha256').update(found.value).digest('hex') as Sha256;
      return present({ sha256, size: found.value.length }, found.from);
    },
    requests: new Map(),
  };
}
