import { signCheckpoint } from '../support/checkpoint.ts';
import { jsonOf, withJson } from '../support/http.ts';
import type { LogEntries } from '../support/rekor.ts';
import * as attack from '../support/rekor-attacks.ts';
import { type LogRecord, withEntryBody } from '../support/rekor-entry.ts';
import { mintSigstore, sharedSigstore } from '../support/sigstore.ts';
import { type ValidFor, validFor } from '../support/trusted-root.ts';
import { underRoot } from './root.ts';
import { type Area, beside, type Row, type Scene } from './row.ts';

const { rekorKey: log, rekorV2Key: otherLog } = sharedSigstore();

/** Spells the signature in an `intoto` entry, which is base64 twice, in another way. */
const respelled =
  (spell: (sig: string) => string) =>
  (record: LogRecord): LogRecord => ({
    ...record,
    body: Buffer.from(
      record.body
        .toString()
        .replace(
          /"sig":"([^"]*)"/,
          (_, sig: string) =>
            `"sig":"${Buffer.from(spell(Buffer.from(sig, 'base64').toString())).toString('base64')}"`,
        ),
    ),
  });

/** A root that trusts the log in a different period than that of the entry. */
const trustedFor = (period: (logged: number) => ValidFor) =>
  underRoot(({ widget }) => ({
    tlogs: [{ key: log, validFor: period(widget.attested.record.integratedTime * 1000) }],
  }));

const onEntry =
  (change: attack.EntryAttack): NonNullable<Row['attack']> =>
  (scene) =>
    scene.editEntry(change);

/** Rewrites the whole answers about the package's entry. */
const onAnswer =
  (change: (entries: LogEntries, scene: Scene) => LogEntries): NonNullable<Row['attack']> =>
  (scene) =>
    scene.later(scene.world.editEntry(scene.widget.attested, (entries) => change(entries, scene)));

const not = (id: string, says: RegExp) => ({ verdict: 'rejected', code: 1, id, says }) as const;
const open = (id: string, says: RegExp) => ({ verdict: 'inconclusive', code: 3, id, says }) as const;

