const reserved = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?$/i;

/**
 * Why JSR's registry would not have accepted this path, or `undefined` when it would (contract 1.5).
 * A mirror or fallback registry may not have asked, so nothing uses a path before this did.
 */
export function forbiddenInPath(path: string): string | undefined {
  if (!path.startsWith('/')) return 'it does not start with a slash';
  if (path.length > 155 + 1) return 'it is longer than 155 characters';
  if (!/^[A-Za-z0-9$()+\-.@[\]_{}~/]+$/.test(path)) return 'it holds a character that JSR does not allow';
  const parts = path.slice(1).split('/');
  if ((parts.at(-1)?.length ?? 0) > 95) return 'its last part is longer than 95 characters';
  for (const part of parts) {
    if (part === '') return 'it has an empty part';
    if (part === '.' || part === '..') return 'it steps out of its folder';
    if (part.endsWith('.')) return 'a part ends with a dot';
    if (reserved.test(part)) return 'a part is a device name on Windows';
    if (part.toLowerCase() === '.git') return 'it reaches into .git';
  }
  return undefined;
}

/** Two paths that fold to the same text are one file on a case-insensitive disk. */
export function foldPath(path: string): string {
  return path.toLowerCase();
}
