import { jsonBytes } from '../support/json.ts';
import { denoLock } from '../support/lockfiles.ts';
import type { Case } from './case.ts';
import { keptAnswers } from './kept.ts';
import { MintedWorld } from './minted.ts';
import { packs } from './packs.ts';
import { tarballs } from './tarballs.ts';
import { trustByTuf } from './tuf.ts';

/** Honest evidence of every kind that a verification may rest on. */
export async function honestCases(): Promise<readonly Case[]> {
  return [
    ...attestations(),
    ...tarballs(),
    ...(await packs()),
    ...(await keptAnswers()),
    ...(await trustByTuf()),
  ];
}

function attestations(): readonly Case[] {
  const minted = new MintedWorld();
  const { world, urls } = minted;
  const { registry, api, rekor } = urls;
  const named = minted.publish('widget');
  const searched = minted.publish('gadget', { rekorLogId: null });
  const rebuilt = minted.publish('parser', { provenance: { kind: 'dsse' } });
  const bundled = minted.publish('bundle', { rekorLogId: null });
  const uploaded = minted.publish('upload', {
    provenance: { digest: 'tarball', statement: { typeKey: '_type' } },
  });
  const locked = minted.publish('locked');
  const search = `${rekor}/api/v1/index/retrieve`;
  const about = JSON.stringify({ hash: `sha256:${searched.digest}` });
  return [
    minted.case(
      'the log entry that the registry names',
      named,
      minted.parts({
        'meta.json': `${registry}/@acme/widget/meta.json`,
        manifest: `${registry}/@acme/widget/1.0.0_meta.json`,
        version: `${api}/scopes/acme/packages/widget/versions/1.0.0`,
        entry: `${rekor}/api/v1/log/entries?logIndex=${named.attested.logIndex}`,
        ...Object.fromEntries(
          [...named.files.keys()].map((path) => [`file ${path}`, `${registry}/@acme/widget/1.0.0${path}`]),
        ),
      }),
    ),
    minted.case(
      'a log entry that a search finds',
      searched,
      {
        ...minted.parts({
          'meta.json': `${registry}/@acme/gadget/meta.json`,
          package: `${api}/scopes/acme/packages/gadget`,
          entry: `${rekor}/api/v1/log/entries/${searched.attested.position.uuid}`,
        }),
        search: minted.part(search, about),
      },
      { searchable: true },
    ),
    minted.case(
      'a log entry whose payload is rebuilt',
      rebuilt,
      minted.parts({
        manifest: `${registry}/@acme/parser/1.0.0_meta.json`,
        entry: `${rekor}/api/v1/log/entries?logIndex=${rebuilt.attested.logIndex}`,
      }),
    ),
    minted.case(
      'a statement over the uploaded tarball',
      uploaded,
      minted.parts({
        'manifest of the upload': `${registry}/@acme/upload/1.0.0_meta.json`,
        upload: `${api}/scopes/acme/packages/upload/versions/1.0.0/tarball`,
      }),
    ),
    minted.case('a bundle from disk', bundled, {}, { bundle: jsonBytes(world.bundle(bundled.attested)) }),
    minted.case('a lockfile', locked, {}, { lockfile: ['deno.lock', Buffer.from(denoLock([locked]))] }),
  ];
}
