/** How long a path may be, in characters, and how deep it may lie. */
export interface PathLimits {
  /** Without the slash in front. */
  readonly length: number;
  readonly lastPart: number;
  readonly depth: number;
}

/** What JSR's registry takes (contract 1.5); no path of that length lies deeper. */
const jsrLimits: PathLimits = { length: 155, lastPart: 95, depth: 155 };

const reserved = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?$/i;

/**
 * Why JSR's registry would not have accepted this path, or `undefined` when it would.
 * A mirror or fallback registry may not have asked, so nothing uses a path before this did.
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
