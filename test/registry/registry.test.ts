import { describe, expect, it } from 'vitest';
import type { Addresses } from '../../src/registry/addresses.ts';
import { openRegistry } from '../../src/registry/registry.ts';
import { parseSpec } from '../../src/registry/spec.ts';
import type { Source } from '../../src/source/source.ts';
import { sourceOf } from '../examine/source.ts';
import { type Answer, answerOf, withBody } from '../support/http.ts';
import { mintWorld, type World } from '../support/jsr.ts';
import { sha256Hex } from '../support/keys.ts';
import type { PublishOptions } from '../support/publication.ts';

const files = { '/mod.ts': 'export const a = 1;\n' };
const addressesOf = ({ urls }: World): Addresses => ({
  registry: urls.registry,
  api: urls.api,
  npmRegistry: urls.npm,
  rekor: urls.rekor,
});

function mint(...versions: readonly (string | Partial<PublishOptions>)[]): World {
  const world = mintWorld();
  for (const one of versions) {
    const options = typeof one === 'string' ? { version: one } : one;
    world.publish({ scope: 'acme', name: 'widget', version: '1.0.0', files, ...options });
  }
  return world;
}

const registryOf = (world: World, source: Source = sourceOf(world)) =>
  openRegistry(source, addressesOf(world));
const ask = (world: World, spec: string) => registryOf(world).resolve(parseSpec(spec));
const about = { scope: 'acme', name: 'widget', version: '1.0.0' };

describe('a spec resolves', () => {
  it.each([
    ['@acme/widget', '1.2.0'],
    ['@acme/widget@^1.1', '1.2.0'],
    ['@acme/widget@1.1.0', '1.1.0'],
    ['@acme/widget@2.0.0', '2.0.0'],
    ['@acme/widget@^3.0.0-rc.0', '3.0.0-rc.1'],
    ['npm:@jsr/acme__widget@~1.1', '1.1.0'],
  ])('%s to %s', async (spec, version) => {
    const world = mint('1.0.0', '1.1.0', '1.2.0', { version: '2.0.0', yanked: true }, '3.0.0-rc.1');
    expect(await ask(world, spec)).toEqual({ kind: 'resolved', package: { ...about, version } });
  });

  it('to a version with build metadata as it is written', async () => {
    expect(await ask(mint('1.0.0', '1.0.0+b.1'), '@acme/widget@1.0.0+b.1')).toMatchObject({
      package: { version: '1.0.0+b.1' },
    });
  });

  it('with one question, and none where nothing needs to be known', async () => {
    const world = mint('1.0.0');
    await ask(world, '@acme/widget');
    expect(world.requests.map(({ path }) => path)).toEqual(['/@acme/widget/meta.json']);
  });

  it('to nothing where there is no such package or version, and says where it looked', async () => {
    expect(await ask(mint('1.0.0'), '@acme/gadget')).toEqual({
      kind: 'unresolved',
      reason: 'does not exist, or is private',
      hint: 'looked at https://jsr.test/@acme/gadget/meta.json; check the spelling',
    });
    expect(await ask(mint('1.0.0'), '@acme/widget@2')).toMatchObject({
      kind: 'unresolved',
      hint: 'newest is 1.0.0',
    });
    expect(await ask(mint({ yanked: true }), '@acme/widget')).toMatchObject({
      kind: 'unresolved',
      reason: expect.stringContaining('yanked'),
    });
  });

  it('to nothing known where the registry does not answer, unless the version is given in full', async () => {
    const world = mint('1.0.0');
    world.edit({ role: 'registry' }, () => answerOf(500, 'text/plain', ''));
    expect(await ask(world, '@acme/widget@^1')).toEqual({
      kind: 'unavailable',
      why: 'the versions of @acme/widget could not be listed: answered 500',
    });
    expect(await ask(world, '@acme/widget@1.0.0')).toMatchObject({ kind: 'resolved', package: about });
  });

  it.each([
    ['a page', '<!DOCTYPE html>'],
    ['nothing', ''],
    ['a list', '[]'],
    ['no versions', '{"scope":"acme","name":"widget"}'],
    ['a version twice', '{"versions":{"1.0.0":{},"1.0.0":{"yanked":true}}}'],
  ])('to nothing known where the list of versions is %s', async (_, text) => {
    const world = mint('1.0.0');
    world.edit({ role: 'registry' }, (answer) => withBody(answer, text));
    expect((await ask(world, '@acme/widget')).kind).toBe('unavailable');
  });
});

