import type { Command } from '../command-table.ts';
import { helpTopics } from '../help.ts';

/** What may stand in a place of the command line. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** A report format, or `format=file`. */
  | { readonly kind: 'formats'; readonly words: readonly string[] }
  | { readonly kind: 'file' | 'folder' }
  /** Something that nobody can guess, such as the name of a repository. */
  | { readonly kind: 'any' };

/** An option as people write it. */
export interface OptionWords {
  /** With its dashes, such as `--no-color`. */
  readonly long: string;
  readonly short?: string;
  readonly about: string;
  readonly repeatable: boolean;
  /** `undefined` for one that is on or off. */
  readonly value: Values | undefined;
}

/** A command as people write it. */
export interface CommandWords {
  readonly name: string;
  readonly about: string;
  readonly options: readonly OptionWords[];
  /** What its operands may be. */
  readonly operands: readonly Values[];
}

/** What shells complete, taken from the tables of commands and options. `topics` are what can be explained. */
export function wordsOf(
  commands: Readonly<Record<string, Command>>,
  topics: readonly string[],
): readonly CommandWords[] {
  const words = Object.entries(commands).map(([name, { about, options, operands }]) => ({
    name,
    about,
    options: [...Object.entries(options).map(([option, it]) => optionWords(option, it)), help],
    operands: [
      ...Object.values(operands).map(valuesOf),
      ...(name === 'explain' ? [{ kind: 'words', words: topics } as const] : []),
    ].filter(({ kind }) => kind !== 'any'),
  }));
  const names = { kind: 'words', words: [...Object.keys(commands), ...helpTopics] } as const;
  return [...words, { name: 'help', about: 'show the options of a command', options: [], operands: [names] }];
}

const help: OptionWords = {
  long: '--help',
  short: '-h',
  about: 'show help',
  repeatable: false,
  value: undefined,
};

type Option = Command['options'][string];

function optionWords(name: string, option: Option): OptionWords {
  const { alias, default: preset, type, array = false, describe = '' } = option;
  const isSwitch = type === 'boolean';
  return {
    long: isSwitch && preset === true ? `--no-${name}` : `--${name}`,
    ...(typeof alias === 'string' && { short: `-${alias}` }),
    about: describe,
    repeatable: array,
    value: isSwitch ? undefined : name === 'format' ? formatsOf(option) : valuesOf(option),
  };
}

function formatsOf({ values = [] }: Option): Values {
  return { kind: 'formats', words: values };
}

function valuesOf({ choices, values, takes }: Pick<Option, 'choices' | 'values' | 'takes'>): Values {
  const words = values ?? choices?.map(String);
  if (words !== undefined) return { kind: 'words', words };
  return { kind: takes ?? 'any' };
}
