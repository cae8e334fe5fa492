/** Limits of a path: length in characters and number of nested folders. */
export interface PathLimits {
  /** Without the leading slash. */
  readonly length: number;
  readonly lastPart: number;
  readonly depth: number;
}

/** JSR's own limits (contract 1.5); a path of that length cannot be nested deeper. */
const jsrLimits: PathLimits = { length: 155, lastPart: 95, depth: 155 };

const reserved = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?$/i;

/**
 * Why JSR's registry would not accept this path, or `undefined` if it would. A mirror or fallback registry may not
 * check, so every path is checked here before it is used.
 */
export function forbiddenInPath(path: string, limits: PathLimits = jsrLimits): string | undefined {
  if (!path.startsWith('/')) return 'it does not start with a slash';
  if (path.length > limits.length + 1) return `it is longer than ${limits.length} characters`;
  if (!/^[A-Za-z0-9$()+\-.@[\]_{}~/]+$/.test(path)) return 'it holds a character that JSR does not allow';
  const parts = path.slice(1).split('/');
  if (parts.length > limits.depth) return `it is nested deeper than ${limits.depth} folders`;
  if ((parts.at(-1)?.length ?? 0) > limits.lastPart)
    return `its last part is longer than ${limits.lastPart} characters`;
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
