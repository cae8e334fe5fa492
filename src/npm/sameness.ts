/** Whether a file of the tarball is what the attested files lead to, or where it is not. */
export type Sameness = { readonly same: true } | { readonly same: false; readonly reason: string };

/** The answer that needs no words. */
export const same: Sameness = { same: true };

/** The answer with a reason that completes "the file …". */
export function differs(reason: string): Sameness {
  return { same: false, reason };
}
