const secretOption = /^--?[\w-]*(?:token|secret|passw|credential|auth|key)[\w-]*$/i;
const mask = '***';

/**
 * Masks possible secrets in arguments: values of options with such names; users, passwords and queries in addresses;
 * tokens with known prefixes.
 */
export function maskSecrets(argv: readonly string[]): readonly string[] {
  return argv.map((word, at) => {
    const [, option, value] = /^(--?[^=]+)=(.*)$/s.exec(word) ?? [];
    if (option !== undefined && value !== undefined)
      return `${option}=${secretOption.test(option) ? mask : maskText(value)}`;
    return secretOption.test(argv[at - 1] ?? '') ? mask : maskText(word);
  });
}

function maskText(text: string): string {
  return text
    .replace(/(:[\\/]{2})[^\s\\/?#]*@/g, `$1${mask}@`)
    .replace(/(:[\\/]{2}[^\s?#]*)([?#])\S*/g, `$1$2${mask}`)
    .replace(/[^\s/@:]+:[^\s/@]+@(?=[\w.[-])/g, `${mask}@`)
    .replace(/(?:gh[pousr]_|github_pat_|glpat-|npm_|xox[a-z]-|eyJ)[\w.-]{16,}/g, mask);
}
