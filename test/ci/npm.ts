import { createHash } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { npm, root } from '../packaging/run.ts';

/** An npm registry on loopback that has one package: the program of this checkout. */
export interface NpmRegistry {
  readonly url: string;
  readonly version: string;
  /** SHA-512 of the package, as npm writes it. */
  readonly integrity: string;
  /** Paths of the requests so far. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Packs the checkout into a folder, and serves it under its own version. */
export async function serveNpm(folder: string): Promise<NpmRegistry> {
  const place = await mkdtemp(join(folder, 'pack-'));
  const { stdout } = await npm(root, 'pack', '--ignore-scripts', '--json', '--pack-destination', place);
  const [{ filename }] = JSON.parse(stdout);
  const tarball = await readFile(join(place, filename));
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { version, bin } = manifest;
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    if (path === '/jsr-verify') {
      const dist = { tarball: `http://${request.headers.host}/jsr-verify.tgz`, integrity };
      const versions = { [version]: { name: 'jsr-verify', version, bin, dist } };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ name: 'jsr-verify', 'dist-tags': { latest: version }, versions }));
    } else if (path === '/jsr-verify.tgz') {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(tarball);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    version,
    integrity,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
