/** The TUF repository of the public-good Sigstore instance. */
export const publicTufMirror = 'https://tuf-repo-cdn.sigstore.dev';
