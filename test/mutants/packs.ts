import { gunzipSync, gzipSync } from 'node:zlib';
import { verifySpecs } from '../../src/audit.ts';
import { toTrustNote, trustNote } from '../../src/cli/pack-trust.ts';
import { parseSpec } from '../../src/registry/spec.ts';
import { openPack, recording } from '../../src/source/pack/pack.ts';
import { type Case, outcomeOf } from './case.ts';
import { BytesSource, MintedWorld } from './minted.ts';

/** A pack that was recorded elsewhere and is replayed here. */
export async function packs(): Promise<readonly Case[]> {
  const minted = new MintedWorld();
  const { fullName } = minted.publish('packed');
  const specs = [parseSpec(fullName)];
  const recorder = recording(new BytesSource((url, body) => minted.ask(url, body)));
  const auditor = minted.auditor(recorder.source, 'files');
  await verifySpecs(specs, auditor);
  recorder.attach(trustNote, toTrustNote(auditor.trust.status));
  const packed = Buffer.from(await recorder.finish());
  return [
    {
      name: 'a pack',
      evidence: new Map([
        ['pack', gunzipSync(packed)],
        ['pack.gz', packed],
      ]),
      waysPerByte: 1,
      run: (changed) =>
        outcomeOf(async () => {
          const lines = changed.get('pack');
          const bytes =
            lines === undefined ? (changed.get('pack.gz') ?? packed) : gzipSync(lines, { level: 1 });
          return verifySpecs(specs, minted.auditor(await openPack(bytes), 'files'));
        }),
    },
  ];
}
