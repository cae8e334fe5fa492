import { ASN1Obj, X509Certificate } from '@sigstore/core';
import { comparedTrust, trustNote } from '../../src/cli/pack-trust.ts';
import type { Outcome } from '../../src/model/check.ts';
import { claimsOf, signerOf } from '../../src/model/claims.ts';
import { present } from '../../src/model/evidence.ts';
import type { PackageVersion, Sha256 } from '../../src/model/package.ts';
import type { Identity } from '../../src/model/provenance.ts';
import { publicAddresses } from '../../src/registry/addresses.ts';
import { chooseVersion, parseMeta } from '../../src/registry/meta.ts';
import { openRegistry } from '../../src/registry/registry.ts';
import { derOfPem, type OpenBundle, parseBundle, unpackEntry } from '../../src/sigstore/bundle.ts';
import { identityOf, readIdentity } from '../../src/sigstore/certificate-identity.ts';
import { trustFromBytes } from '../../src/sigstore/trust.ts';
import { describeTrust } from '../../src/sigstore/trust-describe.ts';
import { logKeys } from '../../src/sigstore/trust-logs.ts';
import { replayTuf, type TufState } from '../../src/sigstore/tuf.ts';
import { checkSigstore, type SigstoreOutcomes, verifyBundle } from '../../src/sigstore/verifier.ts';
import { batching } from '../../src/tlog/batch.ts';
import { openCheckpoint, parseCheckpoint } from '../../src/tlog/checkpoint.ts';
import { checkFork, parseForkFile, toForkFile } from '../../src/tlog/fork.ts';
import { openLog } from '../../src/tlog/log.ts';
import { entryByIndexUrl, leafOf, noEntryIn, parseEntry, parseSearch } from '../../src/tlog/rekor.ts';
import { checkBundle } from '../../src/verify/bundle.ts';
import { checkClaims } from '../../src/verify/claims.ts';
import { checkManifest } from '../../src/verify/manifest.ts';
import { checkStatement } from '../../src/verify/statement.ts';
import { checkSubject } from '../../src/verify/subject.ts';
import { denoWorkflow } from '../../src/verify/workflow.ts';
import { context, sequence } from '../support/der.ts';
import { jsonBytes } from '../support/json.ts';
import { trustOf } from '../verify/chain.ts';
import { textFrom } from './inputs.ts';
import type { Parser } from './outcome.ts';
import { honest, widget, world } from './samples.ts';
import { answering } from './sources.ts';

const about: PackageVersion = { scope: widget.scope, name: widget.name, version: widget.version };
const trust = trustOf(world.sigstore);
const keys = logKeys(trust);
const identity = identityOf(honest.certificate) ?? none('identity');
const [plainBundle = none('bundle'), stampedBundle = none('bundle')] = honest.bundles.map((bytes) => {
  const parsed = parseBundle(bytes);
  return parsed.ok ? parsed.value : none(parsed.why);
});
const manifest = {
  source: 'served',
  digest: widget.digest as Sha256,
  files: new Map(),
  exports: new Map(),
} as const;
const rekor = publicAddresses.rekor;
const registryOf = (bytes: Uint8Array) => openRegistry(answering(bytes), publicAddresses);
const question = (index: number) => ({
  method: 'GET' as const,
  url: entryByIndexUrl(rekor, String(index)),
  maxBytes: 2_000_000,
  lifetime: 'never' as const,
  expect: 'json' as const,
});