/** What the log answers about the entry. */
export const logged: Area = {
  area: 'entry, promise, proof and checkpoint',
  rows: [
    {
      promise: 'an honest entry of kind dsse, which stores no payload, is verified',
      publish: { provenance: { kind: 'dsse' } },
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'an entry whose signature is in the URL alphabet of base64, as DSSE allows, is verified',
      publish: { provenance: { record: respelled((sig) => sig.replaceAll('+', '-').replaceAll('/', '_')) } },
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'an entry whose signature mixes both alphabets of base64 is not read',
      publish: { provenance: { record: respelled((sig) => `-_+/${sig.slice(4)}`) } },
      verdict: 'rejected',
      code: 1,
      id: 'bundle',
      says: /holds no signature/,
    },
    {
      promise: 'an honest entry whose stored payload was lost is verified by rebuilding it',
      attack: onEntry(attack.withoutAttestation),
      verdict: 'verified',
      code: 0,
    },
    {
      promise: 'without a promise nothing is known',
      attack: onEntry(attack.withoutSet),
      ...open('inclusion', /without an inclusion promise/),
    },
    {
      promise: 'without a proof nothing is known',
      attack: onEntry(attack.withoutProof),
      ...open('inclusion', /without an inclusion proof/),
    },
    {
      promise: 'without a checkpoint nothing is known',
      attack: onEntry(attack.withProof(() => ({ checkpoint: '' }))),
      ...open('inclusion', /without a signed checkpoint/),
    },
    {
      promise: 'a promise by another key is none',
      attack: onEntry(attack.setBy()),
      ...not('inclusion', /inclusion promise could not be verified/),
    },
    {
      promise: 'a promise for another time does not fit',
      attack: onEntry((entry) => ({ ...entry, integratedTime: entry.integratedTime + 1 })),
      ...not('inclusion', /inclusion promise could not be verified/),
    },
    {
      promise: 'a time outside of the certificate, without a promise for it, does not pass',
      attack: onEntry((entry) => ({ ...entry, integratedTime: entry.integratedTime + 100_000 })),
      ...not('certificate', /not valid or expired/),
    },
    {
      promise: 'a promise by the log, for a time outside of the certificate, does not pass',
      attack: (scene) =>
        scene.editEntry(
          attack.resigned(log, { integratedTime: Math.floor(scene.world.now.getTime() / 1000) }),
        ),
      ...not('certificate', /not valid or expired/),
    },
    {
      promise: 'an index that is a different one than was asked for does not pass',
      publish: { provenance: { indexed: false } },
      attack: onEntry((entry) => ({ ...entry, logIndex: entry.logIndex + 1 })),
      ...not('inclusion', /answered with entry \d+ when asked for \d+/),
    },
    {
      promise: 'an id of another log does not pass',
      attack: onEntry(attack.withFields({ logID: '0'.repeat(64) })),
      ...not('inclusion', /inclusion promise could not be verified/),
    },
    {
      promise: 'one bit of one hash of the proof is enough',
      attack: onEntry(attack.tamperedHash(2, 77)),
      ...not('inclusion', /inclusion proof is not valid: calculated root hash/),
    },
    {
      promise: 'a proof with a hash too few does not hold',
      attack: onEntry(attack.withProof(({ hashes }) => ({ hashes: hashes.slice(1) }))),
      ...not('inclusion', /inclusion proof is not valid/),
    },
    {
      promise: 'a proof with a hash too many does not hold',
      attack: onEntry(attack.withProof(({ hashes }) => ({ hashes: [...hashes, '0'.repeat(64)] }))),
      ...not('inclusion', /inclusion proof is not valid/),
    },
    {
      promise: 'a proof of more hashes than any tree has is refused',
      attack: onEntry(attack.withProof(() => ({ hashes: Array.from({ length: 65 }, () => '0'.repeat(64)) }))),
      ...not('bundle', /more than 64 hashes/),
    },
    {
      promise: 'a proof for another place in the tree does not hold',
      attack: onEntry(attack.withProof(({ logIndex }) => ({ logIndex: logIndex - 1 }))),
      ...not('inclusion', /inclusion proof is not valid/),
    },
    {
      promise: 'a proof for a tree of another size does not hold',
      attack: onEntry(attack.otherTreeSize(1)),
      ...not('inclusion', /checkpoint is for a different tree size than the inclusion proof/),
    },
    {
      promise: 'a proof that leads to a different root than it names does not hold',
      attack: onEntry(attack.otherRoot),
      ...not('inclusion', /\broot\b/),
    },
    {
      promise: 'a checkpoint by another key under the right name and id is none',
      attack: onEntry(attack.checkpointBy(attack.impostor(log))),
      ...not('inclusion', /checkpoint/),
    },
    {
      promise: 'a checkpoint by the log, for another root, does not fit',
      attack: onEntry(attack.checkpointBy(log, { root: Buffer.alloc(32) })),
      ...not('inclusion', /\broot\b/),
    },
    {
      promise: 'a checkpoint by the log, for the empty tree, does not fit',
      attack: onEntry(attack.checkpointBy(log, { size: 0 })),
      ...not('inclusion', /checkpoint is for a different tree size than the inclusion proof/),
    },
    {
      promise: "a checkpoint of another origin, though signed with the log's key, is none of the log's",
      attack: onEntry(attack.checkpointBy(log, { origin: 'rekor.evil.example - 1' })),
      ...not('inclusion', /of a log that the trusted root does not know/),
    },
    {
      promise: "an origin that only begins like the log's is another one",
      attack: onEntry(attack.checkpointBy(log, { origin: `${log.host}.evil.example - 1` })),
      ...not('inclusion', /of a log that the trusted root does not know/),
    },
    {
      promise: 'a checkpoint by another log, trusted as well, is none of this one',
      attack: onEntry(attack.checkpointBy(otherLog, { origin: otherLog.host })),
      ...not('inclusion', /of a log that the trusted root does not know/),
    },
    {
      promise:
        'a checkpoint of another trusted log, which this one has only signed along, is none of its own',
      attack: onEntry(
        attack.both(
          attack.checkpointBy(otherLog, { origin: otherLog.host }),
          attack.withProof(({ checkpoint, treeSize, rootHash }) => {
            const root = Buffer.from(rootHash, 'hex');
            const along = signCheckpoint(log, { origin: otherLog.host, size: treeSize, root });
            return { checkpoint: `${checkpoint}${along.split('\n\n')[1]}` };
          }),
        ),
      ),
      ...not('inclusion', /of a log that the trusted root does not know/),
    },
    {
      promise: 'a promise from after the log was retired is none',
      ...trustedFor((logged) => validFor(new Date(0), new Date(logged - 1000))),
      ...not('inclusion', /inclusion promise could not be verified/),
    },
    {
      promise: 'a promise from before the log was trusted is none',
      ...trustedFor((logged) => validFor(new Date(logged + 1000))),
      ...not('inclusion', /inclusion promise could not be verified/),
    },
    {
      promise: 'a checkpoint of another tree of the same log does not fit',
      attack: onEntry(attack.checkpointBy(log, { origin: `${log.host} - 3904496407287907110` })),
      ...not('inclusion', /a different tree than the entry/),
    },
    {
      promise: 'a signature under an unknown key hint is passed over',
      attack: onEntry(attack.checkpointBy(log, { keyHint: Buffer.from([1, 2, 3, 4]) })),
      ...not('inclusion', /checkpoint/),
    },
    {
      promise: 'a signature under another name is passed over',
      attack: onEntry(attack.checkpointBy(log, { signer: 'rekor.evil.example' })),
      ...not('inclusion', /checkpoint/),
    },
    {
      promise: 'a checkpoint with two blank lines is read in no way',
      attack: onEntry(
        attack.withProof(({ checkpoint }) => ({ checkpoint: checkpoint.replace('\n\n', '\n\n\n') })),
      ),
      ...not('inclusion', /checkpoint/),
    },
    {
      promise: 'an entry under the id of another leaf does not pass',
      publish: { provenance: { indexed: false } },
      attack: onAnswer(attack.underUuid((uuid) => `${uuid.slice(0, 16)}${'0'.repeat(64)}`)),
      ...not('inclusion', /holds a different entry than its id says/),
    },
    {
      promise: 'an entry under the id of another tree does not pass',
      publish: { provenance: { indexed: false } },
      attack: onAnswer(attack.underUuid((uuid) => `362f6b0a5a9e6f46${uuid.slice(16)}`)),
      ...not('inclusion', /a different tree than the entry/),
    },
    {
      promise: 'an answer of two entries is no answer',
      attack: onAnswer((entries) => ({ ...entries, ['f'.repeat(80)]: Object.values(entries)[0] as never })),
      ...open('bundle', /holds 2 entries, expected one/),
    },
    {
      promise: 'an answer of no entries is no answer',
      attack: onAnswer(() => ({})),
      ...open('bundle', /holds 0 entries, expected one/),
    },
    {
      promise: 'another payload beside the entry is not read',
      attack: onEntry(attack.withAttestation(Buffer.from('{"predicateType":"evil"}'))),
      ...not('bundle', /payload that the log stores is not the one in the log entry/),
    },
    {
      promise: 'a payload in the URL alphabet of base64 is not read',
      attack: onEntry((entry) => ({ ...entry, attestation: { data: '-_-_' } })),
      ...not('bundle', /not base64/),
    },
    {
      promise: 'a body with one blank more is another leaf',
      attack: onEntry((entry) => ({
        ...entry,
        body: Buffer.from(`${Buffer.from(entry.body, 'base64').toString()} `).toString('base64'),
      })),
      ...not('inclusion', /a different entry than its id says/),
    },
    {
      promise: 'an index beyond all numbers is none',
      attack: onEntry((entry) => ({ ...entry, logIndex: 1e300 })),
      ...not('bundle', /has no index/),
    },
    {
      promise: 'a time beyond all calendars is none',
      attack: onEntry((entry) => ({ ...entry, integratedTime: 9e15 })),
      ...not('bundle', /has no time/),
    },
    {
      promise: "the answer about another package's entry does not pass",
      publish: ({ publish, name }) =>
        beside(publish({ name: `${name}-other`, files: { '/mod.ts': 'export {};\n' } }), {
          provenance: { indexed: false },
        }),
      attack: (scene) => {
        const own = Number(scene.widget.attested.logIndex);
        const other = scene.world.rekor.getByIndex(own - 1);
        scene.edit({ role: 'rekor', path: new RegExp(`entries\\?logIndex=${own}$`) }, (answer) =>
          withJson(answer, other),
        );
      },
      ...not('inclusion', /answered with entry \d+ when asked for/),
    },
    {
      promise: "another package's honest entry does not pass under this one's index",
      publish: ({ publish, name }) =>
        beside(publish({ name: `${name}-other`, files: { '/mod.ts': 'export {};\n' } }), {
          provenance: { indexed: false },
        }),
      attack: (scene) => {
        const own = Number(scene.widget.attested.logIndex);
        const other = scene.world.rekor.getByIndex(own - 1) ?? {};
        scene.edit({ role: 'rekor', path: new RegExp(`entries\\?logIndex=${own}$`) }, (answer) =>
          withJson(answer, attack.onEntries((entry) => ({ ...entry, logIndex: own }))(other)),
        );
      },
      ...not('inclusion', /promise could not be verified/),
    },
    {
      promise: 'a log of another Sigstore under the same name is not believed',
      attack: (scene) => {
        const { world, widget } = scene;
        const honest = world.rekor;
        scene.later(() => {
          world.rekor = honest;
        });
        const foreign = mintSigstore().openLog({ shards: [{ treeId: '1193050959916656506', filler: 10 }] });
        world.rekor = foreign;
        widget.rekorLogId = String(foreign.add(widget.attested.record).logIndex);
      },
      ...not('inclusion', /inclusion promise could not be verified/),
    },
    {
      promise: 'a payload that nobody stores and nobody can rebuild leaves the question open',
      publish: {
        provenance: { storePayload: false, statement: { editText: (json) => json.replace('{', '{ ') } },
      },
      ...open('bundle', /stores no payload for this entry and it cannot be rebuilt/),
    },
    {
      promise: 'an entry of a kind that nobody knows is not read',
      publish: {
        provenance: {
          record: (record) =>
            withEntryBody(record, (json) => json.replace('"kind":"intoto"', '"kind":"evil"')),
        },
      },
      ...not('bundle', /kind evil\/0\.0\.2 is not supported/),
    },
    {
      promise: 'a signature by a different key than that of the logged certificate does not pass',
      publish: ({ world }) => ({
        provenance: {
          pem: ({ identity, notBefore, notAfter }) =>
            world.sigstore.issueCertificate({ identity, notBefore, notAfter }).pem,
        },
      }),
      ...not('signature', /does not match the payload/),
    },
    {
      promise: 'an entry that logs two certificates is read in no way',
      publish: { provenance: { pem: ({ pem }) => `${pem}\n${pem}` } },
      ...not('bundle', /holds no certificate/),
    },
    {
      promise: 'a search that answers with anything but ids finds nothing out',
      publish: { rekorLogId: null },
      attack: (scene) =>
        scene.edit({ role: 'rekor', path: '/api/v1/index/retrieve' }, (answer) =>
          withJson(answer, [...jsonOf<string[]>(answer), '../../evil']),
        ),
      ...open('bundle', /something else than entry ids/),
    },
    {
      promise: 'a search that answers with the entry of another package finds nothing',
      publish: ({ publish, name }) =>
        beside(publish({ name: `${name}-other`, files: { '/mod.ts': 'export {};\n' } }), {
          rekorLogId: null,
        }),
      attack: (scene) => {
        const other = Object.keys(
          scene.world.rekor.getByIndex(Number(scene.widget.attested.logIndex) - 1) ?? {},
        );
        scene.edit({ role: 'rekor', path: '/api/v1/index/retrieve' }, (answer) => withJson(answer, other));
      },
      ...not('require-provenance', /what the log has does not match/),
    },
  ],
};

