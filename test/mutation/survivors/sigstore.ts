import type { Reason } from '../survivors.ts';

const second =
  'defence in depth: the library makes the same check first, and the tests expect its exact message';
const narrowing = 'type narrowing: the code that follows gives the same answer for `undefined`';

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
    why: 'optimisation: a copy that exactly fills the rest of a block may also get a block of its own',
  },
  {
    file: 'certificate.ts',
    code: '!(cause instanceof Error)',
    to: 'false',
    why: 'type narrowing: nothing but errors is thrown',
  },
  {
    file: 'certificate.ts',
    code: "'the certificate could not be checked'",
    why: 'type narrowing: nothing but errors is thrown',
  },
  {
    file: 'certificate-identity.ts',
    code: 'id === undefined',
    to: 'false',
    why: 'type narrowing: an extension without a first part has no last one either, which is checked next',
  },
  {
    file: 'certificate-identity.ts',
    mutator: 'BlockStatement',
    code: '{ return undefined; }',
    to: '{}',
    why: 'equivalent: a function that ends without `return` returns `undefined`',
  },
  {
    file: 'verifier.ts',
    code: 'known !== undefined',
    to: 'false',
    why: 'optimisation: without the cache, the same root is read again',
  },
  {
    file: 'verifier.ts',
    code: 'key === undefined',
    to: 'false',
    why: 'type narrowing: a bundle with a bare key, where no key was given, has already failed as a certificate',
  },
  {
    file: 'verifier.ts',
    code: "'the bundle is signed with a key that was not given'",
    why: 'type narrowing: a bundle with a bare key, where no key was given, has already failed as a certificate',
  },
];
