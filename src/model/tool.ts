/** Put in by the build from `package.json`; sources that run as they are have no version of their own. */
declare const JSR_VERIFY_VERSION: string | undefined;

/** This program, as it names itself in reports and requests. */
export const tool: { readonly name: 'jsr-verify'; readonly version: string } = {
  name: 'jsr-verify',
  version: typeof JSR_VERIFY_VERSION === 'string' ? JSR_VERIFY_VERSION : '0.0.0-source',
};
