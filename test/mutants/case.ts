import { exit, exitCodeOf } from '../../src/cli/exit.ts';
import { JsrVerifyError } from '../../src/model/error.ts';
import type { Report } from '../../src/model/report.ts';

/** One way in which something is verified, with all the bytes that this takes. */
export interface Case {
  readonly name: string;
  /** The bytes that are changed, by what they are. */
  readonly evidence: ReadonlyMap<string, Buffer>;
  /** Ways in which each byte is changed, unless all are wanted: three, and fewer where a run is slow. */
  readonly waysPerByte?: number;
  /** Verifies with some of the bytes replaced, without a network. */
  run(changed: ReadonlyMap<string, Uint8Array>): Promise<Outcome>;
}

/** What came of a run: what was verified, and a text that holds every proven fact about it. */
export type Outcome =
  | { readonly verified: false; readonly why: string }
  | { readonly verified: true; readonly facts: string };

/** What a report comes to: whether the program would exit 0, and everything the report calls proven. */
export async function outcomeOf(report: () => Promise<Report>): Promise<Outcome> {
  try {
    return toOutcome(await report());
  } catch (error) {
    return refusalOf(error);
  }
}

/** What is refused before anything is looked at, such as a lockfile that is none; whatever else is thrown is a crash. */
export function refusalOf(error: unknown): Outcome {
  if (error instanceof JsrVerifyError) return { verified: false, why: error.code };
  throw error;
}

function toOutcome(report: Report): Outcome {
  const code = exitCodeOf(report, { allowEmpty: false, exitZero: false, strict: false });
  if (code !== exit.ok) return { verified: false, why: reasonOf(report) };
  const facts = report.packages.map(({ purl, verdict, provenance, checks, findings }) => ({
    purl,
    verdict: verdict.kind,
    provenance,
    files: checks.files,
    tarball: contentsOf(checks.tarball),
    lockfile: checks.lockfile.status,
    unpinned: findings.some(({ id, severity }) => id === 'unpinned' && severity === 'warning'),
  }));
  return { verified: true, facts: JSON.stringify(facts) };
}

/** What was found in the tarball. Its digest says which bytes were looked at, and is another one for each mutant. */
function contentsOf(tarball: Report['packages'][number]['checks']['tarball']) {
  if (tarball.status !== 'passed') return tarball.status;
  const { integrity: _, ...contents } = tarball.fact;
  return contents;
}

/** The name and the reason of everything that was said of a package that was not verified. */
function reasonOf({ packages, unresolved, findings }: Report): string {
  const [pkg] = packages;
  if (pkg === undefined)
    return `no package: ${[...unresolved.map(({ reason }) => reason), ...findings.map(({ id }) => id)].join()}`;
  const { verdict } = pkg;
  const because = 'because' in verdict ? verdict.because.map(({ id }) => id).join() : '';
  return `${verdict.kind} ${because}`.trim();
}
