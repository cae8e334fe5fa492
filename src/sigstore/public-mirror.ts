/** The TUF repository of the public Sigstore. */
export const publicTufMirror = 'https://tuf-repo-cdn.sigstore.dev';
