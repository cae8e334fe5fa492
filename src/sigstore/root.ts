/** The public-good Sigstore instance, the only one with a built-in root. */
export const publicGoodMirror = 'https://tuf-repo-cdn.sigstore.dev';

/**
 * The package that contains the built-in seed, and the publication date of its version; the seed itself has neither.
 */
const library = { from: '@sigstore/tuf 5.0.1', date: '2026-11-05' };

/** The built-in data: the root at which TUF starts, and the trusted root to use when nothing else is available. */
export interface BuiltInRoot {
  readonly mirror: string;
  /** The library, with its version, that contains the root. */
  readonly from: string;
  /** The publication date of that version. */
  readonly date: Date;
  /** TUF `root.json`, the start of every refresh. */
  readonly tufRoot: Uint8Array;
  readonly tufRootVersion: number;
  readonly tufRootExpires: Date;
  /** The trusted root as JSON bytes. */
  readonly trustedRoot: Uint8Array;
}

/** The seed in the Sigstore library for the public-good instance. */
export async function builtInRoot(): Promise<BuiltInRoot> {
  const { default: seeds } = await import('@sigstore/tuf/seeds.json', { with: { type: 'json' } });
  const seed = seeds[publicGoodMirror];
  const tufRoot = Buffer.from(seed['root.json'], 'base64');
  const { signed }: TufRoot = JSON.parse(tufRoot.toString('utf8'));
  return {
    mirror: publicGoodMirror,
    from: library.from,
    date: new Date(library.date),
    tufRoot,
    tufRootVersion: signed.version,
    tufRootExpires: new Date(signed.expires),
    trustedRoot: Buffer.from(seed.targets['trusted_root.json'], 'base64'),
  };
}

interface TufRoot {
  readonly signed: { readonly version: number; readonly expires: string };
}