/** Everything that the registry, the log and the authorities say. */
export const evidenceParsers: readonly Parser[] = [
  {
    name: 'version list of a package',
    samples: [honest.meta],
    read: async (bytes) => {
      const parsed = parseMeta(bytes);
      const spec = { scope: 'acme', name: 'widget', range: '^1', text: '@acme/widget@^1' };
      return [
        await registryOf(bytes).meta(about),
        await registryOf(bytes).resolve(spec),
        parsed.ok &&
          ['*', '1.0.0', '>=0.0.0-0'].map((range) => chooseVersion({ ...spec, range }, parsed.value)),
      ];
    },
  },
  {
    name: 'version manifest',
    samples: [honest.manifest],
    read: (bytes) => checkManifest(present(bytes, 'the registry'), []),
    examples: [
      '{"manifest":{"/__proto__":{"size":1,"checksum":"sha256-00"}}}',
      '{"manifest":{"__proto__":{"size":1}},"exports":{"__proto__":"./a.ts"}}',
    ],
  },
  {
    name: 'API answer about a version',
    samples: [honest.apiVersion],
    read: (bytes) => registryOf(bytes).badge(about),
  },
  {
    name: 'API answer about a package',
    samples: [honest.apiPackage],
    read: (bytes) => registryOf(bytes).link(about),
  },
  {
    name: 'answer of the npm registry',
    samples: [honest.packument],
    read: (bytes) => registryOf(bytes).dist(about),
  },
  {
    name: 'log entry',
    samples: honest.entries,
    read: (bytes) => [parseEntry(bytes), noEntryIn(bytes), leafOf(bytes), unpackEntry(bytes)],
  },
  {
    name: 'log entry, through all checks of Sigstore',
    samples: honest.entries.slice(0, 1),
    read: (bytes) => {
      const bundle = checkBundle(
        present({ kind: 'rekor-entry', bytes, finder: 'registry' }, 'the log'),
        about,
        manifest,
      );
      return bundle.status === 'passed' ? summary(checkSigstore(bundle.fact.sigstore, {}, trust)) : bundle;
    },
  },
  {
    name: 'search answer of the log',
    samples: [honest.search],
    read: async (bytes) => [
      parseSearch(bytes),
      await openLog(answering(bytes), rekor).search(manifest.digest),
    ],
  },
  {
    name: 'answer of the log about several entries',
    samples: [honest.batch],
    read: (bytes) => {
      const source = batching(answering(bytes), rekor);
      // Ten at a time go out at once.
      return Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          source.ask(question(Number(widget.attested.logIndex) + index)),
        ),
      );
    },
  },
  {
    name: 'consistency proof',
    samples: [honest.proof],
    read: (bytes) =>
      openLog(answering(bytes), rekor).proof({ treeId: '1', firstSize: 1n, lastSize: 2n, again: false }),
  },
  {
    name: 'heads of the log',
    samples: [honest.heads],
    read: (bytes) => openLog(answering(bytes), rekor).heads(),
  },
  {
    name: 'checkpoint',
    samples: [honest.checkpoint],
    read: (bytes) => [parseCheckpoint(textFrom(bytes)), openCheckpoint(textFrom(bytes), keys)],
  },
  {
    name: 'evidence of a fork',
    samples: [
      Buffer.from(
        toForkFile({
          origin: textFrom(honest.checkpoint).split('\n', 1)[0] ?? '',
          older: textFrom(honest.checkpoint),
          newer: textFrom(honest.checkpoint),
          proof: [Buffer.alloc(32).toString('base64')],
          why: 'none',
        }),
      ),
    ],
    read: (bytes) => {
      const parsed = parseForkFile(bytes);
      return parsed.ok ? checkFork(parsed.value, keys) : parsed;
    },
  },
  {
    name: 'Sigstore bundle',
    samples: honest.bundles,
    read: (bytes) => [
      parseBundle(bytes),
      summary(verifyBundle(bytes, trust)),
      checkBundle(present({ kind: 'bundle', bytes, finder: 'file' }, 'a file'), about, manifest),
    ],
  },
  {
    name: 'certificate',
    samples: [honest.certificate],
    read: (der) => [identityOf(der), summary(checkSigstore(signedBy(der), {}, trust))],
  },
  {
    name: 'extensions of a certificate',
    samples: extensionsOf(honest.certificate),
    read: (extension) => identityWith(extension),
  },
  {
    name: 'certificate as PEM',
    samples: [honest.certificatePem],
    read: (bytes) => derOfPem(textFrom(bytes)),
  },
  {
    name: 'timestamp',
    samples: [honest.timestamp],
    read: (stamp) => summary(checkSigstore(stampedWith(stamp), {}, trust)),
  },
  {
    name: 'claims of a certificate',
    samples: [jsonBytes(identity)],
    read: (bytes) => {
      const read = identityIn(bytes);
      return [claimsOf(read), signerOf(read), denoWorkflow(read)];
    },
  },
  {
    name: 'statement and its predicate',
    samples: [honest.statement],
    read: (payload) => {
      const statement = checkStatement({ signature: { payload } });
      if (statement.status !== 'passed') return statement;
      return [
        statement,
        checkSubject(about, { statement: statement.fact, manifest }, undefined),
        checkClaims({ statement: statement.fact, certificate: { identity, validAt: new Date(0) } }),
      ];
    },
  },
  {
    name: 'trusted root',
    samples: [honest.trustedRoot],
    read: (bytes) => {
      const found = trustFromBytes(bytes, 'root.json');
      return [found.status, logKeys(found).map(({ names }) => names), describeTrust(found)];
    },
    throws: ['TRUST_INVALID'],
  },
  ...['timestamp.json', 'snapshot.json', 'targets.json', 'root.json'].map(
    (role): Parser => ({
      name: `TUF metadata, ${role}`,
      samples: [tufFile(role)],
      read: async (bytes) => {
        const outcome = await replayTuf(role === 'root.json' ? bytes : honest.tufRoot, tufState(role, bytes));
        return outcome.kind === 'updated' ? outcome.versions : outcome.kind;
      },
      share: 0.15,
    }),
  ),
  {
    name: 'trust as a pack notes it',
    samples: [jsonBytes({ source: 'tuf', digest: 'a'.repeat(64), refreshedAt: '2026-01-01T00:00:00Z' })],
    read: (bytes) =>
      comparedTrust({ attachments: new Map([[trustNote, bytes]]), tool: 'a tool' }, trust.status),
  },
];

