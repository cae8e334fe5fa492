import type { Reason } from '../survivors.ts';

const second = 'stands behind the same question of the library, whose answer the tests hold word by word';
const narrowing = 'for the compiler: what follows answers the same for `undefined`';

/** Mutants of `src/sigstore` that no unit test needs to notice. */
export const sigstore: readonly Reason[] = [
  {
    file: 'bundle.ts',
    code: /^only === undefined(?: \|\| others\.length > 0(?: \|\| only\.sig\.length === 0)?)?$|^others\.length > 0$|^only\.sig\.length === 0$/,
    why: second,
  },
  { file: 'bundle.ts', code: 'signed === undefined', to: 'false', why: second },
  { file: 'bundle.ts', code: "'holds no signature, or more than one'", why: second },
  { file: 'bundle.ts', code: '!isBundleWithDsseEnvelope(bundle)', to: 'false', why: second },
  { file: 'bundle.ts', code: 'signer === undefined', to: 'false', why: second },
  { file: 'bundle.ts', code: "'has neither a certificate nor a public key'", to: '""', why: second },
  { file: 'bundle.ts', code: 'payloadHash === undefined', to: 'false', why: narrowing },
  {
    file: 'bundle.ts',
    code: 'free.length < bytes.length',
    to: 'free.length <= bytes.length',
    why: 'a copy that fills its block to the end may as well have a block of its own',
  },
  {
    file: 'certificate.ts',
    code: '!(cause instanceof Error)',
    to: 'false',
    why: 'nothing but errors is thrown',
  },
  {
    file: 'certificate.ts',
    code: "'the certificate could not be checked'",
    why: 'nothing but errors is thrown',
  },
  {
    file: 'certificate-identity.ts',
    code: 'id === undefined',
    to: 'false',
    why: 'for the compiler: an extension without a first part has no last one either, which is asked next',
  },
  {
    file: 'certificate-identity.ts',
    mutator: 'BlockStatement',
    code: '{ return undefined; }',
    to: '{}',
    why: 'for the compiler: what returns nothing returns `undefined`',
  },
  {
    file: 'verifier.ts',
    code: 'known !== undefined',
    to: 'false',
    why: 'saves time only: a root that is read again is the same root',
  },
  {
    file: 'verifier.ts',
    code: 'key === undefined',
    to: 'false',
    why: 'for the compiler: a bare key without one to hold it against has failed as a certificate, which ends it before',
  },
  {
    file: 'verifier.ts',
    code: "'the bundle is signed with a key that was not given'",
    why: 'a bare key without one to hold it against has failed as a certificate, which ends it before',
  },
];
