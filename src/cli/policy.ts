import { JsrVerifyError } from '../model/error.ts';
import type { Expectation, Policy } from '../model/policy.ts';
import { claimFlags, flagClaims } from '../policy/flags.ts';
import { claimReaders } from '../policy/parse/claim.ts';
import { findPolicy } from '../project/policy.ts';
import type { ExpectationFlags, PolicyFlags } from './options.ts';

/**
 * The policy in use: the named file, otherwise the nearest one upward in the repository, otherwise the default; flags
 * are added to it.
 *
 * @throws {JsrVerifyError} `POLICY_INVALID`, `OPTIONS_INVALID`
 */
export async function readPolicy(flags: PolicyFlags & ExpectationFlags, cwd: string): Promise<Policy> {
  const base = await findPolicy({ file: flags.policy, folder: cwd });
  const expected = readExpectation(flags);
  return {
    ...base,
    strict: flags.strict,
    ...(flags['allow-unattested'] && { provenance: 'optional' as const }),
    ...(expected !== undefined && { flags: expected }),
  };
}

function readExpectation(flags: ExpectationFlags): Expectation | undefined {
  const claims: [string, unknown][] = [];
  for (const key of flagClaims) {
    const flag = claimFlags[key];
    const given = flags[flag];
    if (given === undefined || given === false) continue;
    const read = claimReaders[key](given);
    if (!read.ok) {
      throw new JsrVerifyError(
        'OPTIONS_INVALID',
        `--${flag}: ${read.problem}`,
        read.hint === undefined ? {} : { hint: read.hint },
      );
    }
    claims.push([key, read.value]);
  }
  // The reader of each key has checked its value.
  return claims.length === 0 ? undefined : (Object.fromEntries(claims) as Expectation);
}
