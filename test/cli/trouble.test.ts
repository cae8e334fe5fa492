import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WorldRequest } from '../support/http.ts';
import type { Publication } from '../support/publication.ts';
import { type Ended, files, openStage, type Stage } from './program.ts';

/** What becomes of requests to one address. */
interface Trouble {
  readonly at: (request: WorldRequest) => boolean;
  readonly answer: (response: ServerResponse, honest: Buffer) => void;
}

let stage: Stage;
let widget: Publication;
let trouble: Trouble | undefined;

beforeAll(async () => {
  stage = await openStage(
    (world) => {
      widget = world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files: files() });
      world.publish({ scope: 'acme', name: 'gadget', version: '1.0.0', files: files('export {};') });
    },
    {
      intercept: ({ request, response, answer }) => {
        if (trouble?.at(request) !== true) return false;
        trouble.answer(response, Buffer.from(answer.body));
        return true;
      },
    },
  );
});
afterAll(() => stage.close());
beforeEach(() => {
  trouble = undefined;
});

const about = (pattern: RegExp) => (request: WorldRequest) => pattern.test(`${request.role} ${request.path}`);

const addresses = {
  list: about(/^registry \/@acme\/widget\/meta\.json/),
  manifest: about(/^registry \/@acme\/widget\/1\.0\.0_meta\.json/),
  file: about(/^registry \/@acme\/widget\/1\.0\.0\/mod\.ts/),
  badge: about(/^api .*\/widget\/versions/),
  log: (request: WorldRequest) => request.role === 'rekor',
} as const;

const json = { 'content-type': 'application/json' };

/** The one trouble the log cannot be in: it has no backends. */
const notOfTheLog = 'the answer of another backend';

/** Every way in which a server can fail to answer. */
const ways: Readonly<Record<string, Trouble['answer']>> = {
  'a connection that breaks': (response) => response.destroy(),
  'a server error': (response) => void response.writeHead(500).end('Internal Server Error'),
  'too many requests, for an hour': (response) =>
    void response.writeHead(429, { 'retry-after': '3600' }).end(),
  'a refusal': (response) => void response.writeHead(403, json).end('{"code":"missingPermission"}'),
  'a web page': (response) =>
    void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Welcome'),
  'a web page that says it is JSON': (response) =>
    void response.writeHead(200, json).end('<!doctype html><p>Welcome'),
  'a web page for a no': (response) =>
    void response.writeHead(404, { 'content-type': 'text/html' }).end('<!doctype html><p>Not found'),
  'an answer cut short': (response, honest) => {
    response.writeHead(200, { ...json, 'content-length': String(honest.length) });
    response.write(honest.subarray(0, honest.length / 2), () => response.destroy());
  },
  'a redirect to another host': (response) =>
    void response.writeHead(302, { location: 'https://example.com/meta.json' }).end(),
  [notOfTheLog]: (response, honest) =>
    void response.writeHead(200, { ...json, 'x-jsr-backend': 'frontend' }).end(honest),
  'compressed bytes that nobody asked for': (response, honest) =>
    void response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(honest),
};

/** Ways that only an answer read as data can be wrong. */
const nonsense: Readonly<Record<string, Trouble['answer']>> = {
  'something else than JSON': (response) => void response.writeHead(200, json).end('{"versions":'),
  'JSON of another shape': (response) => void response.writeHead(200, json).end('[1,2,3]'),
  null: (response) => void response.writeHead(200, json).end('null'),
  'nothing at all': (response) => void response.writeHead(200, json).end(),
  'JSON a million levels deep': (response) => void response.writeHead(200, json).end('['.repeat(1_000_000)),
};

