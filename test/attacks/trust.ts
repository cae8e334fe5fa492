import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf } from '../support/http.ts';
import { mintSigstore } from '../support/sigstore.ts';
import { mintTuf, type TufRepository } from '../support/tuf.ts';
import type { Area, Row, Scene } from './row.ts';

const past = new Date('2025-01-01T00:00:00Z');

/** An attack on the TUF repository, after an honest run with another cache. */
const tuf = (
  promise: string,
  attack: (repository: TufRepository, scene: Scene) => void,
  says: RegExp,
  more: Partial<Row> = {},
): Row => ({
  promise,
  trust: 'tuf',
  attack: (scene) => {
    const { world } = scene;
    const honest = world.tuf;
    const state = honest.state();
    scene.later(() => honest.restore(state));
    scene.later(() => {
      world.tuf = honest;
    });
    attack(honest, scene);
  },
  verdict: 'refused',
  code: 3,
  id: 'error',
  says,
  ...more,
});

/** As `tuf`, on a repository of its own, whose first root the program starts from. */
const own = (
  promise: string,
  attack: (repository: TufRepository) => void,
  says: RegExp,
  more: Partial<Row> = {},
): Row => ({
  promise,
  trust: 'tuf',
  publish: ({ world }) => {
    world.tuf = honestTuf({ world });
    return {};
  },
  attack: (scene) => {
    const { world } = scene;
    scene.later(() => {
      world.tuf = honestTuf(scene);
    });
    attack(world.tuf);
  },
  verdict: 'refused',
  code: 3,
  id: 'error',
  says,
  ...more,
});

const honestTuf = ({ world }: Pick<Scene, 'world'>): TufRepository =>
  mintTuf({ targets: { 'trusted_root.json': world.sigstore.trustedRootBytes() } });

const foreign = mintSigstore().trustedRootBytes();

