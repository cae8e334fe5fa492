import { judgeTarget } from '../../src/audit/judgement.ts';
import type { Auditor } from '../../src/auditor.ts';
import { defaultPolicy, type Expectation, type Policy } from '../../src/model/policy.ts';
import type { PackageReport } from '../../src/model/report.ts';
import type { Target } from '../../src/model/target.ts';
import { openStage } from '../examine/stage.ts';
import type { Edit, Matcher, World } from '../support/jsr.ts';
import type { Publication } from '../support/publication.ts';
import { targetOf } from '../verify/chain.ts';

/** How a publication is to be judged where it differs from a plain `jsr-verify <spec>`. */
export interface Case {
  /** What the command line expects. */
  readonly expect?: Expectation;
  readonly policy?: Partial<Policy>;
  readonly occurrences?: Target['occurrences'];
  readonly auditor?: Partial<Auditor>;
  /** What happens to answers on their way, for this one judgement. */
  readonly edits?: readonly (readonly [Matcher, Edit])[];
}

/** From the registry to the verdict: what a user would be told about a publication. */
export async function openCourt(world: World) {
  const stage = await openStage(world);
  return {
    stage,
    judge: async (publication: Publication, wanted: Case = {}): Promise<PackageReport> => {
      const { expect: flags, policy, occurrences, auditor, edits = [] } = wanted;
      world.requests.length = 0;
      const undo = edits.map(([matcher, edit]) => world.edit(matcher, edit));
      try {
        const { report } = await judgeTarget(targetOf(publication, occurrences), {
          ...stage.auditor({
            policy: { ...defaultPolicy, ...(flags && { flags }), ...policy },
            ...auditor,
          }),
          depth: auditor?.depth ?? 'attestation',
        });
        return report;
      } finally {
        for (const back of undo) back();
      }
    },
  };
}

/** The verdict with all that speaks for it, one line each. */
export function summary({ verdict, findings }: PackageReport): string {
  const gaps =
    verdict.kind === 'inconclusive' ? verdict.because.map(({ id, why }) => `gap ${id}: ${why}`) : [];
  return [
    verdict.kind,
    ...findings.map(({ id, severity, message }) => `${severity} ${id}: ${message}`),
    ...gaps,
  ].join('\n');
}
