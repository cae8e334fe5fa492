import { gunzipSync } from 'node:zlib';
import { toBundle } from '../support/bundle.ts';
import type { WorldRequest } from '../support/http.ts';
import { jsonBytes } from '../support/json.ts';
import { mintWorld } from '../support/jsr.ts';
import { mintTuf } from '../support/tuf.ts';
import { publish } from '../verify/chain.ts';

/** A world with a package in it, whose honest answers are what mutants are made of. */
export const world = mintWorld();

/** A small package with provenance, and one whose attestation the log keeps in the newer form. */
export const widget = publish(world);
const gadget = publish(world, { kind: 'dsse' });
const { attested } = widget;

const stamp = world.sigstore.tsa.stamp(
  attested.envelope.signatures[0]?.sig ?? Buffer.alloc(0),
  new Date(attested.certificate.notBefore.getTime() + 30_000),
);
const repository = mintTuf({ targets: { 'trusted_root.json': world.sigstore.trustedRootBytes() } });

const bodyOf = (role: WorldRequest['role'], path: string): Buffer =>
  Buffer.from(world.answer({ role, path }).body);
const entryOf = ({ attested: { position } }: typeof widget): Buffer =>
  jsonBytes({ [position.uuid]: world.rekor.entry(position) });

/** Honest documents of every kind that comes from outside. */
export const honest = {
  meta: bodyOf('registry', '/@acme/widget/meta.json'),
  manifest: widget.manifest,
  apiVersion: bodyOf('api', `/scopes/acme/packages/widget/versions/${widget.version}`),
  apiPackage: bodyOf('api', '/scopes/acme/packages/widget'),
  packument: bodyOf('npm', '/@jsr/acme__widget'),
  tarball: widget.npmTarball('https://npm.jsr.test'),
  tar: gunzipSync(widget.npmTarball('https://npm.jsr.test')),
  upload: gunzipSync(widget.uploaded),
  entries: [entryOf(widget), entryOf(gadget)],
  search: jsonBytes(world.rekor.search(`sha256:${widget.digest}`)),
  batch: jsonBytes([{ [attested.position.uuid]: world.rekor.entry(attested.position) }]),
  proof: jsonBytes(world.rekor.proof(world.rekor.activeSize - 1, world.rekor.activeSize)),
  heads: jsonBytes(world.rekor.info()),
  checkpoint: Buffer.from(world.rekor.checkpoint()),
  bundles: [
    jsonBytes(world.bundle(attested)),
    jsonBytes(
      toBundle(
        attested.certificate,
        attested.envelope,
        [world.sigstore.openLogV2().addDsse(attested.envelope, attested.certificate.der)],
        { timestamps: [stamp] },
      ),
    ),
  ],
  certificate: Buffer.from(attested.certificate.der),
  certificatePem: Buffer.from(attested.certificate.pem),
  timestamp: Buffer.from(stamp),
  statement: attested.statement,
  trustedRoot: world.sigstore.trustedRootBytes(),
  tufRoot: repository.root(),
  tuf: new Map(
    repository.paths().flatMap((path) => {
      const bytes = repository.get(path);
      return bytes === undefined ? [] : [[path, bytes] as const];
    }),
  ),
};
