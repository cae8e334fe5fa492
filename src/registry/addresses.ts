/** Where evidence is asked for: base URLs without a slash at their end. */
export interface Addresses {
  readonly registry: string;
  readonly api: string;
  readonly npmRegistry: string;
  /** Proxies of the npm registry: addresses in lockfiles may lead there, and none of them is asked. */
  readonly otherNpmRegistries?: readonly string[] | undefined;
  readonly rekor: string;
}

/** The public instances. */
export const publicAddresses: Addresses = {
  registry: 'https://jsr.io',
  api: 'https://api.jsr.io',
  npmRegistry: 'https://npm.jsr.io',
  rekor: 'https://rekor.sigstore.dev',
};