/** Fails unless the run was inconclusive, with a report that says why and no sign of a crash. */
function expectInconclusive({ code, stdout, stderr }: Ended, checked = 'pkg:jsr/@acme/widget@1.0.0'): void {
  expect(stderr).not.toMatch(/^ {4}at |\bundefined\b|\[object/m);
  const report = JSON.parse(stdout);
  expect(report.packages).toMatchObject([{ purl: checked, verdict: 'inconclusive' }]);
  expect(report.packages[0].provenance).toBeUndefined();
  expect(report.packages[0].gaps[0].why).toMatch(/^[^\n]{10,500}$/);
  expect([code, stderr]).toEqual([3, '']);
}

const verify = (...more: readonly string[]) => stage.run(['@acme/widget@1.0.0', '--format', 'json', ...more]);

describe.each(Object.entries(ways))('%s', (_, answer) => {
  it('in place of the list of versions leaves a range unresolved: inconclusive', async () => {
    trouble = { at: addresses.list, answer };
    const ended = await stage.run(['@acme/widget', '--format', 'json']);
    expectInconclusive(ended, 'pkg:jsr/@acme/widget');
  });

  it('in place of the manifest is inconclusive', async () => {
    trouble = { at: addresses.manifest, answer };
    expectInconclusive(await verify());
  });
});

describe.each(Object.entries(nonsense))('%s', (_, answer) => {
  it('in place of the list of versions leaves a range unresolved: inconclusive', async () => {
    trouble = { at: addresses.list, answer };
    expectInconclusive(await stage.run(['@acme/widget', '--format', 'json']), 'pkg:jsr/@acme/widget');
  });

  it('in place of the manifest verifies nothing', async () => {
    trouble = { at: addresses.manifest, answer };
    const { code, stdout, stderr } = await verify();
    expect([1, 3]).toContain(code);
    expect(stderr).toBe('');
    const [pkg] = JSON.parse(stdout).packages;
    expect(['rejected', 'inconclusive']).toContain(pkg.verdict);
    expect(pkg.checks.manifest.status).not.toBe('passed');
  });

  it('in place of the log is inconclusive', async () => {
    trouble = { at: addresses.log, answer };
    expectInconclusive(await verify());
  });
});

describe('the log', () => {
  it.each(Object.entries(ways).filter(([way]) => way !== notOfTheLog))(
    '%s in its place is inconclusive',
    async (_, answer) => {
      trouble = { at: addresses.log, answer };
      expectInconclusive(await verify());
    },
  );
});

describe('the badge', () => {
  it.each(Object.entries({ ...ways, ...nonsense }))(
    'lost to %s is looked for in the log, by the digest of the manifest',
    async (_, answer) => {
      trouble = { at: addresses.badge, answer };
      const { code, stdout, stderr } = await verify();
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout).packages).toMatchObject([
        { verdict: 'verified', provenance: { logIndex: widget.attested.logIndex } },
      ]);
    },
  );

  it('lost together with the log is inconclusive', async () => {
    trouble = {
      at: (request) => addresses.badge(request) || addresses.log(request),
      answer: (response) => response.destroy(),
    };
    expectInconclusive(await verify());
  });
});

describe('a file of the package', () => {
  it.each(Object.entries(ways).filter(([name]) => !name.includes('web page that says')))(
    'lost to %s is inconclusive at the depth of files, and no matter at the depth of attestations',
    async (_, answer) => {
      trouble = { at: addresses.file, answer };
      const { code, stdout } = await verify();
      const [pkg] = JSON.parse(stdout).packages;
      expect([code, pkg.verdict, pkg.checks.files.status]).not.toContain('verified');
      expect(await verify('--depth', 'attestation')).toMatchObject({ code: 0 });
    },
  );
});

