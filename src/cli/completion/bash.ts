import type { CommandWords, OptionWords, Values } from './words.ts';

/** The completion script for bash, from version 3.2. */
export function bashScript(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name);
  return `# Completion of jsr-verify for bash: source <(jsr-verify completion bash)
_jsr_verify_words() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$@")
}

_jsr_verify_files() {
  compopt -o filenames 2>/dev/null
  _jsr_verify_words "$1" -- "$2"
}

_jsr_verify() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=verify first=yes i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${names.join(' | ')})
        command=\${COMP_WORDS[i]} first=
        break
        ;;
      -*) ;;
      *) first= ;;
    esac
  done
  # bash makes a word of each equals sign.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [[ \${COMP_WORDS[COMP_CWORD]} == = || \${COMP_WORDS[COMP_CWORD-1]} == = ]] && [[ $prev != -* ]]; then
    _jsr_verify_files -f "$cur"
    return
  fi
  case $prev in
${optionsWithValue(commands)
  .map(
    ({ long, short, value }) =>
      `    ${[...(short === undefined ? [] : [short]), long].join(' | ')}) ${complete(value)} return ;;`,
  )
  .join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${commands.map(({ name, options }) => `      ${name}) _jsr_verify_words -W '${optionNames(options)}' -- "$cur" ;;`).join('\n')}
    esac
    return
  fi
  if [[ -n $first ]]; then
    _jsr_verify_words -W '${names.join(' ')}' -- "$cur"
    return
  fi
  case $command in
${commands.map(({ name, operands }) => `    ${name}) ${operands.length === 0 ? ':' : operandsOf(operands)} ;;`).join('\n')}
  esac
}

complete -F _jsr_verify jsr-verify
`;
}

function optionsWithValue(commands: readonly CommandWords[]): readonly OptionWords[] {
  const byName = new Map(commands.flatMap(({ options }) => options).map((option) => [option.long, option]));
  return [...byName.values()].filter(({ value }) => value !== undefined);
}

function optionNames(options: readonly OptionWords[]): string {
  return options.flatMap(({ long, short }) => (short === undefined ? [long] : [short, long])).join(' ');
}

function operandsOf(operands: readonly Values[]): string {
  return operands.map(complete).join(' ');
}

function complete(values: Values | undefined): string {
  switch (values?.kind) {
    case 'words':
    case 'formats':
      return `_jsr_verify_words -W '${values.words.join(' ')}' -- "$cur";`;
    case 'file':
      return '_jsr_verify_files -f "$cur";';
    case 'folder':
      return '_jsr_verify_files -d "$cur";';
    default:
      return '';
  }
}
