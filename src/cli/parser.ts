import yargs, { type Argv } from 'yargs';
import { tool } from '../model/tool.ts';
import {
  keepDashes,
  refuseEmpty,
  refuseNegated,
  refuseRepeated,
  restoreOperands,
  toRequestError,
} from './arguments.ts';
import { type Command, type CommandName, commandsFor, type FlagsOf } from './command-table.ts';
import { handlers } from './dispatch.ts';
import { type Environment, widthOf } from './environment.ts';
import { exit } from './exit.ts';
import { groupsBelow, type HelpRequest, isGroup, optionsFor, readHelp } from './help.ts';

const usage = `Usage: jsr-verify <spec..> [options], or jsr-verify <command> [options]

Verifies where JSR packages come from: the Sigstore provenance in the public
transparency log, against the bytes the registry serves and your policy.`;

const exitCodes = `Exit codes: 0 verified or allowed, 1 rejected, 2 wrong request,
            3 inconclusive, 4 nothing to check, 70 a bug, 130 interrupted
`;

/**
 * Parses the arguments and returns the work to do. Help is printed here, and leaves no work.
 *
 * @throws {JsrVerifyError} `OPTIONS_INVALID`
 */
export async function parse(environment: Environment): Promise<() => Promise<number>> {
  const { stdout } = environment;
  const help = readHelp(environment.argv);
  const { argv } = help;
  const commands = await commandsFor(argv);
  // Handlers only record the work: before an asynchronous handler the parser would render its help.
  let work = async (): Promise<number> => exit.ok;
  const parser = withoutTypes(yargs()).scriptName('jsr-verify').usage(usage).epilogue(exitCodes);
  const add = <Name extends CommandName>(name: Name) =>
    parser.command(
      patterns(name, commands[name].usage),
      commands[name].about,
      (builder) => declare(builder, commands[name], help),
      (flags) => {
        work = () => handlers[name](flags as unknown as FlagsOf<Name>, environment);
      },
    );
  for (const name of Object.keys(commands) as CommandName[]) add(name);
  parser
    .example('jsr-verify @std/path', 'check the newest version, files included')
    .example('jsr-verify help audit', 'the options of a command')
    .check((flags) => refuseRepeated(flags) && refuseNegated(flags) && refuseEmpty(flags))
    .middleware(restoreOperands)
    .version(tool.version)
    .help('help', 'show help')
    .alias('help', 'h')
    .strict()
    .wrap(Math.min(100, widthOf(stdout) ?? 80))
    .exitProcess(false)
    .parserConfiguration({
      'camel-case-expansion': false,
      'populate--': true,
      'parse-positional-numbers': false,
    })
    .fail((message, error) => {
      // An error of the parser itself is about the request; other errors are passed on.
      throw error === undefined || error.name === 'YError'
        ? toRequestError(error?.message ?? message, argv)
        : error;
    });
  parser.parse(keepDashes(argv), {}, (_error, _argv, output) => {
    if (output !== '') stdout.write(`${output}\n`);
  });
  return work;
}

/** Help without option types; the parser has this setting, but its typings do not. */
function withoutTypes(parser: Argv): Argv {
  const { usageConfiguration } = parser as Argv & {
    usageConfiguration(settings: { readonly 'hide-types': boolean }): Argv;
  };
  return usageConfiguration.call(parser, { 'hide-types': true });
}

/** `verify` may be omitted. */
function patterns(name: CommandName, operands: string): string | string[] {
  return name === 'verify' ? [`$0 ${operands}`, `verify ${operands}`] : `${name} ${operands}`.trimEnd();
}

function declare(builder: Argv, command: Command, { topic, isWhole }: HelpRequest): Argv {
  for (const [name, operand] of Object.entries(command.operands)) builder.positional(name, operand);
  builder.options(optionsFor(command, topic)).hide('version').epilogue(groupsBelow(command, topic));
  if (isGroup(topic)) builder.hide('help');
  if (isGroup(topic) || isWhole) for (const name of Object.keys(command.operands)) builder.hide(name);
  return builder;
}