/** A log that contradicts itself from one run to the next. */
export const remembered: Area = {
  area: 'forks and rewinds of the log',
  rows: [
    {
      promise: 'a log that grew is the same log',
      cache: true,
      attack: ({ world }) => world.rekor.grow(7),
      verdict: 'verified',
      code: 0,
      id: 'log',
      says: /^consistent/,
    },
    {
      promise: 'two histories under one key are told, and end the run in red',
      cache: true,
      attack: (scene) => put(scene, scene.world.rekor.fork(20)),
      verdict: 'verified',
      code: 1,
      id: 'log',
      says: /^forked the log signed two histories/,
    },
    {
      promise: 'two histories are told where the second one has grown as well',
      cache: true,
      attack: (scene) => {
        const fork = scene.world.rekor.fork(20);
        fork.grow(9);
        put(scene, fork);
      },
      verdict: 'verified',
      code: 1,
      id: 'log',
      says: /^forked the log signed two histories: the older tree is not a prefix of the newer one/,
    },
    {
      promise: 'a log that goes back is told',
      cache: true,
      attack: (scene) => put(scene, scene.world.rekor.rewind(100)),
      verdict: 'verified',
      code: 1,
      id: 'log',
      says: /^forked/,
    },
    {
      promise: 'a head that the log has not signed is told',
      cache: true,
      attack: (scene) =>
        scene.edit({ role: 'rekor', path: '/api/v1/log' }, (answer) => {
          const info = jsonOf<{ signedTreeHead: string }>(answer);
          return withJson(answer, {
            ...info,
            signedTreeHead: info.signedTreeHead.replace(/\n(\d+)\n/, '\n999999\n'),
          });
        }),
      verdict: 'verified',
      code: 1,
      id: 'log',
      says: /^forked the current head of the log is/,
    },
    {
      promise: 'a proof of consistency that is withheld leaves the question open',
      cache: true,
      attack: (scene) => {
        scene.world.rekor.grow(3);
        scene.edit({ role: 'rekor', path: /log\/proof/ }, (answer) => ({ ...answer, status: 403 }));
      },
      verdict: 'verified',
      code: 0,
      id: 'log',
      says: /^not-checked .*no proof from \d+ to \d+ entries/,
    },
  ],
};

function put(scene: Scene, log: Scene['world']['rekor']): void {
  const honest = scene.world.rekor;
  scene.later(() => {
    scene.world.rekor = honest;
  });
  scene.world.rekor = log;
}
