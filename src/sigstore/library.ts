// The functions of the Sigstore and TUF libraries that have no public door. Nothing else in the program imports from
// inside a package, and `test/sigstore/library.test.ts` names each of them, so that an update that moves one fails loudly.
//
// The public `Verifier.verify()` throws one error for the first check that fails. A report has to tell whether the
// signature holds while the log could not be asked, so the checks are called one by one.
export { DSSESignatureContent } from '@sigstore/verify/dist/bundle/dsse.js';
export { signatureContent } from '@sigstore/verify/dist/bundle/index.js';
export { verifyCertificate } from '@sigstore/verify/dist/key/index.js';
export type { SignatureContent } from '@sigstore/verify/dist/shared.types.js';
export { getTSATimestamp } from '@sigstore/verify/dist/timestamp/index.js';
export { verifyTLogBody } from '@sigstore/verify/dist/tlog/index.js';
export { verifyMerkleInclusion } from '@sigstore/verify/dist/tlog/merkle.js';
export { filterTLogAuthorities } from '@sigstore/verify/dist/trust/index.js';
export { DownloadHTTPError } from 'tuf-js/dist/error.js';
