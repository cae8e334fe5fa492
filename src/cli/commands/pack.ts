import { followLogs } from '../../audit/logs.ts';
import { auditAll } from '../../audit.ts';
import type { LockfileFormatId } from '../../lockfile/lockfile.ts';
import { inFolder, shownPath } from '../../model/disk-path.ts';
import { JsrVerifyError } from '../../model/error.ts';
import { tool } from '../../model/tool.ts';
import { readBytesFile } from '../../source/disk.ts';
import { mergePacks, type Recorder, recording } from '../../source/pack/pack.ts';
import type { Environment } from '../environment.ts';
import { exit } from '../exit.ts';
import { readOperands } from '../operands.ts';
import type { AuditFlags } from '../options.ts';
import { checkWritable, writeOutput } from '../output.ts';
import { toTrustNote, trustNote } from '../pack-trust.ts';
import { voiceOn } from '../say.ts';
import { auditQuietly } from '../session.ts';

/** Options of its own. */
export interface PackFlags {
  readonly file: string | undefined;
  readonly type: LockfileFormatId | undefined;
  readonly merge: readonly string[] | undefined;
}

/**
 * `jsr-verify pack [path… | spec…] -o <file>`: records every answer that an audit needs, for a machine without a network.
 * What the audit says is not the point here: a pack of a rejected package replays the rejection.
 */
export async function packCommand(
  named: readonly string[],
  { file, type, merge }: PackFlags,
  flags: AuditFlags,
  environment: Environment,
): Promise<number> {
  if (file === undefined)
    throw new JsrVerifyError('OPTIONS_INVALID', 'no file was named for the pack', {
      hint: 'add -o evidence.pack',
    });
  const path = inFolder(environment.cwd, file);
  await checkWritable([{ format: 'json', file: path }]);
  const voice = voiceOn(environment.stderr, flags.quiet);
  if (merge !== undefined && merge.length > 0) {
    const packs = await Promise.all(
      merge.map((one) =>
        readBytesFile(inFolder(environment.cwd, one), {
          code: 'PACK_INVALID',
          shown: one,
          maxBytes: 1_000_000_000,
        }),
      ),
    );
    const [first, ...rest] = packs;
    if (first === undefined || rest.length === 0)
      throw new JsrVerifyError('OPTIONS_INVALID', 'one pack alone cannot be merged', {
        hint: 'name two: --merge a.pack b.pack',
      });
    let merged = first;
    for (const next of rest) merged = await mergePacks(merged, next);
    await writeOutput(path, merged);
    voice.note(`merged ${packs.length} packs into ${shownPath(path, environment.cwd)}`);
    return exit.ok;
  }
  let recorder: Recorder | undefined;
  const { report } = await auditQuietly(
    {
      ...flags,
      leastDepth: 'files',
      wrap: (source) => {
        recorder = recording(source, `jsr-verify/${tool.version}`);
        return recorder.source;
      },
    },
    environment,
    async ({ settings }) => {
      const { specs, lockfiles, count } = await readOperands(named, type, settings, environment);
      return {
        packages: count,
        run: async (auditor) => {
          const report = await auditAll(specs, lockfiles, auditor);
          recorder?.attach(trustNote, toTrustNote(auditor.trust.status));
          // Whoever replays this remembers other heads, or none: the proofs have to do without ours.
          const { memory, ...unremembering } = auditor;
          if (memory !== undefined) await followLogs(report.packages, unremembering);
          return report;
        },
      };
    },
  );
  // Half of the evidence under the name of all of it would only show on the other machine.
  if (report.interrupted) throw new JsrVerifyError('INTERRUPTED', 'interrupted, so no pack was written');
  if (report.packages.length === 0) {
    throw new JsrVerifyError('NOTHING_TO_CHECK', 'no JSR package was found, so there is nothing to pack', {
      hint: 'name a package or a lockfile',
    });
  }
  const bytes = (await recorder?.finish()) ?? new Uint8Array();
  await writeOutput(path, bytes);
  voice.note(
    `recorded ${report.packages.length} packages in ${shownPath(path, environment.cwd)} (${Math.ceil(bytes.length / 1024)} KiB)`,
  );
  if (report.log.kind === 'forked') return exit.rejected;
  if (report.unresolved.length > 0) return exit.request;
  const missing = report.packages.filter(({ verdict }) => verdict.kind === 'inconclusive');
  for (const { purl, verdict } of missing)
    if (verdict.kind === 'inconclusive') voice.warning(`${purl}: ${verdict.because[0].why}`);
  return missing.length > 0 ? exit.inconclusive : exit.ok;
}
