/** An input of the workflow is wrong; the message is for its author. */
export class InputError extends Error {}

const outcomes = /** @type {const} */ (['warning', 'inconclusive', 'rejected', 'never']);

/**
 * The inputs of the action, from the environment of the step.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 * @throws {InputError}
 */
export function readInputs(env) {
  const text = (/** @type {string} */ name) => (env[`INPUT_${name}`] ?? '').trim();
  const lines = (/** @type {string} */ name) =>
    text(name)
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const line = (/** @type {string} */ name) => {
    const [first = '', ...more] = lines(name);
    if (more.length > 0) throw new InputError(`${labelOf(name)} has more than one line`);
    return first;
  };

  const failOn = outcomes.find((outcome) => outcome === text('FAIL_ON'));
  if (failOn === undefined)
    throw new InputError(`fail-on is ${JSON.stringify(text('FAIL_ON'))}, not one of ${outcomes.join(', ')}`);
  const flag = (/** @type {string} */ name) => {
    const value = text(name) || 'false';
    if (value === 'true' || value === 'false') return value === 'true';
    throw new InputError(`${labelOf(name)} is ${JSON.stringify(value)}, not true or false`);
  };
  const options = lines('OPTIONS');
  const stray = options.find((option) => !option.startsWith('--') || option === '--');
  if (stray !== undefined)
    throw new InputError(`options has ${JSON.stringify(stray)}, write one --option=value per line`);
  const formats = lines('FORMAT');
  const mode = text('MODE') || 'audit';
  if (mode !== 'audit' && mode !== 'diff')
    throw new InputError(`mode is ${JSON.stringify(mode)}, not audit or diff`);
  const paths = lines('PATH');
  if (mode === 'diff' && paths.length > 1)
    throw new InputError('path has more than one line, but with mode: diff it is one folder');

  return {
    mode,
    paths,
    policy: line('POLICY'),
    policyFrom: line('POLICY_FROM'),
    // The log shows one report: the requested one, or the text.
    formats: formats.some((format) => !format.includes('=')) ? formats : ['pretty', ...formats],
    args: [
      ...(failOn === 'warning' ? ['--strict'] : []),
      ...(flag('ALLOW_EMPTY') ? ['--allow-empty'] : []),
      ...options,
    ],
    failOn: flag('WARN_ONLY') ? /** @type {const} */ ('never') : failOn,
    id: text('ID'),
    sarifFile: line('SARIF_FILE'),
    version: line('VERSION'),
    integrity: line('INTEGRITY'),
  };
}

const labelOf = (/** @type {string} */ name) => name.toLowerCase().replaceAll('_', '-');
