import { type Claims, claimsOf, signerOf } from './claims.ts';
import type { Provenance } from './provenance.ts';

/**
 * Who built a package version, as the certificate of its attestation proves it. A claim that the certificate lacks,
 * or that cannot be read exactly, is left out. Whether this publisher is the expected one is said by the verdict.
 */
export interface Publisher extends Claims {
  /**
   * The workflow that signed: `owner/name/.github/workflows/x.yml@ref`. A reusable workflow belongs to another
   * repository.
   */
  readonly signer?: string;
  /** The page of the workflow run, an `https:` address. */
  readonly runUrl?: string;
}

/** Reads the publisher from a provenance; there is no other source. */
export function publisherOf({ identity }: Provenance): Publisher {
  const signer = signerOf(identity);
  const run = identity.runInvocationURI;
  return {
    ...claimsOf(identity),
    ...(signer && { signer: `${signer.owner}/${signer.name}/${signer.path}@${signer.ref}` }),
    ...(run !== undefined && URL.canParse(run) && new URL(run).protocol === 'https:' && { runUrl: run }),
  };
}
