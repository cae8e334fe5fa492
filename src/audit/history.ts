import pMap from 'p-map';
import type { PackageAuditor } from '../auditor.ts';
import { type Doubts, type History, isAttested } from '../diff/changes.ts';
import { earlierInLine } from '../diff/line.ts';
import { type PackageVersion, type Purl, purlOf } from '../model/package.ts';
import type { PackageReport } from '../model/report.ts';
import { openRegistry, type Registry } from '../registry/registry.ts';
import { judgeTarget } from './judgement.ts';

/** How many earlier versions of a release line are searched for an attestation; older ones count as unknown. */
const lookBack = 30;

/** For each package: earlier versions of its release line, newest first, up to the first attested one. */
export async function earlierVersions(
  packages: readonly PackageReport[],
  auditor: PackageAuditor,
): Promise<{ readonly history: History; readonly doubts: Doubts }> {
  const registry = openRegistry(auditor.source, auditor.addresses);
  const judge: Judge = async (about) =>
    (await judgeTarget({ package: about, occurrences: [] }, auditor)).report;
  const lines = await pMap(packages, (report) => earlierInLineOf(report, registry, judge), {
    concurrency: auditor.concurrency ?? 16,
  });
  const history = new Map<Purl, PackageReport[]>();
  for (const { of, reports } of lines) history.set(of, [...(history.get(of) ?? []), ...reports]);
  return {
    history,
    doubts: new Map(
      lines.flatMap(({ purl, doubt }) => (doubt === undefined ? [] : [[purl, doubt] as const])),
    ),
  };
}

type Judge = (about: PackageVersion) => Promise<PackageReport>;

/** The known versions before one version in its release line; `doubt` says why some are missing. */
interface EarlierInLine {
  readonly purl: Purl;
  /** The package without its version. */
  readonly of: Purl;
  readonly reports: readonly PackageReport[];
  readonly doubt?: string;
}

async function earlierInLineOf(
  { purl, package: about, registryClaims }: PackageReport,
  registry: Registry,
  judge: Judge,
): Promise<EarlierInLine> {
  const { scope, name, version } = about;
  const nothing: EarlierInLine = { purl, of: purlOf({ scope, name }), reports: [] };
  if (version === undefined) return nothing;
  const meta = await registry.meta(about);
  if (meta.state !== 'present') {
    const why = meta.state === 'absent' ? 'the registry knows of no versions' : meta.why;
    return { ...nothing, doubt: `its earlier versions could not be listed: ${why}` };
  }
  const published = [...meta.value.versions].map(([other, { publishedAt }]) => ({
    version: other,
    ...(publishedAt && { publishedAt }),
  }));
  const { publishedAt } = registryClaims;
  const line = earlierInLine({ version, ...(publishedAt && { publishedAt }) }, published);
  const reports: PackageReport[] = [];
  for (const earlier of line.slice(0, lookBack)) {
    const report = await judge({ scope, name, version: earlier.version });
    reports.push(report);
    if (isAttested(report)) return { ...nothing, reports };
  }
  if (line.length <= lookBack) return { ...nothing, reports };
  const doubt = `none of the ${lookBack} versions before it is attested, and the ${line.length - lookBack} older ones were not checked`;
  return { ...nothing, reports, doubt };
}