/** Where the keys come from. */
export const trust: Area = {
  area: 'TUF and trusted roots',
  rows: [
    { promise: 'an honest repository is trusted', trust: 'tuf', verdict: 'verified', code: 0 },
    own(
      'an honest change of keys is followed',
      (repository) => repository.rotateRoot({ roles: ['root', 'timestamp', 'targets'] }),
      /first-seen/,
      { verdict: 'verified', code: 0, id: 'log', says: /first-seen/ },
    ),
    own(
      'a timestamp by another key is not trusted',
      (repository) => repository.release({ forged: ['timestamp'] }),
      /does not verify: signatures are missing or wrong/,
    ),
    own(
      'a snapshot by another key is not trusted',
      (repository) => repository.release({ forged: ['snapshot'] }),
      /does not verify: signatures are missing or wrong/,
    ),
    own(
      'targets by another key are not trusted',
      (repository) => repository.release({ targets: { 'trusted_root.json': foreign }, forged: ['targets'] }),
      /does not verify: signatures are missing or wrong/,
    ),
    own(
      'a root that the one before has not signed is not trusted',
      (repository) => repository.rotateRoot({ unsignedByOld: true }),
      /does not verify: signatures are missing or wrong/,
    ),
    own(
      'a root of a version that was jumped to is not trusted',
      (repository) => {
        repository.rotateRoot({ version: 3 });
        const three = repository.get('3.root.json');
        repository.put('2.root.json', three);
      },
      /does not verify: a root of another version is served/,
    ),
    own(
      'metadata that has expired is not trusted: a freeze',
      (repository) => repository.release({ expires: { timestamp: past } }),
      /is out of date/,
    ),
    own(
      'targets that have expired are not trusted',
      (repository) => repository.release({ expires: { targets: past } }),
      /is out of date/,
    ),
    own(
      'an older release is not trusted by who has seen a newer one',
      (repository) => repository.release({ version: { timestamp: 0 } }),
      /an older version is served than was seen before/,
      { cache: true, now: laterAndLater() },
    ),
    own(
      'files of two releases are not mixed',
      (repository) => {
        repository.release({});
        repository.put('2.snapshot.json', repository.get('1.snapshot.json'));
      },
      /does not verify/,
    ),
    own(
      'a trusted root of other bytes than were signed is not trusted',
      (repository) => {
        const path = repository.paths().find((one) => one.endsWith('.trusted_root.json'));
        const honest = path === undefined ? '' : String(repository.get(path));
        if (path !== undefined)
          repository.put(path, Buffer.from(honest.replace('fulcio.sigstore.test', 'fulcio.sigstore.evil')));
      },
      /does not verify: a file is not the one that was signed/,
    ),
    own(
      'a digest that fits no file is not trusted',
      (repository) => repository.release({ lies: { sha256: '0'.repeat(64) } }),
      /does not verify: a file is not the one that was signed/,
    ),
    own(
      'a signed trusted root without a CT log is no trusted root',
      (repository) =>
        repository.release({
          targets: {
            'trusted_root.json': Buffer.from(
              JSON.stringify({ ...JSON.parse(foreign.toString()), ctlogs: [] }),
            ),
          },
        }),
      /names no certificate transparency log/,
    ),
    own(
      'a signed trusted root whose log has no start of validity is no trusted root',
      (repository) => {
        const root = JSON.parse(foreign.toString()) as {
          readonly tlogs: { publicKey: { validFor: object } }[];
        };
        for (const { publicKey } of root.tlogs) publicKey.validFor = {};
        repository.release({ targets: { 'trusted_root.json': Buffer.from(JSON.stringify(root)) } });
      },
      /without the start of its validity/,
    ),
    own(
      'a signed trusted root of another Sigstore trusts none of the certificates here',
      (repository) => repository.release({ targets: { 'trusted_root.json': foreign } }),
      /failed to verify certificate chain/,
      { verdict: 'rejected', code: 1, id: 'certificate' },
    ),
    tuf(
      'a mirror that answers with web pages is no mirror',
      (_, scene) => scene.edit({ role: 'tuf' }, () => answerOf(200, 'text/html', '<!DOCTYPE html>')),
      /TUF (?:mirror|repository)/,
    ),
    tuf(
      'a mirror that is gone is no reason to trust nothing in particular',
      (_, scene) => scene.edit({ role: 'tuf' }, () => answerOf(403, 'text/plain', 'no')),
      /the TUF mirror .* did not answer/,
    ),
    {
      promise: 'a trusted root of another Sigstore trusts none of the certificates here, whoever named it',
      attack: ({ folder }) => writeFileSync(join(folder, 'root.json'), foreign),
      project: () => ({}),
      argv: ({ widget, folder, world }) => {
        const file = join(folder, 'root.json');
        if (!roots.has(folder)) writeFileSync(file, world.sigstore.trustedRootBytes());
        roots.add(folder);
        return [widget.spec, '--trusted-root', file];
      },
      verdict: 'rejected',
      code: 1,
      id: 'certificate',
      says: /failed to verify certificate chain/,
    },
    {
      promise: 'a trusted root whose authority has no start of validity trusts nothing, whoever named it',
      project: ({ world }) => ({
        'root.json': JSON.stringify(world.sigstore.trustedRoot(), (key, value: unknown) =>
          key === 'start' ? undefined : value,
        ),
      }),
      argv: ({ widget, folder }) => [widget.spec, '--trusted-root', join(folder, 'root.json')],
      verdict: 'refused',
      code: 2,
      id: 'error',
      says: /without the start of its validity/,
    },
    {
      promise: 'a file that is no trusted root is not read as one that trusts everything',
      project: () => ({ 'root.json': '{}' }),
      argv: ({ widget, folder }) => [widget.spec, '--trusted-root', join(folder, 'root.json')],
      verdict: 'refused',
      code: 2,
      id: 'error',
      says: /not a Sigstore trusted root/,
    },
  ],
};

const roots = new Set<string>();

/** The honest run was two days ago, so that the next one asks again. */
function laterAndLater(): NonNullable<Row['now']> {
  const seen = new Set<string>();
  return ({ folder, world }) => {
    const first = !seen.has(folder);
    seen.add(folder);
    return new Date(world.now.getTime() - (first ? 2 * 24 * 3_600_000 : 0));
  };
}
