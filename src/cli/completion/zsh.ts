import type { CommandWords, OptionWords, Values } from './words.ts';

/** The completion script for zsh: to be sourced, or to lie as `_jsr-verify` in a folder of `$fpath`. */
export function zshScript(commands: readonly CommandWords[]): string {
  return `#compdef jsr-verify
# Completion of jsr-verify for zsh: source <(jsr-verify completion zsh)
_jsr_verify_commands() {
  local -a commands=(
${commands.map(({ name, about }) => `    ${quote(`${name}:${about}`)}`).join('\n')}
  )
  _describe command commands
}

_jsr_verify_formats() {
  if compset -P '*='; then
    _files
  else
    compadd "$@"
  fi
}

_jsr_verify() {
  case $words[2] in
${commands
  .map(
    ({ name, options, operands }) => `    ${name})
      shift words
      (( CURRENT-- ))
      _arguments -S ${lines(options)} \\
        ${quote(`*:operand:${actionOf(operands)}`)}
      ;;`,
  )
  .join('\n')}
    *)
      _arguments -S ${lines(commands.find(({ name }) => name === 'verify')?.options ?? [])} \\
        '1:command:_jsr_verify_commands'
      ;;
  esac
}

if [[ $funcstack[1] == _jsr_verify ]]; then
  _jsr_verify "$@"
else
  compdef _jsr_verify jsr-verify
fi
`;
}

function lines(options: readonly OptionWords[]): string {
  return options.map((option) => `\\\n        ${specOf(option)}`).join(' ');
}

/** One option in the language of `_arguments`. */
function specOf({ long, short, about, repeatable, value }: OptionWords): string {
  const explained = `[${escapeSpec(about)}]${value === undefined ? '' : `:${long.slice(2)}:${actionOf([value])}`}`;
  const equals = value === undefined ? '' : '=';
  const star = repeatable ? '*' : '';
  if (short === undefined) return quote(`${star}${long}${equals}${explained}`);
  const names = `{${short}${value === undefined ? '' : '+'},${long}${equals}}`;
  return `'(${short} ${long})'${names}${quote(explained)}`;
}

function actionOf(values: readonly Values[]): string {
  const words = values.flatMap((one) => (one.kind === 'words' ? one.words : []));
  const formats = values.find((one) => one.kind === 'formats');
  if (formats?.kind === 'formats') return `_jsr_verify_formats ${formats.words.join(' ')}`;
  const takesFiles = values.some(({ kind }) => kind === 'file');
  if (words.length > 0)
    return takesFiles
      ? `_alternative "words:word:(${words.join(' ')})" "files:file:_files"`
      : `(${words.join(' ')})`;
  if (takesFiles) return '_files';
  return values.some(({ kind }) => kind === 'folder') ? '_files -/' : ' ';
}

function escapeSpec(text: string): string {
  return text.replaceAll(/[\\[\]:]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
