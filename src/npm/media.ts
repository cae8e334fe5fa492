/** The kind of module that a path names; like the registry, by extension only. */
export type MediaType = 'js' | 'mjs' | 'jsx' | 'ts' | 'mts' | 'tsx' | 'd.ts' | 'd.mts' | 'other';

/** The media type of a path; `.cjs`, `.cts`, JSON and all files that JSR copies unchanged are `other`. */
export function mediaTypeOf(path: string): MediaType {
  const match = /\.(d\.[mc]?ts|[^.]+)$/.exec(path.toLowerCase())?.[1];
  switch (match) {
    case 'js':
    case 'mjs':
    case 'jsx':
    case 'ts':
    case 'mts':
    case 'tsx':
    case 'd.ts':
    case 'd.mts':
      return match;
    default:
      return 'other';
  }
}

/** Whether JSR rewrites the file as a declaration file. */
export function isDeclaration(media: MediaType): boolean {
  return media === 'd.ts' || media === 'd.mts';
}

/** The path with its extension replaced by `js` or `d.ts`; `.d.ts` counts as one extension (contract 3.4). */
export function withExtension(path: string, extension: 'js' | 'd.ts'): string {
  const cut = path.lastIndexOf('/') + 1;
  const name = path.slice(cut).replace(/(?:\.d\.ts|\.d\.mts|\.[^.]*)$/, '');
  return `${path.slice(0, cut)}${name}.${extension}`;
}
