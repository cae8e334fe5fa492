import type { LockfileFormatId } from '../../lockfile/lockfile.ts';
import type { Environment } from '../environment.ts';
import { exit } from '../exit.ts';
import { confirmed, declined, showChange, writeChange } from '../file-change.ts';
import type { AuditFlags } from '../options.ts';
import { planPins } from '../pins.ts';
import { voiceOn } from '../say.ts';

/** Options of its own. */
export interface PinFlags {
  readonly yes: boolean;
  readonly check: boolean;
  readonly type: LockfileFormatId | undefined;
}

/** `jsr-verify pin [spec… | path]`: writes who built what was verified into the policy file. */
export async function pinCommand(
  named: readonly string[],
  { yes, check, type }: PinFlags,
  flags: AuditFlags,
  environment: Environment,
): Promise<number> {
  const plan = await planPins({ named, type, mayWrite: !check }, flags, environment);
  const { policy, entries, code } = plan;
  if (plan.interrupted) return code;
  const voice = voiceOn(environment.stderr, flags.quiet);
  if (entries === 0) {
    if (code === exit.ok) voice.note(`${policy.shown} is up to date`);
    else if (!check) voice.note(`there is nothing to pin, so ${policy.shown} was not written`);
    return code;
  }
  showChange(policy, environment);
  if (check) {
    voice.error(`${policy.shown} is out of date`, 'run jsr-verify pin and commit the file');
    return exit.rejected;
  }
  if (!yes && !(await confirmed(`write ${policy.shown}?`, environment)))
    return declined(`${policy.shown} was not written`, voice, environment);
  await writeChange(policy);
  voice.note(`wrote ${policy.shown}: ${entries} ${entries === 1 ? 'entry' : 'entries'}`);
  return code;
}