describe('patience', () => {
  it('a server that never answers ends after --timeout', async () => {
    trouble = { at: addresses.manifest, answer: () => undefined };
    const started = performance.now();
    expectInconclusive(await verify('--timeout', '1'));
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('a server that drips bytes for ever ends after --timeout', async () => {
    let timer: NodeJS.Timeout | undefined;
    trouble = {
      at: addresses.manifest,
      answer: (response) => {
        response.writeHead(200, json);
        timer = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(timer));
      },
    };
    expectInconclusive(await verify('--timeout', '1'));
    clearInterval(timer);
  });

  it('an answer without end is cut off at its limit', async () => {
    let sent = 0;
    trouble = {
      at: addresses.badge,
      answer: (response) => {
        response.writeHead(200, json);
        const pour = (): void => {
          while (!response.destroyed && sent < 500_000_000) {
            sent += 65_536;
            if (!response.write(Buffer.alloc(65_536, 0x20))) return void response.once('drain', pour);
          }
        };
        pour();
      },
    };
    expect(await verify()).toMatchObject({ code: 0 });
    expect(sent).toBeLessThan(20_000_000);
  });

  it('two moments of trouble are waited out', async () => {
    let tries = 0;
    trouble = {
      at: (request) => addresses.manifest(request) && ++tries <= 2,
      answer: (response) => void response.writeHead(503).end(),
    };
    expect(await verify()).toMatchObject({ code: 0 });
    expect(tries).toBe(3);
  });
});

describe('among others', () => {
  it('one package in trouble stops none of the others, and a rejection outranks it', async () => {
    trouble = { at: addresses.manifest, answer: (response) => response.destroy() };
    const argv = ['@acme/widget@1.0.0', '@acme/gadget', '--format', 'json'];
    const { code, stdout } = await stage.run(argv);
    expect([code, JSON.parse(stdout).summary]).toMatchObject([3, { verified: 1, inconclusive: 1 }]);
    const rejected = await stage.run([...argv, '--repo', 'acme/widget']);
    expect([rejected.code, JSON.parse(rejected.stdout).summary]).toMatchObject([
      1,
      { rejected: 1, inconclusive: 1 },
    ]);
  });

  // Those that an answer of status 200 can be in; others are never kept.
  const keepable = Object.entries({ ...ways, ...nonsense }).filter(([way]) =>
    /^a web page$|JSON$|shape$/.test(way),
  );
  it.each(
    keepable.flatMap(([way, answer]) =>
      (['manifest', 'log', 'list', 'badge', 'file'] as const).map((at) => [way, at, answer] as const),
    ),
  )('%s in place of the %s is forgotten by the next run', async (_, at, answer) => {
    const env = { JSR_VERIFY_CACHE: stage.folder() };
    trouble = { at: addresses[at], answer };
    const poisoned = await stage.run(['@acme/widget'], { env });
    expect(poisoned.code === 0).toBe(at === 'badge');
    trouble = undefined;
    expect(await stage.run(['@acme/widget', '@acme/gadget'], { env })).toMatchObject({ code: 0 });
  });

  it('well-formed bytes of another version that a cache kept convict nobody', async () => {
    const env = { JSR_VERIFY_CACHE: stage.folder() };
    trouble = {
      at: (request) => addresses.manifest(request) || addresses.file(request),
      answer: (response, honest) =>
        void response
          .writeHead(200, json)
          .end(honest.toString().replace('"size":27', '"size":28').replace('42', '43')),
    };
    expect(await stage.run(['@acme/widget@1.0.0'], { env })).toMatchObject({ code: 1 });
    trouble = undefined;
    expect(await stage.run(['@acme/widget@1.0.0'], { env })).toMatchObject({ code: 0 });
  });

  it('a package that is in order is asked for no second time', async () => {
    const env = { JSR_VERIFY_CACHE: stage.folder() };
    await stage.run(['@acme/widget@1.0.0'], { env });
    stage.world.requests.length = 0;
    await stage.run(['@acme/widget@1.0.0'], { env });
    // The manifest alone is never taken from the cache, unless a lockfile pins it.
    expect(stage.world.requestsTo('registry').map(({ path }) => path)).toEqual([
      '/@acme/widget/1.0.0_meta.json',
    ]);
    expect(stage.world.requestsTo('rekor').map(({ path }) => path)).toEqual(['/api/v1/log']);
  });
});
