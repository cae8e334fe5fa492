import { npm } from './survivors/npm.ts';
import { npmTypes } from './survivors/npm-types.ts';
import { policy } from './survivors/policy.ts';
import { policyFile } from './survivors/policy-file.ts';
import { sigstore } from './survivors/sigstore.ts';
import { sigstoreTrust } from './survivors/sigstore-trust.ts';
import { tlog } from './survivors/tlog.ts';
import { verify } from './survivors/verify.ts';

/** A mutant that no unit test of its folder notices. */
export interface Survivor {
  /** From the root of the project. */
  readonly file: string;
  readonly mutator: string;
  /** What stood there, and what stands there now; blanks as one. */
  readonly code: string;
  readonly to: string;
}

/** Mutants that may survive, and why. */
export interface Reason {
  /** Without the folder; any file of it where there is none. */
  readonly file?: string;
  readonly mutator?: string;
  /** The whole text, or a part of it that fits. */
  readonly code: string | RegExp;
  readonly to?: string | RegExp;
  readonly why: string;
}

/** All there are, by folder; whatever else survives lacks a test. */
const reasons: Readonly<Record<string, readonly Reason[]>> = {
  npm: [...npm, ...npmTypes],
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
      fits(code, reason.code) &&
      (reason.to === undefined || fits(to, reason.to)),
  )?.why;
}

const fits = (text: string, wanted: string | RegExp): boolean =>
  typeof wanted === 'string' ? text === wanted : wanted.test(text);
