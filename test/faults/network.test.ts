import { webcrypto } from 'node:crypto';
import dns from 'node:dns';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { files, run } from '../cli/program.ts';
import type { Role } from '../support/http.ts';
import { mintWorld } from '../support/jsr.ts';
import { denoLock } from '../support/lockfiles.ts';
import { launch } from './process.ts';
import { openWay, type Way } from './stormy.ts';
import { crash, expectCalm, fateOf, toldBy } from './told.ts';

// Faults of the network itself: names that lead nowhere, a world without IPv4, and one that only a proxy leads to.

vi.setConfig({ testTimeout: 60_000 });

const world = mintWorld();
const publish = (name: string) =>
  world.publish({ scope: 'acme', name, version: '1.0.0', files: files(`// ${name}\n`) });
const healthy = publish('healthy');
const cold = publish('cold');
const json = ['--format', 'json', '--no-progress'];

afterEach(() => {
  vi.restoreAllMocks();
});

type Callback = (error: Error | null, addresses?: readonly { address: string; family: number }[]) => void;

/** Makes every name lead to the addresses, or to an error of the system. */
function namesLeadTo(found: readonly { address: string; family: number }[] | string): void {
  const lookup = (_name: string, _options: object, callback: Callback): void => {
    if (typeof found !== 'string') callback(null, found);
    else
      callback(
        Object.assign(new Error(`getaddrinfo ${found} localhost`), { code: found, syscall: 'getaddrinfo' }),
      );
  };
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as never);
}

describe.each([
  ['unknown', 'ENOTFOUND', /the host name is unknown/],
  ['not to be looked up at the moment', 'EAI_AGAIN', /the host name could not be looked up/],
])('a name that is %s', (_, code, unreached) => {
  // What is in the cache stands beside what is not.
  it.each([
    // The digest in the lockfile stands in for the manifest, as it does for Deno.
    ['registry', 'JSR_URL', 'attestation', 'verified', undefined],
    [
      'registry',
      'JSR_URL',
      'files',
      'inconclusive',
      /the registry did not answer, so the expected files are unknown/,
    ],
    // The log knows the attestation, but nobody says which repository, by its id, is to have made it.
    ['api', 'JSR_API_URL', 'attestation', 'inconclusive', /the registry did not answer which repository/],
    ['rekor', 'REKOR_URL', 'attestation', 'inconclusive', undefined],
    ['npm', 'JSR_NPM_URL', 'tarball', 'inconclusive', undefined],
  ] as const)(
    'of %s (%s), at depth %s: what is not in the cache is %s',
    async (role, variable, depth, fate, why = unreached) => {
      const way = await openWay(world, () => false);
      const named = way.urls[role].replace('127.0.0.1', 'localhost');
      const options = { cwd: way.folder, env: { ...way.env(), [variable]: named } };
      if (role === 'npm') way.show({ npm: named });
      const argv = ['audit', '--depth', depth];
      writeFileSync(join(way.folder, 'deno.lock'), denoLock([healthy]));
      expect(await run(argv, options)).toMatchObject({ code: 0 });
      writeFileSync(join(way.folder, 'deno.lock'), denoLock([healthy, cold]));
      namesLeadTo(code);
      const told = toldBy(await run([...argv, ...json], options));
      await way.close();
      expectCalm(told);
      const exit = fate === 'verified' ? 0 : 3;
      expect([told.code, fateOf(told, cold.spec), fateOf(told, healthy.spec)]).toEqual([
        exit,
        fate,
        'verified',
      ]);
      if (fate === 'inconclusive') expect(told.stdout).toMatch(why);
    },
  );

  it('of the TUF mirror leaves nothing to verify with: inconclusive', async () => {
    const way = await openWay(world, () => false);
    const env = { ...way.env('tuf'), TUF_MIRROR: way.urls.tuf.replace('127.0.0.1', 'localhost') };
    namesLeadTo(code);
    const told = await run([healthy.spec, ...json], { cwd: way.folder, env });
    await way.close();
    expect(told).toMatchObject({ code: 3, stdout: '' });
    expect(told.stderr).toMatch(/^error: the TUF mirror localhost:\d+ did not answer .* nothing is cached\n/);
  });
});

