import { join } from 'node:path';
import type { LockfileFormatId } from '../../lockfile/lockfile.ts';
import { seenFrom, shownPath } from '../../model/disk-path.ts';
import type { Environment } from '../environment.ts';
import { confirmed, declined, type FileChange, showChange } from '../file-change.ts';
import { readRepository, refuseLinks, writeIn } from '../init/repository.ts';
import { setUp } from '../init/setup.ts';
import type { AuditFlags } from '../options.ts';
import { planPins } from '../pins.ts';
import { voiceOn } from '../say.ts';

/** Options of its own. */
export interface InitFlags {
  readonly yes: boolean;
  readonly type: LockfileFormatId | undefined;
}

/** `jsr-verify init`: a policy that pins what verifies, a workflow for the CI of the project, and owners of both; shown first. */
export async function initCommand(
  { yes, type }: InitFlags,
  flags: AuditFlags,
  environment: Environment,
): Promise<number> {
  const { cwd, stderr } = environment;
  const repository = await readRepository(cwd);
  const { root } = repository;
  const plan = await planPins({ named: [], type, mayWrite: true }, flags, environment);
  const { policy, entries, code } = plan;
  if (plan.interrupted) return code;
  const setup = setUp(repository, { folder: seenFrom(root, cwd), policy: seenFrom(root, policy.path) });
  const known = new Map(
    [...repository.workflows, repository.codeowners].flatMap((one) => (one ? [[one.file, one.text]] : [])),
  );
  const others = setup.files.map(({ file, text }): FileChange => {
    const path = join(root, file);
    return { path, shown: shownPath(path, cwd), known: known.get(file), text };
  });
  const changes = [...(entries === 0 ? [] : [policy]), ...others];
  for (const change of [policy, ...others]) refuseLinks(root, change);
  const voice = voiceOn(stderr, flags.quiet);
  for (const change of changes) showChange(change, environment);
  if (entries === 0 && policy.known === undefined)
    voice.note(`no package was pinned, so ${policy.shown} is not written; run init again when one verifies`);
  for (const { file, lines } of setup.byHand) {
    voice.note(`add to ${file} by hand:`);
    for (const line of lines.trimEnd().split('\n')) voice.note(`  ${line}`);
  }
  if (!repository.github && repository.gitlab === undefined)
    voice.note('no CI was found: there is neither .github nor .gitlab-ci.yml, so no workflow is written');
  if (changes.length === 0) {
    voice.note(setup.byHand.length === 0 ? 'nothing to do' : 'nothing to write');
    return code;
  }
  const names = changes.map(({ shown }) => shown).join(', ');
  if (!yes && !(await confirmed(`write ${names}?`, environment)))
    return declined(`nothing was written`, voice, environment);
  for (const change of changes) {
    await writeIn(root, change);
    voice.note(`wrote ${change.shown}`);
  }
  return code;
}
