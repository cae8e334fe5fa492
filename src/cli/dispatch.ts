import type { CommandName, FlagsOf } from './command-table.ts';
import type { Environment } from './environment.ts';

type Handlers = {
  readonly [Name in CommandName]: (flags: FlagsOf<Name>, environment: Environment) => Promise<number>;
};

/** What each command does; it loads only what it needs and returns the exit code. */
export const handlers: Handlers = {
  verify: async (flags, environment) => {
    const { verifyCommand } = await import('./commands/verify.ts');
    return verifyCommand(flags.spec ?? [], flags, environment);
  },
  audit: async (flags, environment) => {
    const { auditCommand } = await import('./commands/audit.ts');
    return auditCommand(flags.path ?? [], flags['lockfile-type'], flags, environment);
  },
  diff: async (flags, environment) => {
    const { diffCommand } = await import('./commands/diff.ts');
    return diffCommand(flags.base, flags.head, flags['lockfile-type'], flags, environment);
  },
  pin: async (flags, environment) => {
    const { pinCommand } = await import('./commands/pin.ts');
    const { yes, check, 'lockfile-type': type } = flags;
    return pinCommand(flags.target ?? [], { yes, check, type }, flags, environment);
  },
  export: async (flags, environment) => {
    const { exportCommand } = await import('./commands/export.ts');
    return exportCommand(flags.spec, flags.output, flags, environment);
  },
  pack: async (flags, environment) => {
    const { packCommand } = await import('./commands/pack.ts');
    const { output: file, merge, 'lockfile-type': type } = flags;
    return packCommand(flags.target ?? [], { file, type, merge }, flags, environment);
  },
  trust: async (flags, environment) => {
    const { trustCommand } = await import('./commands/trust.ts');
    return trustCommand(flags.action, flags.file, flags, environment);
  },
  explain: async (flags, environment) => {
    const { explainCommand } = await import('./commands/explain.ts');
    return explainCommand(flags.what, flags, environment);
  },
  init: async (flags, environment) => {
    const { initCommand } = await import('./commands/init.ts');
    return initCommand({ yes: flags.yes, type: flags['lockfile-type'] }, flags, environment);
  },
  completion: async (flags, environment) => {
    const { completionCommand } = await import('./commands/completion.ts');
    return completionCommand(flags.shell, environment);
  },
};