function signedBy(der: Buffer): OpenBundle {
  return { ...plainBundle, signer: { kind: 'certificate', der: Buffer.from(der) } };
}

function stampedWith(stamp: Buffer): OpenBundle {
  return { ...stampedBundle, timestamps: [Buffer.from(stamp)] };
}

/** Outcomes without what cannot be compared: the causes are errors of libraries. */
function summary(outcomes: SigstoreOutcomes): unknown {
  return Object.entries<Outcome<unknown>>({ ...outcomes }).map(([name, outcome]) =>
    outcome.status === 'failed' ? [name, outcome.status, outcome.reason] : [name, outcome],
  );
}

function identityIn(bytes: Buffer): Identity {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    value = undefined;
  }
  const fields = Object.entries(identity).map(([key, honestly], index): [string, string] => {
    const given: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
    return [key, typeof given === 'string' ? given : index % 2 === 0 ? honestly : textFrom(bytes)];
  });
  // The certificate's reader makes nothing but texts.
  return Object.fromEntries(fields) as unknown as Identity;
}

/** The DER of each extension of a certificate. */
function extensionsOf(der: Buffer): readonly Buffer[] {
  return X509Certificate.parse(Buffer.from(der)).extensions.map((extension) => extension.toDER());
}

/** The identity of a certificate with another extension in place of the one of its kind, or beside all of them. */
function identityWith(extension: Buffer): unknown {
  const others = honestExtensions.filter(({ oid }) => !extension.includes(oid)).map(({ der }) => der);
  const [tbs, ...signed] = ASN1Obj.parseBuffer(Buffer.from(honest.certificate)).subs;
  const fields = (tbs?.subs ?? []).slice(0, -1).map((field) => field.toDER());
  const der = sequence(
    sequence(...fields, context(3, sequence(...others, extension))),
    ...signed.map((field) => field.toDER()),
  );
  return [identityOf(der), readOrRefuse(der)];
}

const honestExtensions = extensionsOf(honest.certificate).map((der) => ({
  der,
  oid: ASN1Obj.parseBuffer(Buffer.from(der)).subs[0]?.toDER() ?? none('OID'),
}));

function readOrRefuse(der: Buffer): unknown {
  let certificate: X509Certificate;
  try {
    certificate = X509Certificate.parse(Buffer.from(der));
  } catch {
    return 'no certificate';
  }
  try {
    return readIdentity(certificate);
  } catch (error) {
    // The reader says which extension is at fault; the library below it throws plain errors, which its caller expects.
    return error instanceof Error ? error.name : error;
  }
}

function tufFile(role: string): Buffer {
  for (const [path, bytes] of honest.tuf)
    if (path.replace(/^(?:metadata\/)?(?:\d+\.)?/, '') === role) return bytes;
  return none(role);
}

function tufState(role: string, bytes: Buffer): TufState {
  const roles = ['timestamp.json', 'snapshot.json', 'targets.json'].map(
    (name) => [name, name === role ? bytes : tufFile(name)] as const,
  );
  return { roots: new Map(), roles: new Map(roles), trustedRoot: honest.trustedRoot };
}

function none(what: string): never {
  throw new Error(`there is no ${what}`);
}
