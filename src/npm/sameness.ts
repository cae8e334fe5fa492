/** Whether a file of the tarball follows from the attested files, or the reason why not. */
export type Sameness = { readonly same: true } | { readonly same: false; readonly reason: string };

/** The positive answer. */
export const same: Sameness = { same: true };

/** The negative answer, with a reason that completes "the file …". */
export function differs(reason: string): Sameness {
  return { same: false, reason };
}
