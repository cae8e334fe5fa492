import { claimsOf } from '../../model/claims.ts';
import type { RegistryClaims } from '../../model/evidence.ts';
import type { Provenance } from '../../model/provenance.ts';
import { foundBySearch } from '../assessment.ts';
import { duringOutage } from '../history.ts';
import type { Breach, PackageRule, RuleInput } from '../rule.ts';

/** Rule `recovered-provenance`, explained in docs/rules/recovered-provenance.md. */
export const recoveredProvenance = {
  id: 'recovered-provenance',
  about: 'package',
  // A note: the registry lost or rejected a genuine attestation, and the log still has it.
  severity: 'note',
  title: 'the registry names the attestation',
  why: 'The registry keeps only the number of a log entry, and sometimes none. Attestations it dropped are found in the log by digest.',
  fix: 'Pin the package, so that it does not matter what the registry says.',
  *judge(input) {
    const { assessment, provenance, strangers } = input;
    if (!foundBySearch(assessment)) return;
    if (strangers.length > 0) yield aboutStrangers(input);
    else if (provenance !== undefined) yield { message: recovery(assessment.registryClaims, provenance) };
  },
} satisfies PackageRule;

function recovery(registryClaims: RegistryClaims, { logged }: Provenance): string {
  if (registryClaims.rekorLogId === undefined)
    return 'found by searching the log, because the registry could not be reached';
  if (registryClaims.rekorLogId !== null)
    return `the registry names log entry ${registryClaims.rekorLogId}, which does not match; found by searching the log`;
  if (duringOutage(registryClaims.publishedAt ?? logged.integratedTime))
    return 'the registry says there is none, as for everything published from 2026-07-03 to 2026-08-04; found by searching the log';
  return 'the registry says there is none; found by searching the log';
}

/** Not an error, because the package is not affected; but an attestation by a stranger should be reviewed. */
function aboutStrangers({ strangers, assessment: { registryClaims } }: RuleInput): Breach {
  const names = [
    ...new Set(strangers.map(({ identity }) => claimsOf(identity).repository ?? 'an unnamed repository')),
  ];
  const wanted =
    registryClaims.linked === undefined
      ? 'and JSR links none'
      : `while JSR links ${registryClaims.linked.owner}/${registryClaims.linked.name}`;
  return {
    severity: 'warning',
    message: `the log has a valid attestation of these bytes by ${names.sort().join(', ')}, ${wanted}; anyone may log one, so it does not count`,
    hint: 'if that repository is the true source, pin it with --repo or in the policy file',
  };
}
