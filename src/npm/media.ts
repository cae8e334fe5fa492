/** What kind of module a path names, as the registry decides it: by extension alone. */
export type MediaType = 'js' | 'mjs' | 'jsx' | 'ts' | 'mts' | 'tsx' | 'd.ts' | 'd.mts' | 'other';

/** The media type of a path; `.cjs`, `.cts`, JSON and everything that JSR copies as it is are `other`. */
export function mediaTypeOf(path: string): MediaType {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const match = /(\.d\.ts|\.d\.mts|\.d\.cts|\.[^.]+)$/.exec(name)?.[1]?.slice(1);
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

/** The path with its extension replaced by `js` or `d.ts`; `.d.ts` counts as one extension (contract 3.4). */
export function withExtension(path: string, extension: 'js' | 'd.ts'): string {
  const cut = path.lastIndexOf('/') + 1;
  const name = path.slice(cut).replace(/(?:\.d\.ts|\.d\.mts|\.[^.]*)$/, '');
  return `${path.slice(0, cut)}${name}.${extension}`;
}