describe('IPv6 only', () => {
  const addresses = {
    'an address': '[::1]',
    'a name that leads to it': 'localhost',
  };

  // Any other error than these is for the tests to stumble over.
  let missing: string | undefined;
  beforeAll(async () => {
    const server = createHttpServer();
    const code = await listen(server, '::1').then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code,
    );
    server.close();
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') missing = `there is no ::1 here: ${code}`;
  });

  it.for(Object.entries(addresses))('by %s is no fault at all', async ([, named], { skip }) => {
    if (missing !== undefined) return skip(missing);
    const way = await openWay(world, () => false, { host: '::1', named });
    namesLeadTo([{ address: '::1', family: 6 }]);
    const told = toldBy(await run([healthy.spec, ...json], { cwd: way.folder, env: way.env('tuf') }));
    await way.close();
    expectCalm(told);
    expect([told.code, fateOf(told, healthy.spec)]).toEqual([0, 'verified']);
  });

  it('behind a name that also leads to an IPv4 address where nobody listens is found', async ({ skip }) => {
    if (missing !== undefined) return skip(missing);
    const way = await openWay(world, () => false, { host: '::1', named: 'localhost' });
    namesLeadTo([
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
    const told = toldBy(await run([healthy.spec, ...json], { cwd: way.folder, env: way.env() }));
    await way.close();
    expect([told.code, fateOf(told, healthy.spec)]).toEqual([0, 'verified']);
  });
});

describe('a proxy as the only way out', () => {
  const roles: readonly Role[] = ['registry', 'api', 'rekor', 'tuf'];
  const open: Server[] = [];
  let way: Way;
  let proxy: string;
  let refusing: string;
  let env: Readonly<Record<string, string>>;
  const tunnels: string[] = [];

  beforeAll(async () => {
    way = await openWay(world, () => false);
    const { cert, key } = await selfSigned(roles.map(nameOf));
    const ports = new Map<string, number>();
    for (const role of roles) {
      const world = new URL(way.urls[role]).port;
      const server = createTlsServer({ cert, key }, (socket) => void pipe(socket, Number(world)));
      ports.set(`${nameOf(role)}:443`, await listen(server));
      open.push(server);
    }
    const tunnelling = createHttpServer().on('connect', ({ url = '' }, socket) => {
      tunnels.push(url);
      pipe(socket, ports.get(url) ?? 0, 'HTTP/1.1 200 OK\r\n\r\n');
    });
    const refusal = createHttpServer().on('connect', (_, socket) => {
      socket.on('error', () => undefined).end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    });
    open.push(tunnelling, refusal);
    proxy = `http://127.0.0.1:${await listen(tunnelling)}`;
    refusing = `http://127.0.0.1:${await listen(refusal)}`;
    const ca = join(way.folder, 'ca.pem');
    writeFileSync(ca, cert);
    const url = (role: Role) => `https://${nameOf(role)}`;
    env = {
      ...way.env('tuf'),
      NODE_EXTRA_CA_CERTS: ca,
      JSR_URL: url('registry'),
      JSR_API_URL: url('api'),
      REKOR_URL: url('rekor'),
      TUF_MIRROR: url('tuf'),
    };
  });
  afterAll(async () => {
    for (const server of open) server.close();
    await way.close();
  });

  const start = (more: Readonly<Record<string, string>>, cache: string) =>
    launch([healthy.spec, ...json], {
      cwd: way.folder,
      env: { ...env, JSR_VERIFY_CACHE: join(way.folder, cache), ...more },
    });

  it.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY'])(
    'that %s names is taken, for evidence and for trust',
    async (variable) => {
      tunnels.length = 0;
      const told = toldBy(await start({ [variable]: proxy }, variable));
      expectCalm(told);
      expect([told.code, fateOf(told, healthy.spec), told.report?.trust.source]).toEqual([
        0,
        'verified',
        'tuf',
      ]);
      expect([...new Set(tunnels)].sort()).toEqual(roles.map((role) => `${nameOf(role)}:443`).sort());
    },
    60_000,
  );

  it.each([
    ['that nobody names', () => ({})],
    ['that NO_PROXY excludes', () => ({ HTTPS_PROXY: proxy, NO_PROXY: '.invalid' })],
    ['that wants a password', () => ({ HTTPS_PROXY: refusing })],
    ['that is not there', () => ({ HTTPS_PROXY: 'http://127.0.0.1:1' })],
  ])(
    '%s: inconclusive, with trust from a file as without',
    async (_, more) => {
      tunnels.length = 0;
      const untrusting = await start(more(), 'cold');
      expect([untrusting.code, untrusting.stdout]).toEqual([3, '']);
      const trusting = await start({ ...more(), ...trustByFile() }, 'cold');
      const told = toldBy(trusting);
      expectCalm(told);
      expect([told.code, fateOf(told, healthy.spec), tunnels]).toEqual([3, 'inconclusive', []]);
      for (const { stderr } of [untrusting, trusting]) expect(stderr).not.toMatch(crash);
    },
    60_000,
  );

  it.each(['not an address', 'secret:word@proxy.example:3128', 'ftp://proxy.example'])(
    'that is not an address (%s) is a wrong request, and nobody repeats what it said',
    async (text) => {
      const told = await run([healthy.spec], { cwd: way.folder, env: { ...env, HTTPS_PROXY: text } });
      expect([told.code, told.stdout]).toEqual([2, '']);
      expect(told.stderr).toMatch(/^error: HTTPS_PROXY is not the address of a proxy\n {2}hint: /);
      expect(told.stderr).not.toContain(text);
      // Nothing is asked there, so nothing depends on it.
      const offline = await run([healthy.spec, '--offline'], {
        cwd: way.folder,
        env: { ...env, ...trustByFile(), HTTPS_PROXY: text },
      });
      expect(offline.code).toBe(3);
    },
  );

  const trustByFile = () => ({
    TUF_MIRROR: '',
    TUF_ROOT: '',
    SIGSTORE_TRUSTED_ROOT: way.env('file')['SIGSTORE_TRUSTED_ROOT'] ?? '',
  });
});

const nameOf = (role: Role): string => `${role}.invalid`;

function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Everything that comes in goes to a port of this machine, and back. */
function pipe(
  socket: NodeJS.ReadWriteStream & { destroy(): unknown },
  port: number,
  greeting?: string,
): void {
  const upstream = connect(port, '127.0.0.1', () => {
    if (greeting !== undefined) socket.write(greeting);
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on('error', () => socket.destroy());
  socket.on('error', () => upstream.destroy());
}

async function selfSigned(
  names: readonly string[],
): Promise<{ readonly cert: string; readonly key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=world',
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 3_600_000),
      extensions: [
        new BasicConstraintsExtension(true),
        new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
      ],
    },
    webcrypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`,
  };
}
