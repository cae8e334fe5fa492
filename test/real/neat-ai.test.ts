import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../cli/program.ts';
import { describeReal, readReal, realPath } from './data.ts';

const logIndex = '2313255666';
const digest = '9141591496a48c5b815722bf6aa16e85083729f0ed1a5abbccacbbd1d4b41e82';

// The one complete attestation of JSR that is public. Its log entry is not, so the log here has the body and no
// evidence of inclusion.
describeReal('@stsoftware/neat-ai@6.2.0, as it was published', () => {
  let server: Server;
  let folder: string;
  let badge: string | null = logIndex;

  beforeAll(async () => {
    const read = (part: string) => readReal('A-jsr', 'neat-ai-6.2.0', `neat-ai-6.2.0.${part}`);
    const payload = read('payload.json');
    const body = Buffer.from(
      JSON.stringify({
        apiVersion: '0.0.2',
        kind: 'intoto',
        spec: {
          content: {
            envelope: {
              payloadType: 'application/vnd.in-toto+json',
              signatures: [
                {
                  publicKey: read('cert.pem').toString('base64'),
                  sig: Buffer.from(read('sig.b64').toString().trim()).toString('base64'),
                },
              ],
            },
            payloadHash: { algorithm: 'sha256', value: createHash('sha256').update(payload).digest('hex') },
          },
        },
      }),
    );
    const leaf = createHash('sha256').update(Buffer.of(0)).update(body).digest('hex');
    const id = `108e9186e8c5677a${leaf}`;
    const entry = {
      [id]: {
        attestation: { data: payload.toString('base64') },
        body: body.toString('base64'),
        integratedTime: 1785604620,
        logID: 'c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d',
        logIndex: Number(logIndex),
      },
    };
    server = createServer((request, response) => {
      const json = (value: unknown) =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
      if (request.url?.startsWith('/api/v1/log/entries')) json(entry);
      else if (request.url === '/api/v1/index/retrieve') json([id]);
      else if (request.url?.startsWith('/scopes/stsoftware/packages/neat-ai/versions/6.2.0'))
        json({ rekorLogId: badge });
      else if (request.url?.startsWith('/scopes/stsoftware/packages/neat-ai'))
        json({ githubRepository: null });
      else response.writeHead(500).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    folder = mkdtempSync(join(tmpdir(), 'neat-ai-'));
    const lock = {
      version: '5',
      specifiers: {},
      jsr: { '@stsoftware/neat-ai@6.2.0': { integrity: digest } },
    };
    writeFileSync(join(folder, 'deno.lock'), JSON.stringify(lock, null, 2));
  });

  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it.each([logIndex, null])(
    'passes every check but inclusion, for which nothing speaks: inconclusive (badge %s)',
    async (named) => {
      badge = named;
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const flags = [
        '--registry',
        url,
        '--api',
        url,
        '--rekor',
        url,
        '--trusted-root',
        realPath('C-trust', 'public-good', 'trusted_root.json'),
        '--no-cache',
      ];
      const { code, stdout } = await run(['audit', '--format', 'json', ...flags], { cwd: folder });
      const report = JSON.parse(stdout);
      const [pkg] = report.packages;
      const statuses = Object.fromEntries(
        Object.entries(pkg.checks).map(([check, outcome]) => [check, (outcome as { status: string }).status]),
      );
      expect(statuses).toMatchObject({
        manifest: 'passed',
        bundle: 'passed',
        certificate: 'passed',
        inclusion: 'unknown',
        signature: 'passed',
        statement: 'passed',
        subject: 'passed',
        claims: 'passed',
        lockfile: 'passed',
      });
      expect(pkg.checks.inclusion.why).toBe(
        'the log entry comes without an inclusion promise and an inclusion proof',
      );
      expect(pkg.checks.certificate.identity.sourceRepositoryURI).toBe(
        'https://github.com/stSoftwareAU/NEAT-AI',
      );
      expect(pkg.verdict).toBe('inconclusive');
      expect(pkg).not.toHaveProperty('provenance');
      expect(code).toBe(3);
    },
  );
});