describe('the badge', () => {
  const badge = (world: World) => registryOf(world).badge(about);
  const say = (world: World, text: string) => world.edit({ role: 'api' }, (answer) => withBody(answer, text));

  it('is the index of the log as the registry gives it', async () => {
    const world = mint('1.0.0');
    expect(await badge(world)).toMatchObject({ state: 'present', value: '500' });
    expect(world.requestsTo('api')).toHaveLength(1);
  });

  it.each(['0', '9007199254740993', '9223372036854775807'])('%s keeps all its digits', async (index) => {
    expect(await badge(mint({ rekorLogId: index }))).toMatchObject({ value: index });
  });

  it('"none" is asked for once more, past every cache', async () => {
    const world = mint({ provenance: 'none' });
    const source = sourceOf(world);
    expect((await registryOf(world, source).badge(about)).state).toBe('absent');
    expect(source.asked).toMatchObject([{ lifetime: 'short' }, { lifetime: 'never', pastEdge: true }]);
  });

  it('"no such version" is asked for once more, too', async () => {
    const world = mint({ version: '2.0.0' });
    expect((await badge(world)).state).toBe('absent');
    expect(world.requestsTo('api')).toHaveLength(2);
  });

  it('"none" after which the API does not answer is no answer', async () => {
    const world = mint({ provenance: 'none' });
    world.edit({ role: 'api', path: /again=1/ }, () => answerOf(503, 'text/plain', ''));
    expect((await badge(world)).state).toBe('unavailable');
  });

  it('"none" after which there is one counts as one', async () => {
    const world = mint('1.0.0');
    let first = true;
    world.edit({ role: 'api' }, (answer) => {
      if (!first) return answer;
      first = false;
      return withBody(answer, '{"rekorLogId":null}');
    });
    expect(await badge(world)).toMatchObject({ value: '500' });
  });

  it.each([
    '{}',
    '{"rekorLogId":500}',
    '{"rekorLogId":""}',
    '{"rekorLogId":"-1"}',
    '{"rekorLogId":"1e3"}',
    '{"rekorLogId":"01"}',
    '{"rekorLogId":"1&logIndex=2"}',
    '{"rekorLogId":"99999999999999999999"}',
    '{"rekorLogId":["1"]}',
    '{"rekorLogId":null,"rekorLogId":"1"}',
    '[]',
    'null',
    '<html>',
    '',
  ])('%j is no answer', async (text) => {
    const world = mint('1.0.0');
    say(world, text);
    expect((await badge(world)).state).toBe('unavailable');
  });
});

describe('the link', () => {
  const link = (world: World) => registryOf(world).link(about);

  it('is owner, name and the id of GitHub', async () => {
    expect(await link(mint('1.0.0'))).toMatchObject({
      state: 'present',
      value: { owner: 'acme', name: 'widget', id: '454279688' },
    });
  });

  it('may be none, which is an answer', async () => {
    expect(await link(mint({ linked: false }))).toMatchObject({ state: 'present', value: null });
  });

  it('of a package that the API does not know is not said', async () => {
    const world = mint('1.0.0');
    world.edit({ role: 'api' }, () => answerOf(404, 'application/json', '{"code":"packageNotFound"}'));
    expect((await link(world)).state).toBe('absent');
  });

  it.each([
    '{}',
    '{"githubRepository":"acme/widget"}',
    '{"githubRepository":{"owner":"acme"}}',
    '{"githubRepository":7}',
    '[]',
    '',
  ])('%j is no answer', async (text) => {
    const world = mint('1.0.0');
    world.edit({ role: 'api' }, (answer) => withBody(answer, text));
    expect((await link(world)).state).toBe('unavailable');
  });
});

describe('the manifest', () => {
  const manifest = (world: World) => registryOf(world).manifest(about, true);

  it('is handed on byte for byte', async () => {
    const world = mint('1.0.0');
    const spaced = (answer: Answer) => withBody(answer, `\n  ${Buffer.from(answer.body).toString()}\t`);
    world.edit({ role: 'registry' }, spaced);
    const answer = await manifest(world);
    if (answer.state !== 'present') throw new Error(answer.state);
    expect(answer.value).toEqual(
      world.answer({ role: 'registry', path: '/@acme/widget/1.0.0_meta.json' }).body,
    );
  });

  it('is asked for as the registry wants it: a JSON of the module backend, which must never change', async () => {
    const world = mint('1.0.0');
    const source = sourceOf(world);
    await registryOf(world, source).manifest(about, true);
    expect(source.asked).toMatchObject([
      {
        url: 'https://jsr.test/@acme/widget/1.0.0_meta.json',
        lifetime: 'immutable',
        answeredBy: { header: 'x-jsr-backend', value: 'modules' },
        expect: 'json',
      },
    ]);
  });

  it('is absent or unavailable, never mistaken for each other', async () => {
    expect((await manifest(mint('2.0.0'))).state).toBe('absent');
    const world = mint('1.0.0');
    world.edit({ role: 'registry' }, () => answerOf(502, 'text/plain', ''));
    expect((await manifest(world)).state).toBe('unavailable');
  });
});

describe('the list of versions and the files', () => {
  it('a list is read, with the link in it', async () => {
    const world = mint('1.0.0');
    expect(await registryOf(world).meta(about)).toMatchObject({
      state: 'present',
      value: {
        linked: { owner: 'acme', name: 'widget' },
        versions: new Map([['1.0.0', { yanked: false, publishedAt: expect.any(Date) }]]),
      },
    });
  });

  it('a file is hashed, and read no further than its size allows', async () => {
    const world = mint('1.0.0');
    const source = sourceOf(world);
    const file = await registryOf(world, source).fileDigest({ package: about, path: '/mod.ts', size: 20 });
    expect(file).toMatchObject({
      state: 'present',
      value: { size: 20, sha256: sha256Hex(files['/mod.ts']) },
    });
    expect(source.asked[0]).toMatchObject({
      maxBytes: 1_000_020,
      expect: 'any',
      answeredBy: { header: 'x-jsr-backend', value: 'modules' },
    });
  });
});
