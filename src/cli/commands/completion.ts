import { basename } from 'node:path';
import { aboutEverything } from '../../catalogue.ts';
import { JsrVerifyError } from '../../model/error.ts';
import { commandsFor } from '../command-table.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import { wordsOf } from '../completion/words.ts';
import { zshScript } from '../completion/zsh.ts';
import type { Environment } from '../environment.ts';
import { exit } from '../exit.ts';

const scripts = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
]);

/** `jsr-verify completion [bash | zsh | fish]`: prints what makes a shell complete the commands, options and values. */
export async function completionCommand(
  named: string | undefined,
  { env, stdout }: Pick<Environment, 'env' | 'stdout'>,
): Promise<number> {
  const shell = named ?? basename(env['SHELL'] ?? '');
  const script = scripts.get(shell);
  if (script === undefined)
    throw new JsrVerifyError(
      'OPTIONS_INVALID',
      named === undefined && shell === ''
        ? 'no shell was named, and SHELL is not set'
        : `there is no completion for the shell ${JSON.stringify(shell)}`,
      { hint: `name one of ${[...scripts.keys()].join(', ')}` },
    );
  // As for `audit`: with the choices of every option.
  stdout.write(script(wordsOf(await commandsFor(['audit']), [...aboutEverything.keys()])));
  return exit.ok;
}
