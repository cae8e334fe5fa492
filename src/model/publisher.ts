import { type Claims, claimsOf, signerOf } from './claims.ts';
import type { Provenance } from './provenance.ts';

/**
 * Who built a package version, as the certificate of its attestation proves it. A claim that the certificate does not make, or
 * that cannot be read exactly, is not there. It says who built, not whether that is the one you expect: the verdict does.
 */
export interface Publisher extends Claims {
  /** The workflow that signed, as `owner/name/.github/workflows/x.yml@ref`; another repository's for a reusable workflow. */
  readonly signer?: string;
  /** The page of the run that built, an `https:` address. */
  readonly runUrl?: string;
}

/** Reads the publisher from a proof. Of anything less than a proof there is none. */
export function publisherOf({ identity }: Provenance): Publisher {
  const signer = signerOf(identity);
  const run = identity.runInvocationURI;
  return {
    ...claimsOf(identity),
    ...(signer && { signer: `${signer.owner}/${signer.name}/${signer.path}@${signer.ref}` }),
    ...(run !== undefined && URL.canParse(run) && new URL(run).protocol === 'https:' && { runUrl: run }),
  };
}
