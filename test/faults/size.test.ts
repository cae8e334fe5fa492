import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonOf, withBody, withJson } from '../support/http.ts';
import { mintWorld } from '../support/jsr.ts';
import { launch, type Run } from './process.ts';
import { fillWith } from './services.ts';
import { openWay, type Way } from './stormy.ts';
import { expectCalm, fateOf, type Told, toldBy } from './told.ts';

// What answers without measure do to the memory of the built program. The bound is for all of them at once, above what
// the same audit takes without them.

/** MB that too much of everything may cost: the sum of all limits is 300 MB, and what is thrown away is collected late. */
const surplus = 400;

const world = mintWorld();
const { healthy, services } = fillWith(world);
const argv = [
  ...services.map(({ spec }) => spec),
  healthy.spec,
  '--depth',
  'tarball',
  '--format',
  'json',
  '--no-progress',
];
let way: Way;
let honest: Run & Told;

const run = async (specs: readonly string[] = argv): Promise<Run & Told> => {
  const ended = await launch(specs, {
    cwd: way.folder,
    env: { ...way.env(), JSR_VERIFY_CACHE: `${way.folder}/${Math.random()}` },
  });
  return { ...ended, ...toldBy(ended) };
};

beforeAll(async () => {
  way = await openWay(world, (request) => services.some(({ at }) => at(request)));
  honest = await run();
  expect(honest.code).toBe(0);
}, 60_000);
afterAll(() => way.close());

describe('300 MB in place of every answer', () => {
  it.each([
    ['in chunks, without a length', undefined],
    ['with its length', '300000000'],
  ])(
    `%s, take no more than ${surplus} MB`,
    async (_, length) => {
      const chunk = Buffer.alloc(1_000_000, ' ');
      way.set(({ response, honest: { headers } }) => {
        response.writeHead(200, { ...headers, ...(length !== undefined && { 'content-length': length }) });
        let left = 300;
        const more = (): void => {
          while (!response.destroyed && left-- > 0)
            if (!response.write(chunk)) return void response.once('drain', more);
          response.end();
        };
        more();
        return true;
      });
      const told = await run();
      expectCalm(told);
      expect(services.map(({ name, spec }) => [name, fateOf(told, spec)])).toEqual(
        services.map(({ name, lasting }) => [name, lasting]),
      );
      expect([told.code, fateOf(told, healthy.spec)]).toEqual([3, 'verified']);
      expect(told.peak).toBeLessThan(honest.peak + surplus);
      expect(told.seconds).toBeLessThan(60);
    },
    90_000,
  );
});

describe('an archive of 1 GB in 1 MB', () => {
  const bomb = gzipSync(Buffer.alloc(1_000_000_000), { level: 1 });

  it.each([
    [
      'in place of the npm tarball, with its own digest in the document of the npm registry',
      'tarball',
      /^\/~\/\d+\/@jsr\/acme__tarball\//,
      'npm',
    ],
    ['in place of the uploaded tarball', 'upload', /\/packages\/upload\/versions\/1\.0\.0\/tarball$/, 'api'],
  ] as const)(
    '%s is not unpacked beyond its limit',
    async (_, name, path, role) => {
      way.set(undefined);
      const undo = [
        world.edit({ role, path }, (answer) => withBody(answer, bomb)),
        world.edit({ role: 'npm', path: '/@jsr/acme__tarball' }, (answer) => {
          const json = jsonOf<{ versions: Record<string, { dist: Record<string, string> }> }>(answer);
          const dist = json.versions['1.0.0']?.dist;
          if (dist !== undefined)
            dist['integrity'] = `sha512-${createHash('sha512').update(bomb).digest('base64')}`;
          return withJson(answer, json);
        }),
      ];
      const told = await run([`@acme/${name}@1.0.0`, healthy.spec, '--depth', 'tarball', '--format', 'json']);
      for (const back of undo) back();
      expect([told.code, fateOf(told, `@acme/${name}@1.0.0`), fateOf(told, healthy.spec)]).toEqual([
        1,
        'rejected',
        'verified',
      ]);
      expect(told.peak).toBeLessThan(honest.peak + surplus);
    },
    90_000,
  );
});
