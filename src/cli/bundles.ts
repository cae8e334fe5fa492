import { inFolder } from '../model/disk-path.ts';
import { JsrVerifyError } from '../model/error.ts';
import { readBytesFile } from '../source/disk.ts';

const maxBundleFile = 20_000_000;
const maxBundles = 100;

/**
 * The bundles in the files that `--bundle` names: one JSON document, or one per line.
 *
 * @throws {JsrVerifyError} `BUNDLE_INVALID` when a file contains no bundle. The checks verify the contents.
 */
export async function readBundles(
  files: readonly string[] | undefined,
  cwd: string,
): Promise<readonly Uint8Array[] | undefined> {
  if (files === undefined || files.length === 0) return undefined;
  const bundles: Uint8Array[] = [];
  for (const file of files) {
    const bytes = await readBytesFile(inFolder(cwd, file), {
      code: 'BUNDLE_INVALID',
      maxBytes: maxBundleFile,
      shown: file,
    });
    const text = Buffer.from(bytes).toString('utf8').trim();
    const lines = isJson(text)
      ? [text]
      : text
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== '');
    if (lines.length === 0 || !lines.every(isJson)) {
      throw new JsrVerifyError('BUNDLE_INVALID', `${file} holds no Sigstore bundle`, {
        hint: 'it must be JSON, or JSON lines',
      });
    }
    bundles.push(...lines.map((line) => Buffer.from(line)));
  }
  if (bundles.length > maxBundles)
    throw new JsrVerifyError(
      'BUNDLE_INVALID',
      `${bundles.length} bundles are too many, at most ${maxBundles}`,
    );
  return bundles;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
