import { JsrVerifyError } from '../model/error.ts';
import { asClause } from '../model/words.ts';
import { nearest } from '../policy/parse/suggest.ts';
import { isOption, optionNamesFor } from './command-table.ts';
import { auditOptions } from './options.ts';

type Flags = Record<string, unknown>;

/** What may be named any number of times without a flag. */
const operands: ReadonlySet<string> = new Set(['spec', 'path', 'target']);
const repeatable: ReadonlySet<string> = new Set([
  ...operands,
  '_',
  '--',
  'format',
  'bundle',
  'merge',
  'npm-registry',
]);
/** Options that are not those of an audit. */
const otherOptions: ReadonlySet<string> = new Set(['merge', 'lockfile-type']);
/** What a command cannot do without, and an example. */
const needed: ReadonlyMap<string, readonly [fact: string, example: string]> = new Map([
  ['diff', ['diff needs a base: a lockfile, a folder or a git revision', 'diff origin/main']],
  ['export', ['export needs a package', 'export @std/path -o path.sigstore.json']],
]);
/** Stands for a lone dash; no argument of a process can contain it. */
const dash = '\0-';

/** The arguments in a form that the parser loses none of: it would drop a lone dash. */
export function keepDashes(argv: readonly string[]): string[] {
  return argv.map((text) => (text === '-' ? dash : text));
}

/** Puts the dashes back, and what follows `--` where it belongs: else something would be audited that nobody asked for. */
export function restoreOperands(flags: Flags): void {
  const rest: readonly unknown[] = Array.isArray(flags['--']) ? flags['--'] : [];
  if (rest.length > 0) {
    const operand = Object.keys(flags).find((name) => operands.has(name) && Array.isArray(flags[name]));
    if (operand === undefined)
      throw new JsrVerifyError('OPTIONS_INVALID', 'only a list of packages or paths may follow --', {
        hint: 'remove the --',
      });
    flags[operand] = [...(flags[operand] as readonly unknown[]), ...rest];
  }
  const restore = (value: unknown) => (value === dash ? '-' : value);
  for (const [name, value] of Object.entries(flags))
    flags[name] = Array.isArray(value) ? value.map(restore) : restore(value);
}

/** Of two values for one option, neither is silently the right one. */
export function refuseRepeated(flags: Readonly<Flags>): true {
  for (const [name, value] of Object.entries(flags)) {
    // A short form stands beside the option that it is short for.
    if (!Array.isArray(value) || repeatable.has(name) || name.length === 1) continue;
    throw new JsrVerifyError('OPTIONS_INVALID', `--${name} is given ${value.length} times`, {
      hint: 'give it once',
    });
  }
  return true;
}

/** `--no-repo` would silently expect nothing: only what is on or off can be turned off. */
export function refuseNegated(flags: Readonly<Flags>): true {
  for (const [name, option] of Object.entries(auditOptions)) {
    const isOff = [flags[name]].flat().includes(false);
    if (!isOff || ('type' in option && option.type === 'boolean')) continue;
    throw new JsrVerifyError('OPTIONS_INVALID', `--no-${name} is not an option`, {
      hint: `remove it; without --${name} its default counts`,
    });
  }
  return true;
}

/** An option at the end of the line, or a variable in a script that is empty: nobody wants to expect nothing. */
export function refuseEmpty(flags: Readonly<Flags>): true {
  for (const [name, value] of Object.entries(flags)) {
    if (!(name in auditOptions) && !otherOptions.has(name)) continue;
    if (value === '' || (Array.isArray(value) && value.includes(''))) throw withoutValue(name);
  }
  return true;
}

/** What the parser has against the arguments, in our words. */
export function toRequestError(message: string, argv: readonly string[]): JsrVerifyError {
  const missing = /^Not enough arguments following: (\S+)$/.exec(message)?.[1];
  if (missing !== undefined) return withoutValue(missing);
  const [, name, given, choices] = /^ *Argument: (\S+), Given: (.*), Choices: (.*)$/m.exec(message) ?? [];
  if (name !== undefined && choices !== undefined) {
    if (given?.startsWith('"') !== true) return withoutValue(name);
    return new JsrVerifyError('OPTIONS_INVALID', `--${name} cannot be ${given}`, {
      hint: `it is one of ${choices.replaceAll('"', '')}`,
    });
  }
  const line = message.split('\n')[0] ?? message;
  const [fact, example] =
    (line.startsWith('Not enough non-option') && needed.get(argv.find((text) => needed.has(text)) ?? '')) ||
    [];
  if (fact !== undefined)
    return new JsrVerifyError('OPTIONS_INVALID', fact, { hint: `try jsr-verify ${example}` });
  const [unknown] = /^Unknown arguments?: (.*)$/.exec(line)?.[1]?.split(', ') ?? [];
  if (unknown !== undefined) return unknownArgument(unknown, argv);
  return new JsrVerifyError('OPTIONS_INVALID', asClause(line), {
    hint: 'see jsr-verify --help',
  });
}

function unknownArgument(name: string, argv: readonly string[]): JsrVerifyError {
  if (argv.includes(name))
    return new JsrVerifyError('OPTIONS_INVALID', `${JSON.stringify(name)} is one argument too many`, {
      hint: 'see jsr-verify --help',
    });
  const typed = argv.find((text) => /^--?(?:no-)?([^=]*)/.exec(text)?.[1] === name)?.split('=')[0];
  const option = typed ?? `--${name}`;
  const options = optionNamesFor(argv);
  if (isOption(name))
    return new JsrVerifyError('OPTIONS_INVALID', `this command has no option ${option}`, {
      hint: 'see --help of the command',
    });
  const meant = nearest(name, options);
  const no = option.startsWith('--no-') ? 'no-' : '';
  return new JsrVerifyError('OPTIONS_INVALID', `unknown option ${option}`, {
    hint: meant === undefined ? 'see jsr-verify --help' : `did you mean --${no}${meant}`,
  });
}

function withoutValue(name: string): JsrVerifyError {
  return new JsrVerifyError('OPTIONS_INVALID', `--${name} has no value`, {
    hint: `write --${name} <value>, or remove the option`,
  });
}
