import { webcrypto } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { question, serve, source } from './server.ts';

const name = 'registry.invalid';
let cert = '';
let key = '';

beforeAll(async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${name}`,
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 3_600_000),
      extensions: [
        new BasicConstraintsExtension(true),
        new SubjectAlternativeNameExtension([
          { type: 'dns', value: name },
          { type: 'ip', value: '127.0.0.1' },
        ]),
      ],
    },
    webcrypto,
  );
  cert = certificate.toString('pem');
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  key = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`;
});

/** A registry behind TLS; the port it listens at. */
async function serveTls(): Promise<number> {
  const server = createHttpsServer({ cert, key }, (_, response) => response.end('from the registry'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A proxy that takes every tunnel to `port`, or refuses with a status; `tunnels` are the hosts that were asked for. */
async function serveProxy(to: { port: number } | { status: number }) {
  const tunnels: string[] = [];
  const server = createHttpServer();
  server.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    socket.on('error', () => undefined);
    if ('status' in to) return void socket.end(`HTTP/1.1 ${to.status} No\r\n\r\n`);
    const upstream = connect(to.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tunnels };
}

describe('a proxy', () => {
  it('is used where it is the only way out', async () => {
    const proxy = await serveProxy({ port: await serveTls() });
    const asking = source({ proxies: { https: proxy.url }, ca: cert });
    expect(await asking.ask(question(`https://${name}/x`))).toMatchObject({ state: 'present' });
    expect(proxy.tunnels).toEqual([`${name}:443`]);
    expect(asking.requests).toEqual(new Map([[name, 1]]));
  });

  it('cannot put itself in the place of the registry', async () => {
    const proxy = await serveProxy({ port: await serveTls() });
    expect(await source({ proxies: { https: proxy.url } }).ask(question(`https://${name}/x`))).toMatchObject({
      state: 'unavailable',
      kind: 'unreachable',
      why: expect.stringMatching(/^TLS failed: /),
    });
  });

  it.each([403, 407, 502])('that refuses with %i is trouble, not an answer', async (status) => {
    const proxy = await serveProxy({ status });
    const answer = await source({ proxies: { https: proxy.url } }).ask(question(`https://${name}/x`));
    expect(answer).toMatchObject({ state: 'unavailable' });
    expect(answer.state === 'unavailable' && answer.why).toContain(String(status));
  });

  it('is left out for the hosts that are named', async () => {
    const proxy = await serveProxy({ status: 502 });
    const answer = await source({ proxies: { https: proxy.url, no: name } }).ask(
      question(`https://${name}/x`),
    );
    expect(answer.state).toBe('unavailable');
    expect(proxy.tunnels).toEqual([]);
  });

  it('never sees what is asked of this machine', async () => {
    const proxy = await serveProxy({ status: 502 });
    const server = await serve((_, response) => response.end('ok'));
    const asking = source({ proxies: { http: proxy.url, https: proxy.url } });
    expect(await asking.ask(question(server.url))).toMatchObject({ state: 'present' });
    expect(proxy.tunnels).toEqual([]);
  });

  it('in the environment is not looked at: only the caller says', async () => {
    const proxy = await serveProxy({ status: 502 });
    const before = { ...process.env };
    onTestFinished(() => {
      process.env = before;
    });
    Object.assign(process.env, { HTTPS_PROXY: proxy.url, https_proxy: proxy.url, HTTP_PROXY: proxy.url });
    for (const proxies of [{}, { http: '', https: '', no: '' }, { http: 'http://127.0.0.1:1', no: '*' }])
      await source({ proxies }).ask(question(`https://${name}/x`));
    expect(proxy.tunnels).toEqual([]);
  });

  it.each(['not an address', 'ftp://127.0.0.1', 'http://'])('%j is trouble, not a crash', async (https) => {
    expect(await source({ proxies: { https } }).ask(question(`https://${name}/x`))).toMatchObject({
      state: 'unavailable',
    });
  });
});

describe('TLS', () => {
  it('trusts a given authority beside the built-in ones', async () => {
    const port = await serveTls();
    expect(await source({ ca: cert }).ask(question(`https://127.0.0.1:${port}/`))).toMatchObject({
      state: 'present',
    });
  });

  it('refuses a certificate that nobody vouches for, without a second try', async () => {
    const asking = source();
    const port = await serveTls();
    expect(await asking.ask(question(`https://127.0.0.1:${port}/`))).toMatchObject({
      state: 'unavailable',
      kind: 'unreachable',
      why: 'TLS failed: self-signed certificate',
    });
    expect(asking.requests).toEqual(new Map([[`127.0.0.1:${port}`, 1]]));
  });

  it('refuses a certificate for another name', async () => {
    const port = await serveTls();
    const answer = await source({ ca: cert }).ask(question(`https://localhost:${port}/`));
    expect(answer.state === 'unavailable' && answer.why).toMatch(/^TLS failed: .*does not match/);
  });

  it('does not speak it to a server that does not', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const answer = await source().ask(question(server.url.replace('http:', 'https:')));
    expect(answer.state === 'unavailable' && answer.why).toMatch(/^TLS failed: /);
  });
});
