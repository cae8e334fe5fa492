// Functions of the Sigstore and TUF libraries that their packages do not export. Only this file imports from inside a
// package, and `test/sigstore/library.test.ts` names each function, so that an update that moves one fails.
//
// The public `Verifier.verify()` throws one error, for the first check that fails. A report must also say whether the
// signature is valid when the log could not be reached, so each check is called separately.
export { DSSESignatureContent } from '@sigstore/verify/dist/bundle/dsse.js';
export { signatureContent } from '@sigstore/verify/dist/bundle/index.js';
export { verifyCertificate } from '@sigstore/verify/dist/key/index.js';
export type { SignatureContent } from '@sigstore/verify/dist/shared.types.js';
export { getTSATimestamp } from '@sigstore/verify/dist/timestamp/index.js';
export { verifyTLogBody } from '@sigstore/verify/dist/tlog/index.js';
export { verifyMerkleInclusion } from '@sigstore/verify/dist/tlog/merkle.js';
export { filterTLogAuthorities } from '@sigstore/verify/dist/trust/index.js';
export { DownloadHTTPError } from 'tuf-js/dist/error.js';
