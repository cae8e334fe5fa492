import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inFolder } from '../model/disk-path.ts';
import { JsrVerifyError } from '../model/error.ts';
import { type ReportFormat, reportFormats } from '../report/reporter.ts';
import { OwnFolder } from '../source/own-folder.ts';
import type { OutputFlags } from './options.ts';
import { replaceFile } from './replace-file.ts';

/** One report to write: to a file, or to standard output. */
export interface Output {
  readonly format: ReportFormat;
  readonly file?: string;
}

/**
 * Reads `--format` and `--output`. At most one report goes to standard output.
 *
 * @throws {JsrVerifyError} `OPTIONS_INVALID`
 */
export function readOutputs(
  { format, output }: Pick<OutputFlags, 'format' | 'output'>,
  cwd: string,
): readonly Output[] {
  const outputs = (format === undefined || format.length === 0 ? ['pretty'] : format).map((text): Output => {
    const [name = '', ...rest] = text.split('=');
    const known = reportFormats.find((candidate) => candidate === name);
    if (known === undefined) {
      throw invalid(
        `--format ${JSON.stringify(text)} is not a report format`,
        `the formats are ${reportFormats.join(', ')}`,
      );
    }
    if (rest.length === 0) return { format: known };
    const file = rest.join('=');
    if (file === '')
      throw invalid(
        `--format ${JSON.stringify(text)} names no file`,
        `write ${known}=report.txt, or ${known} alone`,
      );
    return { format: known, file: inFolder(cwd, file) };
  });
  const nameless = outputs.filter(({ file }) => file === undefined);
  if (nameless.length > 1) {
    throw invalid(
      `${nameless.length} reports cannot share standard output`,
      `write all but one to files: --format ${nameless[1]?.format ?? 'json'}=report`,
    );
  }
  if (output === undefined || output === '-') return outputs;
  if (nameless.length === 0)
    throw invalid('--output names a file, but every format has one already', 'remove --output');
  return outputs.map((one) => (one.file === undefined ? { ...one, file: inFolder(cwd, output) } : one));
}

/**
 * Checks before the work starts that each file can be written.
 *
 * @throws {JsrVerifyError} `OUTPUT_UNWRITABLE`
 */
export async function checkWritable(outputs: readonly Output[]): Promise<void> {
  for (const { file } of outputs) {
    if (file === undefined) continue;
    try {
      const known = await stat(file).catch(() => undefined);
      if (known?.isDirectory() === true) throw new Error('it is a folder');
      if (known === undefined && !(await stat(dirname(file))).isDirectory())
        throw new Error('its folder is a file');
      await access(known === undefined ? dirname(file) : file, constants.W_OK);
    } catch (cause) {
      throw unwritable(file, cause);
    }
  }
}

/**
 * Writes a file atomically, so that an old file is lost only when it is replaced. `last` may inspect the old file
 * right before that, and throw.
 *
 * @throws {JsrVerifyError} `OUTPUT_UNWRITABLE`, and what `last` throws
 */
export async function writeOutput(
  file: string,
  bytes: string | Uint8Array,
  last?: () => Promise<void>,
): Promise<void> {
  try {
    await replaceFile(file, bytes, last);
  } catch (cause) {
    if (cause instanceof JsrVerifyError) throw cause;
    throw unwritable(file, cause);
  }
}

/** Writes a file named after its content into a folder, creates the folder if necessary, and reports the path. */
export async function keepFile(folder: string, name: string, text: string): Promise<string> {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const own = new OwnFolder(folder);
  try {
    await own.make();
    const { path } = own.file(`${name}-${digest}.json`);
    await writeOutput(path, text);
    return path;
  } catch (cause) {
    if (cause instanceof JsrVerifyError) throw cause;
    throw unwritable(folder, cause);
  }
}

function unwritable(file: string, cause: unknown): JsrVerifyError {
  const why = cause instanceof Error ? cause.message.split(',')[0] : 'unknown reason';
  return new JsrVerifyError('OUTPUT_UNWRITABLE', `${JSON.stringify(file)} cannot be written: ${why}`, {
    hint: 'check the folder and its permissions',
    cause,
  });
}

function invalid(fact: string, hint: string): JsrVerifyError {
  return new JsrVerifyError('OPTIONS_INVALID', fact, { hint });
}
