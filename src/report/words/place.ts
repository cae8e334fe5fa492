import { inFolder, isWithin, seenFrom } from '../../model/disk-path.ts';
import type { Place } from '../../model/target.ts';
import type { Checkout } from '../renderer.ts';
import { toPlain } from './escape.ts';

/** A place in the form that editors use, `deno.lock:14`, on one line; each format escapes it for its own target. */
export function placeOf({ file, line }: Place): string {
  return `${toPlain(file, 200)}:${line}`;
}

/** A file relative to the root of the repository; `undefined` if it is outside. */
export function fileFromRoot(file: string, { root, folder }: Checkout): string | undefined {
  const path = inFolder(folder, file);
  return isWithin(path, root) ? seenFrom(root, path) : undefined;
}
