import { JsrVerifyError } from '../model/error.ts';
import { asClause } from '../model/words.ts';
import { nearest } from '../policy/parse/suggest.ts';
import { isOption, optionNamesFor } from './command-table.ts';
import { auditOptions } from './options.ts';

type Flags = Record<string, unknown>;

/** Operands that may be repeated. */
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
/** Options with a value that are not audit options. */
const otherOptions: ReadonlySet<string> = new Set(['merge', 'lockfile-type']);
/** Required operands: what is missing, and an example. */
const needed: ReadonlyMap<string, readonly [fact: string, example: string]> = new Map([
  ['diff', ['diff needs a base: a lockfile, a folder or a git revision', 'diff origin/main']],
  ['export', ['export needs a package', 'export @std/path -o path.sigstore.json']],
]);
/** Replaces a lone dash; no argument of a process can contain this character. */
const dash = '\0-';

/** Replaces lone dashes, which the parser would drop. */
export function keepDashes(argv: readonly string[]): string[] {
  return argv.map((text) => (text === '-' ? dash : text));
}

/** Restores the dashes and the arguments after `--`; otherwise the wrong operands would be audited. */
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

/** Rejects two values for one option, because neither is clearly the right one. */
export function refuseRepeated(flags: Readonly<Flags>): true {
  for (const [name, value] of Object.entries(flags)) {
    // The parser also lists a short form under its long name.
    if (!Array.isArray(value) || repeatable.has(name) || name.length === 1) continue;
    throw new JsrVerifyError('OPTIONS_INVALID', `--${name} is given ${value.length} times`, {
      hint: 'give it once',
    });
  }
  return true;
}

/** Rejects `--no-` before an option that takes a value: `--no-repo` would silently expect nothing. */
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

/** Rejects an empty value, for example from an empty variable in a script: it would expect nothing. */
export function refuseEmpty(flags: Readonly<Flags>): true {
  for (const [name, value] of Object.entries(flags)) {
    if (!(name in auditOptions) && !otherOptions.has(name)) continue;
    if (value === '' || (Array.isArray(value) && value.includes(''))) throw withoutValue(name);
  }
  return true;
}

/** The parser's error message as an error of this program. */
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
