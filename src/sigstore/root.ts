/** The public-good Sigstore instance, the only one whose root is built in. */
export const publicGoodMirror = 'https://tuf-repo-cdn.sigstore.dev';

/** The package whose seed is built in, and the day that its version was published; neither is in the seed itself. */
const library = { from: '@sigstore/tuf 5.0.1', date: '2026-11-05' };

/** What the program was built with: where TUF starts, and the trusted root of last resort. */
export interface BuiltInRoot {
  readonly mirror: string;
  /** The library the root was taken from, with its version. */
  readonly from: string;
  /** The day that version of the library was published. */
  readonly date: Date;
  /** TUF `root.json`, where every refresh starts. */
  readonly tufRoot: Uint8Array;
  readonly tufRootVersion: number;
  readonly tufRootExpires: Date;
  /** The trusted root as JSON bytes. */
  readonly trustedRoot: Uint8Array;
}

/** The seed of the Sigstore library for the public-good instance. */
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
