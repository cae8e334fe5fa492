import { isAbsolute, relative, resolve } from 'node:path';
import { diff } from '../../drift.ts';
import type { DiscoverOptions } from '../../lockfile/find/discover.ts';
import type { Disk } from '../../lockfile/find/disk.ts';
import { shown } from '../../lockfile/find/node-locks.ts';
import { type ReadLockfiles, readDiscovered } from '../../lockfile/find/read.ts';
import type { LockfileFormatId } from '../../lockfile/lockfile.ts';
import { inFolder } from '../../model/disk-path.ts';
import { JsrVerifyError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { mergeTargets } from '../../model/target.ts';
import type { Addresses } from '../../registry/addresses.ts';
import { diskAt, kindOf } from '../../source/disk.ts';
import { notUtf8At } from '../../wire/utf8.ts';
import type { Environment } from '../environment.ts';
import { commitOf, diskOfCommit, refuseRevision } from '../git.ts';
import { readLockfiles } from '../lockfiles.ts';
import type { AuditFlags } from '../options.ts';
import { runAudit } from '../session.ts';

/** `jsr-verify diff <base> [head]`: what changed between two lockfiles, or two git revisions of the ones in this folder. */
export async function diffCommand(
  base: string,
  head: string | undefined,
  type: LockfileFormatId | undefined,
  flags: AuditFlags,
  environment: Environment,
): Promise<number> {
  // Nothing that changed is nothing wrong.
  return runAudit({ ...flags, 'allow-empty': true }, environment, async ({ settings }) => {
    const side = (text: string | undefined, flat: boolean) =>
      sideOf(text, type, settings.addresses, environment, flat);
    // Of the base, what lies below is only looked at where the head has something there.
    const [before, after] = [await side(base, true), await side(head, false)];
    // A lockfile that came or went is a change; where there is none on either side, nothing was compared.
    if (before.missing !== undefined && after.missing !== undefined) throw after.missing;
    const told = [...emptySides(before, after), ...(await unreadChanges(before, after))];
    return {
      packages: mergeTargets(after.contents.flatMap(({ targets }) => targets)).length,
      run: async (auditor) => {
        const report = await diff(before.contents, after.contents, auditor);
        return { ...report, findings: [...report.findings, ...told] };
      },
    };
  });
}

/** What one side of the comparison holds. */
interface Side extends Pick<ReadLockfiles, 'contents' | 'missing'> {
  /** Paths on this disk that were read for it. */
  readonly read: ReadonlySet<string>;
  /** A folder, with what in it is not read. */
  readonly folder?: Pick<ReadLockfiles, 'unread' | 'unseen'> & { readonly disk: Disk; readonly path: string };
}

/**
 * A lockfile or folder when it is spelled as one or no revision is called so, else a git revision; nothing is the
 * folder as it is. A revision, or the folder as it is, may have no lockfile.
 */
async function sideOf(
  text: string | undefined,
  type: LockfileFormatId | undefined,
  addresses: Addresses,
  environment: Environment,
  flat: boolean,
): Promise<Side> {
  const { cwd } = environment;
  const options = {
    registry: addresses.registry,
    npmRegistry: addresses.npmRegistry,
    otherNpmRegistries: addresses.otherNpmRegistries,
    flat,
    ...(type !== undefined && { format: type }),
  };
  const pathsOf = (contents: Side['contents']) => new Set(contents.map(({ file }) => resolve(cwd, file)));
  const inside = async (disk: Disk, paths: readonly string[], more: DiscoverOptions = {}): Promise<Side> => {
    const { contents, missing, unread, unseen } = await readDiscovered(disk, paths, { ...options, ...more });
    const path = resolve(cwd, paths[0] ?? '.');
    return { contents, missing, read: pathsOf(contents), folder: { disk, path, unread, unseen } };
  };
  if (text === undefined) return inside(diskAt(cwd), [], { allowMissing: true });
  const kind = text === '-' ? 'file' : await kindOf(inFolder(cwd, text));
  if (kind !== undefined) {
    if (!isSpelledPath(text)) await refuseRevision(text, cwd);
    if (kind === 'folder') return inside(diskAt(cwd), [text]);
    const contents = await readLockfiles([text], type, addresses, environment);
    return { contents, missing: undefined, read: pathsOf(contents) };
  }
  const disk = await diskOfCommit(await commitOf(text, cwd), cwd, text);
  return { ...(await inside(disk, [], { allowMissing: true })), read: new Set() };
}

/**
 * What came or changed in lockfiles that are not read: nobody looked at it, so it is an error. Those that both sides have
 * with the same text have not changed.
 */
async function unreadChanges(before: Side, { folder: head }: Side): Promise<readonly Finding[]> {
  if (head === undefined) return [];
  const findings: Finding[] = [];
  for (const { path, why, hint } of head.unread) {
    if (before.read.has(path) || (await isUnchanged(path, before, head))) continue;
    findings.push({
      id: 'lockfile',
      severity: 'error',
      message: `it was added or changed, and its content was not compared: ${why}`,
      hint,
      at: { file: shown(head.disk, path), line: 1 },
    });
  }
  const unseen = head.unseen.map((remark): Finding => ({ id: 'lockfile', severity: 'error', ...remark }));
  return [...findings, ...unseen];
}

async function isUnchanged(
  path: string,
  { folder: base }: Side,
  head: NonNullable<Side['folder']>,
): Promise<boolean> {
  if (base === undefined) return false;
  const there = resolve(base.path, relative(head.path, path));
  try {
    if ((await base.disk.kindOf(there)) !== 'file') return false;
    const text = await head.disk.read(path);
    // Bytes that are no text may differ where the texts do not.
    return notUtf8At(text) === -1 && sameLines(text, await base.disk.read(there));
  } catch (error) {
    if (error instanceof JsrVerifyError) return false;
    throw error;
  }
}

// Git for Windows writes files with line ends of its own; no format of lockfiles tells the two kinds apart.
function sameLines(one: string, other: string): boolean {
  const plain = (text: string) => text.replaceAll('\r\n', '\n');
  return plain(one) === plain(other);
}

/** A side without any lockfile explains why everything came or went, so it is said. */
function emptySides(before: Side, after: Side): readonly Finding[] {
  const say = (side: string, { message }: JsrVerifyError, what: string): Finding => ({
    id: 'lockfile',
    severity: 'note',
    message: `the ${side} has no lockfile, so every package counts as ${what}: ${message}`,
  });
  return [
    ...(before.missing === undefined ? [] : [say('base', before.missing, 'added')]),
    ...(after.missing === undefined ? [] : [say('head', after.missing, 'removed')]),
  ];
}

/** No revision can be called so: `.` alone is none, and neither does one start with a dot or a slash. */
function isSpelledPath(text: string): boolean {
  return text === '-' || text === '.' || text === '..' || /^\.{0,2}[\\/]/.test(text) || isAbsolute(text);
}
