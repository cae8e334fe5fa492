/** The public-good Sigstore instance, the only one whose root is built in. */
export const publicGoodMirror = 'https://tuf-repo-cdn.sigstore.dev';

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

/** The root built into the program by `scripts/make-root.ts`. */
export async function builtInRoot(): Promise<BuiltInRoot> {
  const { default: seed } = await import('./root.json', { with: { type: 'json' } });
  return {
    mirror: seed.mirror,
    from: seed.from,
    date: new Date(seed.date),
    tufRoot: Buffer.from(seed.tufRoot, 'utf8'),
    tufRootVersion: seed.tufRootVersion,
    tufRootExpires: new Date(seed.tufRootExpires),
    trustedRoot: Buffer.from(seed.trustedRoot, 'utf8'),
  };
}
