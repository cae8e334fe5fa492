import { createInterface } from 'node:readline/promises';
import { createTwoFilesPatch } from 'diff';
import { JsrVerifyError } from '../model/error.ts';
import { toTerminal } from '../report/words/escape.ts';
import { readTextFile } from '../source/disk.ts';
import type { Environment } from './environment.ts';
import { exit } from './exit.ts';
import { writeOutput } from './output.ts';
import type { Voice } from './say.ts';

/** A file that a command will create or change. */
export interface FileChange {
  readonly path: string;
  /** The path for messages. */
  readonly shown: string;
  /** Its current text; `undefined` if it does not exist. */
  readonly known: string | undefined;
  readonly text: string;
}

/** Prints the change as a patch. */
export function showChange(
  { shown, known, text }: FileChange,
  { stdout }: Pick<Environment, 'stdout'>,
): void {
  const patch = createTwoFilesPatch(shown, shown, known ?? '', text, known === undefined ? 'new' : '', '');
  // The library adds lines before the file names that separate several patches in one file.
  const lines = patch.trimEnd().split('\n');
  for (const line of lines.slice(lines.findIndex((one) => one.startsWith('--- '))))
    stdout.write(`${toTerminal(line, 1000)}\n`);
}

/**
 * Writes the change, unless the file has changed in the meantime.
 *
 * @throws {JsrVerifyError} `OUTPUT_UNWRITABLE`
 */
export async function writeChange({ path, shown, known, text }: FileChange): Promise<void> {
  await writeOutput(path, text, async () => {
    // Another process or an editor may have written the file; do not overwrite that.
    const now = await readTextFile(path, { code: 'OUTPUT_UNWRITABLE', shown }).catch(() => undefined);
    if (now === known) return;
    throw new JsrVerifyError('OUTPUT_UNWRITABLE', `${shown} was changed by somebody else meanwhile`, {
      hint: 'run the command again: it starts from the file as it is now',
    });
  });
}

/**
 * Asks on the terminal; without a terminal the answer is no.
 *
 * @throws {JsrVerifyError} `INTERRUPTED`
 */
export async function confirmed(question: string, environment: Environment): Promise<boolean> {
  const { stdin, stderr, signal } = environment;
  if (!canAsk(environment)) return false;
  // A terminal is a stream with all that the interface needs.
  const asker = createInterface({ input: stdin as NodeJS.ReadStream, output: stderr as NodeJS.WriteStream });
  // During a question on a terminal, Ctrl-C and Ctrl-D are keys: there is neither a signal nor an answer.
  const gone = new AbortController();
  asker.once('close', () => gone.abort());
  try {
    const answer = await asker.question(`${question} [y/N] `, {
      signal: AbortSignal.any([signal, gone.signal]),
    });
    return /^y(?:es)?$/i.test(answer.trim());
  } catch (error) {
    if (!gone.signal.aborted && !signal.aborted) throw error;
    throw new JsrVerifyError('INTERRUPTED', 'interrupted, so nothing was written', { cause: error });
  } finally {
    asker.close();
  }
}

/**
 * Reports that nothing was written and returns the exit code: "no" is not an error, a missing terminal is an invalid
 * request.
 */
export function declined(fact: string, voice: Voice, environment: Environment): number {
  if (canAsk(environment)) {
    voice.note(fact);
    return exit.ok;
  }
  voice.error(fact, 'no terminal: add --yes to write without asking');
  return exit.request;
}

/** Whether there is a terminal on which the user can answer. */
function canAsk({ stdin, stderr }: Environment): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}
