import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { loadTrust, type TrustOptions } from '../../src/sigstore/trust.ts';
import type { Send } from '../../src/sigstore/tuf-mirror.ts';
import { sha256Hex } from '../support/keys.ts';
import { sharedSigstore } from '../support/sigstore.ts';
import { mintTuf } from '../support/tuf.ts';
import { type Case, type Outcome, refusalOf } from './case.ts';
import { folder } from './folder.ts';

/** Trust that a TUF mirror hands out, and trust that was kept of one: what is verified here is the trusted root. */
export async function trustByTuf(): Promise<readonly Case[]> {
  const repository = mintTuf({ targets: { 'trusted_root.json': sharedSigstore().trustedRootBytes() } });
  const dir = folder();
  const tufRootFile = join(dir, 'root.json');
  writeFileSync(tufRootFile, repository.root());
  // All keys are new since the root that the user has: every kind of signature counts.
  repository.rotateRoot({ roles: ['root', 'timestamp', 'snapshot', 'targets'] });
  const options: Omit<TrustOptions, 'cacheDir' | 'offline'> = {
    mirror: 'https://tuf.test/',
    tufRootFile,
    timeoutMs: 10_000,
    now: new Date(),
  };
  const asked: string[] = [];
  const send =
    (changed: ReadonlyMap<string, Uint8Array>): Send =>
    async ({ pathname }) => {
      const path = decodeURIComponent(pathname.slice(1));
      asked.push(path);
      const bytes = repository.get(path);
      return answer(bytes && (changed.get(labelOf(path)) ?? bytes));
    };

  const cacheDir = join(dir, 'cache');
  await loadTrust({ ...options, cacheDir, offline: false, send: send(new Map()) });
  const [kept = ''] = readdirSync(join(cacheDir, 'tuf')).map((name) => join(cacheDir, 'tuf', name));
  const cached = readFileSync(kept);
  return [
    {
      name: 'a TUF mirror',
      evidence: new Map(
        [...new Set(asked)].flatMap((path) => {
          const bytes = repository.get(path);
          return bytes === undefined ? [] : [[labelOf(path), bytes]];
        }),
      ),
      waysPerByte: 1,
      run: (changed) => trusted({ ...options, cacheDir: undefined, offline: false, send: send(changed) }),
    },
    {
      name: 'TUF metadata in the cache',
      evidence: new Map([['kept TUF metadata', cached]]),
      waysPerByte: 1,
      run: (changed) => {
        writeFileSync(kept, changed.get('kept TUF metadata') ?? cached);
        return trusted({ ...options, cacheDir, offline: true });
      },
    },
  ];
}

/** Whether a trusted root came out, and which one by which metadata. */
async function trusted(options: TrustOptions): Promise<Outcome> {
  try {
    const { root, status } = await loadTrust(options);
    const { versions, expiresAt } = status;
    return { verified: true, facts: JSON.stringify({ root: sha256Hex(root), versions, expiresAt }) };
  } catch (error) {
    return refusalOf(error);
  }
}

/** A file of the mirror by its role: versions and digests in names are the mirror's business. */
function labelOf(path: string): string {
  return `TUF ${path.replace(/^targets\/[0-9a-f]+\./, '').replace(/^\d+\./, '')}`;
}

function answer(bytes: Uint8Array | undefined): Awaited<ReturnType<Send>> {
  const body = Readable.from(bytes === undefined ? [] : [bytes]);
  // Only status, headers and body are looked at.
  return { statusCode: bytes === undefined ? 404 : 200, headers: {}, body } as unknown as Awaited<
    ReturnType<Send>
  >;
}
