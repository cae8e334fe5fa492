import type { PackageAuditor } from '../auditor.ts';
import { checkInstalled } from '../installed/check.ts';
import type { InstalledCopies } from '../installed/copies.ts';
import { after, type Checks, skipped } from '../model/check.ts';
import { purlOf } from '../model/package.ts';
import { reaches } from '../model/report.ts';
import type { Target } from '../model/target.ts';
import type { Registry } from '../registry/registry.ts';
import type { CheckedTarballs } from '../verify/tarball.ts';
import type { Collected } from './evidence.ts';
import { type Comparing, examineTarball } from './tarball.ts';

/** The depth, the installed copies, and the worker threads that compare tarballs. */
export type DepthOptions = Pick<PackageAuditor, 'depth' | 'installed'> & Comparing;

/** Adds the checks beyond the attested files: the npm tarballs and the installed copies. */
export async function deepen(
  checks: Checks,
  { target, collected }: { readonly target: Target; readonly collected: Collected },
  registry: Registry,
  options: DepthOptions,
): Promise<Checks> {
  const { depth, installed } = options;
  if (!reaches(depth, 'tarball')) return checks;
  const ready = after({ manifest: checks.manifest, files: checks.files }, () => collected.manifest);
  const tarballs =
    ready.status === 'passed'
      ? await examineTarball({ target, manifest: ready.fact, collected }, registry, options)
      : { outcome: ready, contents: [] };
  const deeper = { ...checks, tarball: tarballs.outcome };
  return reaches(depth, 'installed')
    ? { ...deeper, installed: checkCopies(checks, installed?.packages.get(purlOf(target.package)), tarballs) }
    : deeper;
}

function checkCopies(
  { manifest }: Checks,
  copies: InstalledCopies | undefined,
  { outcome, contents, refuted }: CheckedTarballs,
): Checks['installed'] {
  if (copies === undefined) return skipped('only an audit of a project looks at what is installed');
  const unexplained = {
    refuted: refuted === undefined ? [] : [refuted],
    why: whyUnexplained(outcome),
  };
  return after({ manifest }, (known) => checkInstalled(copies, known.manifest, contents, unexplained));
}

function whyUnexplained(tarball: Checks['tarball']): string {
  switch (tarball.status) {
    case 'failed':
      return `JSR's tarball is not valid (${tarball.reason})`;
    case 'blocked':
      return `JSR's tarball was not checked, because check "${tarball.by}" did not pass`;
    case 'passed':
      return "JSR's tarball is valid";
    default:
      return `JSR's tarball could not be checked (${tarball.why})`;
  }
}
