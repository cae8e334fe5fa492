/** What can be wrong with a request; `cli/exit.ts` maps each code to one exit code. */
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

/** The request could not be carried out: the message says what happened, the hint what to do. */
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
