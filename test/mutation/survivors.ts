import { npm } from './survivors/npm.ts';
import { npmScript } from './survivors/npm-script.ts';
import { npmTypes } from './survivors/npm-types.ts';
import { policy } from './survivors/policy.ts';
import { policyFile } from './survivors/policy-file.ts';
import { sigstore } from './survivors/sigstore.ts';
import { sigstoreTrust } from './survivors/sigstore-trust.ts';
import { tlog } from './survivors/tlog.ts';
import { verify } from './survivors/verify.ts';

/** A mutant that no unit test of its folder notices. */
export interface Survivor {
  /** Its path from the root of the project. */
  readonly file: string;
  readonly mutator: string;
  /** The original code, and what the mutant has in its place; each run of white space is one blank. */
  readonly code: string;
  readonly to: string;
}

/** Mutants that may survive, and why. */
export interface Reason {
  /** Its path below the folder; absent for every file of the folder. */
  readonly file?: string;
  readonly mutator?: string;
  /** The whole code, or an expression that matches it. */
  readonly code: string | RegExp;
  readonly to?: string | RegExp;
  /** The kind of reason, one of `kinds`, a colon, and the reason: `optimisation: without the cache, …`. */
  readonly why: string;
}

/** The kinds of reasons, and what each claims. */
export const kinds: Readonly<Record<string, string>> = {
  equivalent: 'the mutant gives the same answers',
  'type narrowing':
    'the condition is there for the type checker: the other case does not occur, or is handled next',
  optimisation: 'the mutant gives the same answers with more work',
  'defence in depth': 'another check rejects the same input before or after this one',
  harmless: 'the answers differ where it does not matter',
  'not testable': 'a unit test cannot control what the code depends on',
};

/** Every reason, by folder of `src`. A mutant that survives without one lacks a test. */
export const reasons: Readonly<Record<string, readonly Reason[]>> = {
  npm: [...npm, ...npmScript, ...npmTypes],
  policy: [...policy, ...policyFile],
  sigstore: [...sigstore, ...sigstoreTrust],
  tlog,
  verify,
};

/** Why the mutant may survive, or `undefined`. */
export function reasonFor({ file, mutator, code, to }: Survivor): string | undefined {
  const [, area = '', ...path] = file.split('/');
  return reasons[area]?.find(
    (reason) =>
      (reason.file === undefined || reason.file === path.join('/')) &&
      (reason.mutator === undefined || reason.mutator === mutator) &&
      matches(code, reason.code) &&
      (reason.to === undefined || matches(to, reason.to)),
  )?.why;
}

/** Whether a piece of code is the wanted one. */
export function matches(code: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? code === wanted : wanted.test(code);
}
