import { formatIds, type LockfileFormatId, maxLockfileBytes, readLockfile } from '../lockfile/lockfile.ts';
import { JsrVerifyError } from '../model/error.ts';
import type { LockfileContents } from '../model/target.ts';
import { findLockfiles, readOptions } from '../project/lockfiles.ts';
import type { Addresses } from '../registry/addresses.ts';
import { textOfBytes } from '../wire/utf8.ts';
import type { Environment } from './environment.ts';

/**
 * Finds and reads the lockfiles for the given paths; `-` is standard input.
 *
 * @throws {JsrVerifyError} `LOCKFILE_MISSING`, `LOCKFILE_INVALID`, `LOCKFILE_UNSUPPORTED`, `OPTIONS_INVALID`,
 * `INTERRUPTED`
 */
export async function readLockfiles(
  paths: readonly string[],
  type: LockfileFormatId | undefined,
  addresses: Addresses,
  { cwd, stdin, signal }: Pick<Environment, 'cwd' | 'stdin' | 'signal'>,
  { allowMissing = false, withVendor = false }: { allowMissing?: boolean; withVendor?: boolean } = {},
): Promise<readonly LockfileContents[]> {
  const options = { folder: cwd, addresses, format: type, allowMissing, withVendor };
  const named = paths.filter((path) => path !== '-');
  const contents: LockfileContents[] = [];
  if (named.length < paths.length) {
    if (type === undefined) {
      throw new JsrVerifyError(
        'OPTIONS_INVALID',
        'the format of standard input is not known: it has no file name',
        {
          hint: `add --lockfile-type, one of ${formatIds.join(', ')}`,
        },
      );
    }
    contents.push(readLockfile('-', await unlessInterrupted(readStdin(stdin), signal), readOptions(options)));
    if (named.length === 0) return contents;
  }
  return [...contents, ...(await findLockfiles(named, options))];
}

async function readStdin(stdin: Environment['stdin']): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    size += chunk.length;
    if (size > maxLockfileBytes) {
      throw new JsrVerifyError('LOCKFILE_INVALID', '-:1: standard input is larger than 50 MB', {
        hint: 'larger files are not read',
      });
    }
    chunks.push(chunk);
  }
  return textOfBytes(Buffer.concat(chunks));
}

// A user who types a lockfile may interrupt.
function unlessInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () =>
      reject(new JsrVerifyError('INTERRUPTED', 'interrupted before standard input was read to its end'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
