// What GitHub reads from a step: commands in its log, and files.
import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';

/**
 * Writes to the log, and waits until it is written.
 *
 * @param {string} text
 * @returns {Promise<void>}
 */
export function print(text) {
  return new Promise((done, broken) => {
    process.stdout.write(text, (error) => (error ? broken(error) : done()));
  });
}

/**
 * Adds an annotation to the run.
 *
 * @param {'error' | 'warning' | 'notice'} kind
 * @param {string} message
 */
export async function annotate(kind, message) {
  const data = message.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  await print(`::${kind} title=jsr-verify::${data}\n`);
}

/**
 * Runs `work` while GitHub ignores commands in the log.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function silenced(work) {
  const token = randomUUID();
  await print(`::stop-commands::${token}\n`);
  try {
    return await work();
  } finally {
    await print(`\n::${token}::\n`);
  }
}

/**
 * Sets outputs of the step, each in one line.
 *
 * @param {Readonly<Record<string, string | number>>} values
 */
export async function setOutputs(values) {
  const file = process.env['GITHUB_OUTPUT'];
  if (!file) return;
  const lines = Object.entries(values).map(([name, value]) => {
    if (/[\r\n]/.test(`${name}${value}`)) throw new Error(`the output ${name} has more than one line`);
    return `${name}=${value}\n`;
  });
  await appendFile(file, lines.join(''));
}
