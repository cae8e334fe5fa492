import type { Place } from '../../model/target.ts';
import { toPlain } from './escape.ts';

/** A place as editors know it, `deno.lock:14`, on one line; each format escapes it for its own target. */
export function placeOf({ file, line }: Place): string {
  return `${toPlain(file, 200)}:${line}`;
}
