import { JsrVerifyError } from '../model/error.ts';
import { tool } from '../model/tool.ts';
import { type Environment, processEnvironment } from './environment.ts';
import { byError, exit } from './exit.ts';
import { toMissing } from './permissions.ts';
import { sayError, voiceOn } from './say.ts';

/** Runs the program and returns its exit code; the only place that catches unexpected errors. */
export async function main(environment: Environment = processEnvironment()): Promise<number> {
  const voice = voiceOn(environment.stderr, false);
  try {
    return await run(environment);
  } catch (caught) {
    const error = toMissing(caught) ?? caught;
    if (error instanceof JsrVerifyError) {
      sayError(voice, error);
      return byError[error.code];
    }
    voice.error(
      'this is a bug in jsr-verify, please report it with the lines below',
      'https://github.com/jsr-verify/jsr-verify/issues',
    );
    environment.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return exit.bug;
  }
}

async function run(environment: Environment): Promise<number> {
  const { argv, stdout } = environment;
  if (argv.length === 1 && argv[0] === '--version') {
    stdout.write(`${tool.version}\n`);
    return exit.ok;
  }
  const { parse } = await import('./parser.ts');
  const work = await parse(environment);
  return work();
}
