import type { InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import type { LockfileFormatId } from '../lockfile/lockfile.ts';
import { auditOptions, type OptionMore, outputOptions, policyOptions, sourceOptions } from './options.ts';

/** The definition of a command; the parser, help, suggestions and shell completion are derived from it. */
export interface Command {
  /** Its operands as help shows them, for example `[path..]`. */
  readonly usage: string;
  readonly about: string;
  readonly operands: Readonly<Record<string, PositionalOptions & OptionMore>>;
  readonly options: Readonly<Record<string, Options & OptionMore>>;
}

const targets = {
  type: 'string',
  array: true,
  describe: 'packages, folders or lockfiles [.]',
  takes: 'file',
} as const;
const yes = { type: 'boolean', alias: 'y', default: false, describe: 'write without asking' } as const;

/** Every command by its name, in the order of help. `types` are the choices of `--lockfile-type`. */
const tableWith = (types: readonly LockfileFormatId[]) => {
  const lockfileType = {
    choices: types,
    describe: `format: ${types.join(', ')}`,
  } as const;
  return {
    verify: {
      usage: '[spec..]',
      about: 'verify packages',
      operands: {
        spec: {
          type: 'string',
          array: true,
          describe:
            '@std/path, jsr:@std/path@^1, npm:@jsr/std__path, pkg:jsr/@std/path or https://jsr.io/@std/path',
        },
      },
      options: auditOptions,
    },
    audit: {
      usage: '[path..]',
      about: 'audit every JSR package of the lockfiles',
      operands: {
        path: {
          type: 'string',
          array: true,
          describe: 'folders or lockfiles; - for standard input [.]',
          takes: 'file',
        },
      },
      options: { 'lockfile-type': lockfileType, ...auditOptions },
    },
    diff: {
      usage: '<base> [head]',
      about: 'compare two lockfiles or git revisions',
      operands: {
        base: {
          type: 'string',
          demandOption: true,
          describe: 'lockfile, folder or git revision',
          takes: 'file',
        },
        head: {
          type: 'string',
          describe: 'lockfile, folder or git revision [the files as they are]',
          takes: 'file',
        },
      },
      options: { 'lockfile-type': lockfileType, ...auditOptions },
    },
    pin: {
      usage: '[target..]',
      about: 'write who built the packages into the policy',
      operands: { target: targets },
      options: {
        yes,
        check: {
          type: 'boolean',
          default: false,
          describe: 'write nothing; exit 1 when the file is out of date',
        },
        'lockfile-type': lockfileType,
        ...auditOptions,
      },
    },
    export: {
      usage: '<spec>',
      about: 'write the attestation as a Sigstore bundle',
      operands: { spec: { type: 'string', demandOption: true, describe: 'package' } },
      options: auditOptions,
    },
    pack: {
      usage: '[target..]',
      about: 'record the evidence of an audit for --pack',
      operands: { target: targets },
      options: {
        merge: { type: 'string', array: true, describe: 'merge these packs instead', takes: 'file' },
        'lockfile-type': lockfileType,
        ...auditOptions,
      },
    },
    trust: {
      usage: '[action] [file]',
      about: 'show or refresh the trusted root',
      operands: {
        action: {
          type: 'string',
          default: 'status',
          describe: 'status, update or check-fork <file>',
          values: ['status', 'update', 'check-fork'],
        },
        file: { type: 'string', describe: 'evidence of a fork, for check-fork', takes: 'file' },
      },
      options: {
        json: { type: 'boolean', default: false, describe: 'for scripts' },
        strict: policyOptions.strict,
        quiet: outputOptions.quiet,
        ...sourceOptions,
      },
    },
    explain: {
      usage: '[what]',
      about: 'explain a package, a check or a rule; alone, list them',
      operands: {
        what: { type: 'string', describe: 'package, check id or rule id' },
      },
      options: auditOptions,
    },
    init: {
      usage: '',
      about: 'write policy, CI workflow, CODEOWNERS lines',
      operands: {},
      options: { yes, 'lockfile-type': lockfileType, ...auditOptions },
    },
    completion: {
      usage: '[shell]',
      about: 'print the completion script of a shell',
      operands: {
        shell: { type: 'string', describe: 'bash, zsh or fish [SHELL]', values: ['bash', 'zsh', 'fish'] },
      },
      options: {},
    },
  } as const satisfies Readonly<Record<string, Command>>;
};

type Table = ReturnType<typeof tableWith>;

/** The name of a command. */
export type CommandName = keyof Table;

/** The parsed operands and options of a command. */
export type FlagsOf<Name extends CommandName> = InferredOptionTypes<Table[Name]['operands']> &
  InferredOptionTypes<Table[Name]['options']>;

const withoutTypes: Readonly<Record<string, Command>> = tableWith([]);

/** The names of the commands, in the order of help. */
export const commandNames = Object.keys(withoutTypes) as readonly CommandName[];

/**
 * The commands as these arguments need them. The choices of `--lockfile-type` are the formats with all their parsers, so they are
 * loaded only for a command that reads lockfiles.
 */
export async function commandsFor(argv: readonly string[]): Promise<Table> {
  const isReader = argv.some((word) => 'lockfile-type' in (withoutTypes[word]?.options ?? {}));
  return tableWith(isReader ? (await import('../lockfile/lockfile.ts')).formatIds : []);
}

/** Whether a word is a command's name. */
export function isCommand(word: string): boolean {
  return (commandNames as readonly string[]).includes(word);
}

/** The option names of the command in the arguments; those of `verify` if there is no command. */
export function optionNamesFor(argv: readonly string[]): readonly string[] {
  const name = argv.find(isCommand) ?? 'verify';
  return [...Object.keys(withoutTypes[name]?.options ?? {}), 'help', 'version'];
}

/** Whether any command has an option of this name. */
export function isOption(name: string): boolean {
  return Object.values(withoutTypes).some(({ options }) => Object.hasOwn(options, name));
}
