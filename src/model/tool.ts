/** Set by the build from `package.json`; undefined when the sources run without a build. */
declare const JSR_VERIFY_VERSION: string | undefined;

/** The name and version of this program in reports and requests. */
export const tool: { readonly name: 'jsr-verify'; readonly version: string } = {
  name: 'jsr-verify',
  version: typeof JSR_VERIFY_VERSION === 'string' ? JSR_VERIFY_VERSION : '0.0.0-source',
};
