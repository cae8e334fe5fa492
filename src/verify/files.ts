import { type Facts, failed, type Outcome, passed, skipped, unknown } from '../model/check.ts';
import type { FileDigest, Gathered } from '../model/evidence.ts';
import { firstDetails, firstOf } from '../model/words.ts';

/** Passes when every file of the manifest was fetched and has the size and the checksum that the manifest gives it. */
export function checkFiles(
  files: ReadonlyMap<string, Gathered<FileDigest>> | undefined,
  manifest: Facts['manifest'],
): Outcome<Facts['files']> {
  if (files === undefined) return skipped('not checked at this depth; add --depth files');
  if (manifest.source === 'locked')
    return unknown('the registry did not answer, so the expected files are unknown');
  const wrong = new Map<string, string>();
  const missing: string[] = [];
  let bytes = 0;
  for (const [path, expected] of manifest.files) {
    const file = files.get(path);
    if (file === undefined) missing.push(`${path}: not fetched`);
    else if (file.state === 'unavailable') missing.push(`${path}: ${file.why}`);
    else if (file.state === 'absent') wrong.set(path, 'the registry does not have it');
    else if (file.value.size !== expected.size)
      wrong.set(path, `${file.value.size} bytes, expected ${expected.size}`);
    else if (file.value.sha256 !== expected.sha256)
      wrong.set(path, `SHA-256 ${file.value.sha256}, expected ${expected.sha256}`);
    else bytes += file.value.size;
  }
  if (wrong.size > 0) {
    const paths = [...wrong.keys()];
    return failed(`${count(paths)} not what the manifest says: ${firstOf(paths)}`, {
      details: firstDetails([...wrong].map(([path, why]) => `${path}: ${why}`)),
    });
  }
  if (missing.length > 0) return unknown(`${count(missing)} not available`, firstDetails(missing));
  return passed({ compared: manifest.files.size, bytes });
}

function count(paths: readonly string[]): string {
  return paths.length === 1 ? '1 file is' : `${paths.length} files are`;
}
