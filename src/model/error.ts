/** What can be wrong with a request; each code maps to one exit code in `cli/exit.ts`. */
export type ErrorCode =
  | 'OPTIONS_INVALID'
  | 'SPEC_INVALID'
  | 'PACKAGE_UNKNOWN'
  | 'LOCKFILE_MISSING'
  | 'LOCKFILE_INVALID'
  | 'LOCKFILE_UNSUPPORTED'
  | 'POLICY_INVALID'
  | 'PACK_INVALID'
  | 'BUNDLE_INVALID'
  | 'OUTPUT_UNWRITABLE'
  | 'NOTHING_TO_CHECK'
  | 'TRUST_INVALID'
  | 'TRUST_UNAVAILABLE'
  | 'NOT_VERIFIED'
  | 'LOG_FORKED'
  | 'INTERRUPTED';

/** The request could not be carried out as asked: a fact, and a hint where there is something to do about it. */
export class JsrVerifyError extends Error {
  override readonly name = 'JsrVerifyError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
