import { inFolder, slashed } from '../../model/disk-path.ts';
import type { Place } from '../../model/target.ts';
import type { Checkout } from '../renderer.ts';
import { toPlain } from '../words/escape.ts';
import type { Json } from '../words/facts.ts';
import { fileFromRoot } from '../words/place.ts';

type JsonObject = { readonly [key: string]: Json };

/** The base of every URI below the root of the repository. */
const rootId = '%SRCROOT%';

/** `originalUriBaseIds` of the run; the path of the repository on this machine is not published (SARIF 3.14.14). */
export const uriBases: JsonObject = {
  [rootId]: { description: { text: 'The root of the repository.' } },
};

/** A place as a physical location (SARIF 3.29). */
export function toPhysical({ file, line, column }: Place, checkout: Checkout | undefined): JsonObject {
  const region = {
    startLine: Math.max(1, line),
    ...(column === undefined ? {} : { startColumn: Math.max(1, column) }),
  };
  return { physicalLocation: { artifactLocation: toArtifact(file, checkout), region } };
}

/** Whether code scanning can show a file: its path is in the repository. */
export function isInRepository(file: string, checkout: Checkout | undefined): boolean {
  return 'uriBaseId' in toArtifact(file, checkout);
}

/**
 * A file as SARIF names it: relative to the root of the repository if it is below, otherwise its absolute URI. If the
 * root is not known, a relative path counts as relative to the root unless it starts with `..`.
 */
function toArtifact(file: string, checkout: Checkout | undefined): JsonObject {
  if (checkout === undefined) {
    const uri = toUri(file);
    return /^(?:file:|\.\.(?:\/|$))/.test(uri) ? { uri } : { uri, uriBaseId: rootId };
  }
  const below = fileFromRoot(file, checkout);
  if (below === undefined) return { uri: toUri(slashed(inFolder(checkout.folder, file))) };
  return { uri: toUri(below), uriBaseId: rootId };
}

function toUri(file: string): string {
  const path = toPlain(file).replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  if (/^[A-Za-z]%3A\//.test(path)) return `file:///${path.replace('%3A', ':')}`;
  return path.startsWith('/') ? `file://${path.replace(/^\/+/, '/')}` : path;
}
