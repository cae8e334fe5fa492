import type { Argv } from 'yargs';
import { JsrVerifyError } from '../model/error.ts';
import { tool } from '../model/tool.ts';
import {
  keepDashes,
  refuseEmpty,
  refuseNegated,
  refuseRepeated,
  restoreOperands,
  toRequestError,
} from './arguments.ts';
import { type Environment, processEnvironment, widthOf } from './environment.ts';
import { byError, exit } from './exit.ts';
import { auditOptions, lockfileTypeFor, outputOptions, policyOptions, sourceOptions } from './options.ts';
import { toMissing } from './permissions.ts';
import { sayError, voiceOn } from './say.ts';

const usage = `Usage: jsr-verify <spec..> [options]
       jsr-verify <command> [options]

Verifies where JSR packages come from: the Sigstore provenance in the public
transparency log, against the bytes the registry serves and your policy.`;

const epilogue = `Exit codes: 0 verified or allowed, 1 rejected, 2 wrong request,
            3 inconclusive, 4 nothing to check, 70 a bug, 130 interrupted`;

/** Runs the program and says how it ended; the only place that catches what nobody expected. */
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
  const { default: yargs } = await import('yargs');
  const lockfileType = await lockfileTypeFor(argv);
  // Handlers only say what is to be done: of an asynchronous one, the parser would render its help before, to be prepared.
  let work: () => Promise<number> = async () => exit.ok;
  const then = (command: () => Promise<number>) => {
    work = command;
  };
  const parser = yargs()
    .scriptName('jsr-verify')
    .usage(usage)
    .epilogue(epilogue)
    .command(
      ['$0 [spec..]', 'verify [spec..]'],
      'verify packages: @std/path, @std/path@^1, jsr:@std/path, npm:@jsr/std__path,\npkg:jsr/@std/path, pkg:npm/%40jsr/std__path, https://jsr.io/@std/path',
      (command) => specs(command).options(auditOptions),
      (flags) =>
        then(() =>
          import('./commands/verify.ts').then(({ verifyCommand }) =>
            verifyCommand(flags.spec, flags, environment),
          ),
        ),
    )
    .command(
      'audit [path..]',
      'audit every JSR package of the lockfiles found at the paths',
      (command) =>
        command
          .positional('path', {
            type: 'string',
            array: true,
            describe: 'folders or lockfiles; - for standard input [.]',
          })
          .option('lockfile-type', lockfileType)
          .options(auditOptions),
      (flags) =>
        then(() =>
          import('./commands/audit.ts').then(({ auditCommand }) =>
            auditCommand(flags.path ?? [], flags['lockfile-type'], flags, environment),
          ),
        ),
    )
    .command(
      'diff <base> [head]',
      'compare two lockfiles, or git revisions of the ones in this folder',
      (command) =>
        command
          .positional('base', {
            type: 'string',
            demandOption: true,
            describe: 'lockfile, folder or git revision',
          })
          .positional('head', {
            type: 'string',
            describe: 'lockfile, folder or git revision [the files as they are]',
          })
          .option('lockfile-type', lockfileType)
          .options(auditOptions),
      (flags) =>
        then(() =>
          import('./commands/diff.ts').then(({ diffCommand }) =>
            diffCommand(flags.base, flags.head, flags['lockfile-type'], flags, environment),
          ),
        ),
    )
    .command(
      'pin [target..]',
      'write who built the verified packages into the policy file',
      (command) =>
        command
          .positional('target', {
            type: 'string',
            array: true,
            describe: 'packages, folders or lockfiles [.]',
          })
          .option('yes', { type: 'boolean', alias: 'y', default: false, describe: 'write without asking' })
          .option('check', {
            type: 'boolean',
            default: false,
            describe: 'write nothing; exit 1 when the file is out of date',
          })
          .option('lockfile-type', lockfileType)
          .options(auditOptions),
      (flags) =>
        then(() =>
          import('./commands/pin.ts').then(({ pinCommand }) =>
            pinCommand(
              flags.target ?? [],
              { yes: flags.yes, check: flags.check, type: flags['lockfile-type'] },
              flags,
              environment,
            ),
          ),
        ),
    )
    .command(
      'export <spec>',
      'write the attestation as a Sigstore bundle for other verifiers',
      (command) =>
        command
          .positional('spec', { type: 'string', demandOption: true, describe: 'package' })
          .options(auditOptions),
      (flags) =>
        then(() =>
          import('./commands/export.ts').then(({ exportCommand }) =>
            exportCommand(flags.spec, flags.output, flags, environment),
          ),
        ),
    )
    .command(
      'pack [target..]',
      'record the evidence of an audit for a machine without a network',
      (command) =>
        command
          .positional('target', {
            type: 'string',
            array: true,
            describe: 'packages, folders or lockfiles [.]',
          })
          .option('merge', { type: 'string', array: true, describe: 'merge these packs instead' })
          .option('lockfile-type', lockfileType)
          .options(auditOptions),
      (flags) =>
        then(() =>
          import('./commands/pack.ts').then(({ packCommand }) =>
            packCommand(
              flags.target ?? [],
              { file: flags.output, type: flags['lockfile-type'], merge: flags.merge },
              flags,
              environment,
            ),
          ),
        ),
    )
    .command(
      'trust [action] [file]',
      'show or refresh the trusted root: status, update, check-fork <file>',
      (command) =>
        command
          .positional('action', {
            type: 'string',
            default: 'status',
            describe: 'status, update or check-fork',
          })
          .positional('file', { type: 'string', describe: 'evidence of a fork, for check-fork' })
          .option('json', { type: 'boolean', default: false, describe: 'for scripts' })
          .option('strict', policyOptions.strict)
          .option('quiet', outputOptions.quiet)
          .options(sourceOptions),
      (flags) =>
        then(() =>
          import('./commands/trust.ts').then(({ trustCommand }) =>
            trustCommand(flags.action, flags.file, flags, environment),
          ),
        ),
    )
    .command(
      'explain <what>',
      'explain a package, a check or a rule: expected, seen, who could have forged it',
      (command) =>
        command
          .positional('what', {
            type: 'string',
            demandOption: true,
            describe: 'package, check id or rule id',
          })
          .options(auditOptions),
      (flags) =>
        then(() =>
          import('./commands/explain.ts').then(({ explainCommand }) =>
            explainCommand(flags.what, flags, environment),
          ),
        ),
    )
    .example('jsr-verify audit', 'audit the lockfiles of this project')
    .example('jsr-verify @std/path', 'check the newest version, files included')
    .example('jsr-verify @std/path@1.0.8 --repo denoland/std', 'expect this repository')
    .example('jsr-verify @std/path --format json', 'for scripts')
    .check((flags) => refuseRepeated(flags) && refuseNegated(flags) && refuseEmpty(flags))
    .middleware(restoreOperands)
    .version(tool.version)
    .help()
    .alias('help', 'h')
    .strict()
    .recommendCommands()
    .wrap(Math.min(100, widthOf(stdout) ?? 80))
    .exitProcess(false)
    .parserConfiguration({
      'camel-case-expansion': false,
      'populate--': true,
      'parse-positional-numbers': false,
    })
    .fail((message, error) => {
      // What the parser itself throws is about the request; anything else is passed on as it is.
      throw error === undefined || error.name === 'YError'
        ? toRequestError(error?.message ?? message, argv)
        : error;
    });
  parser.parse(keepDashes(argv), {}, (_error, _argv, output) => {
    if (output !== '') stdout.write(`${output}\n`);
  });
  return work();
}

function specs(command: Argv) {
  return command.positional('spec', {
    type: 'string',
    array: true,
    default: [],
    describe: 'packages to verify',
  });
}
