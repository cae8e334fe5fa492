import type { Options } from 'yargs';
import { JsrVerifyError } from '../model/error.ts';
import { nearest } from '../policy/parse/suggest.ts';
import { type Command, commandNames, isCommand } from './command-table.ts';
import { groups } from './options.ts';

/** The options that help shows: the everyday ones, those of one group, or all. */
export type HelpTopic = 'everyday' | keyof typeof groups | 'all';

/** The arguments for the parser, and the topic of help. */
export interface HelpRequest {
  readonly argv: readonly string[];
  readonly topic: HelpTopic;
  /** Whether this is help of the whole program, which lists commands instead of operands. */
  readonly isWhole: boolean;
}

/** The words that may follow `--help`. */
export const helpTopics: readonly HelpTopic[] = [...(Object.keys(groups) as (keyof typeof groups)[]), 'all'];
/** Options of a group that help of a command shows by default, with a shorter text if there is one. */
const everyday: ReadonlyMap<string, { readonly describe?: string }> = new Map([
  ['depth', { describe: 'how deep: attestation, files, tarball, installed' }],
  ['format', {}],
  ['output', {}],
  ['quiet', {}],
  ['verbose', {}],
]);
const ownGroup = 'Options:';

/**
 * Parses a request for help: `help audit` is `audit --help`, and the word after `--help` may name a group of options.
 *
 * @throws {JsrVerifyError} `OPTIONS_INVALID` for an unknown command
 */
export function readHelp(argv: readonly string[]): HelpRequest {
  const asked = argv[0] === 'help' ? fromCommand(argv.slice(1)) : argv;
  const end = asked.includes('--') ? asked.indexOf('--') : asked.length;
  const at = asked.slice(0, end).findIndex((word) => /^(?:--help(?:=.*)?|-h)$/.test(word));
  if (at === -1) return { argv: asked, topic: 'everyday', isWhole: false };
  const inside = asked[at]?.split('=')[1];
  const topic = helpTopics.find((one) => one === (inside ?? asked[at + 1])) ?? 'everyday';
  if (inside !== undefined && topic === 'everyday') throw noTopic(inside);
  const after = inside === undefined && topic !== 'everyday' ? at + 2 : at + 1;
  const words = [...asked.slice(0, at), '--help', ...asked.slice(after)];
  if (words.some(isCommand)) return { argv: words, topic, isWhole: false };
  // Help of a group needs no list of commands.
  return isGroup(topic)
    ? { argv: ['verify', ...words], topic, isWhole: false }
    : { argv: words, topic, isWhole: true };
}

function fromCommand(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words;
  if (first === undefined || (helpTopics as readonly string[]).includes(first)) return ['--help', ...words];
  if (!isCommand(first) && !first.startsWith('-')) {
    const meant = nearest(first, commandNames);
    throw new JsrVerifyError('OPTIONS_INVALID', `there is no command ${JSON.stringify(first)}`, {
      hint: meant === undefined ? 'see jsr-verify --help' : `did you mean jsr-verify help ${meant}`,
    });
  }
  return [first, '--help', ...rest];
}

function noTopic(word: string): JsrVerifyError {
  return new JsrVerifyError('OPTIONS_INVALID', `--help cannot be ${JSON.stringify(word)}`, {
    hint: `it stands alone, or before one of ${helpTopics.join(', ')}`,
  });
}

/** The options of a command for the parser; options outside the topic are hidden in help. */
export function optionsFor({ options }: Command, topic: HelpTopic): Record<string, Options> {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const group = option.group ?? ownGroup;
      const isOwn = option.group === undefined || everyday.has(name);
      if (topic === 'all') return [name, { ...option, group }];
      if (topic === 'everyday')
        return [name, { ...option, ...everyday.get(name), group: ownGroup, hidden: !isOwn }];
      return [name, { ...option, group, hidden: option.group !== groups[topic].title }];
    }),
  );
}

/** The text below the options in help of a command: the groups that are not shown, and how to show them. */
export function groupsBelow({ options }: Command, topic: HelpTopic): string {
  if (topic !== 'everyday') return '';
  const used = new Set(Object.values(options).map(({ group }) => group));
  const shared = Object.entries(groups).filter(([, { title }]) => used.has(title));
  if (shared.length === 0) return '';
  const lines = shared.map(([name, { about }]) => `  --help ${name.padEnd(14)}${about}`);
  return ['More options:', ...lines, `  --help ${'all'.padEnd(14)}everything`].join('\n');
}

/** Whether help shows only the options of one group. */
export function isGroup(topic: HelpTopic): boolean {
  return topic !== 'everyday' && topic !== 'all';
}
