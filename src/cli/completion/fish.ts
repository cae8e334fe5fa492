import type { CommandWords, OptionWords, Values } from './words.ts';

/** The completion script for fish. */
export function fishScript(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name);
  return `# Completion of jsr-verify for fish: jsr-verify completion fish | source
function __jsr_verify_command
    for word in (commandline -opc)[2..]
        if contains -- $word ${names.join(' ')}
            echo $word
            return
        end
    end
    echo verify
end

function __jsr_verify_is
    contains -- (__jsr_verify_command) $argv
end

complete -c jsr-verify -f
${commands.map(({ name, about }) => line(`-n __fish_use_subcommand -a ${name} -d ${quote(about)}`)).join('\n')}
${options(commands).join('\n')}
${commands.flatMap(({ name, operands }) => operands.map((values) => line(`-n ${quote(`__jsr_verify_is ${name}`)} ${operand(values)}`))).join('\n')}
`;
}

function line(rest: string): string {
  return `complete -c jsr-verify ${rest}`;
}

/** One line for each option: the commands that have it, its names, what it takes. */
function options(commands: readonly CommandWords[]): readonly string[] {
  const owners = new Map<string, { readonly option: OptionWords; readonly names: string[] }>();
  for (const { name, options } of commands)
    for (const option of options) {
      const known = owners.get(option.long);
      if (known === undefined) owners.set(option.long, { option, names: [name] });
      else known.names.push(name);
    }
  return [...owners.values()].map(({ option: { long, short, about, value }, names }) => {
    const condition = quote(`__jsr_verify_is ${names.join(' ')}`);
    const shortForm = short === undefined ? '' : ` -s ${short.slice(1)}`;
    return line(`-n ${condition}${shortForm} -l ${long.slice(2)}${parameter(value)} -d ${quote(about)}`);
  });
}

function parameter(value: Values | undefined): string {
  switch (value?.kind) {
    case undefined:
      return '';
    case 'file':
      return ' -r -F';
    case 'folder':
      return ` -x -a '(__fish_complete_directories)'`;
    case 'any':
      return ' -x';
    default:
      return ` -x -a ${quote(value?.words.join(' ') ?? '')}`;
  }
}

function operand(values: Values): string {
  return values.kind === 'words' ? `-a ${quote(values.words.join(' '))}` : '-F';
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
