import type { PackageReport } from '../../model/report.ts';
import type { RenderContext } from '../renderer.ts';
import { toLink, toPlain } from './escape.ts';
import type { Origin } from './origin.ts';

/** Pages with the evidence; only addresses that are safe to link. */
export interface EvidenceLinks {
  readonly registry: string | undefined;
  readonly log: string | undefined;
  readonly repository: string | undefined;
  readonly commit: string | undefined;
  readonly workflow: string | undefined;
  readonly run: string | undefined;
}

/** The evidence pages of one package. */
export function toLinks(
  { package: { scope, name, version } }: Pick<PackageReport, 'package'>,
  origin: Origin | undefined,
  { links }: Pick<RenderContext, 'links'>,
): EvidenceLinks {
  const at = version === undefined ? '' : `@${encodeSegment(version)}`;
  const repository = toRepositoryLink(origin?.repository);
  const commit =
    origin?.commit !== undefined && /^[0-9a-f]{40,64}$/i.test(origin.commit) ? origin.commit : undefined;
  return {
    registry: toLink(`${links.registry}/@${encodeSegment(scope)}/${encodeSegment(name)}${at}`),
    log:
      origin !== undefined && /^\d+$/.test(origin.logIndex)
        ? toLink(entryPage(links.rekor, origin.logIndex))
        : undefined,
    repository,
    commit: repository !== undefined && commit !== undefined ? `${repository}/commit/${commit}` : undefined,
    workflow:
      repository !== undefined && commit !== undefined && origin?.workflow?.startsWith('.github/')
        ? toLink(`${repository}/blob/${commit}/${origin.workflow.split('/').map(encodeSegment).join('/')}`)
        : undefined,
    run: origin?.run === undefined ? undefined : toLink(origin.run),
  };
}

/** The page of a log entry. The search page covers only the public log; for other logs this is their API. */
function entryPage(rekor: string, index: string): string {
  return isPublicLog(rekor)
    ? `https://search.sigstore.dev/?logIndex=${index}`
    : `${rekor}/api/v1/log/entries?logIndex=${index}`;
}

function isPublicLog(rekor: string): boolean {
  return URL.canParse(rekor) && new URL(rekor).href === 'https://rekor.sigstore.dev/';
}

/** A repository's page, if paths can be appended to it. */
function toRepositoryLink(repository: string | undefined): string | undefined {
  const link = repository === undefined ? undefined : toLink(repository);
  return link === undefined || /[?#]/.test(link) ? undefined : link.replace(/(?<!\/)\/+$/, '');
}

/**
 * `encodeURIComponent` throws on lone surrogates, which `toPlain` removes, and does not encode dots, which would lead
 * upward.
 */
function encodeSegment(segment: string): string {
  return encodeURIComponent(toPlain(segment)).replace(/^\.+$/, '_');
}
