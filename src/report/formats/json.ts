import type { RegistryClaims } from '../../model/evidence.ts';
import type { Finding, Verdict } from '../../model/finding.ts';
import { byCodeUnit } from '../../model/order.ts';
import type { Exemption } from '../../model/policy.ts';
import type {
  Change,
  ForkEvidence,
  LogHead,
  LogOutcome,
  PackageReport,
  Report,
  TrustStatus,
} from '../../model/report.ts';
import type { Locked, Occurrence, Place } from '../../model/target.ts';
import type { RenderContext, Renderer } from '../renderer.ts';
import { toJson } from '../words/escape.ts';
import { type Json, toChecksJson } from '../words/facts.ts';
import { toOrigin } from '../words/origin.ts';
import { tally } from '../words/summary.ts';
import { toUtc } from '../words/time.ts';

type JsonObject = { readonly [key: string]: Json };

/** The report as one JSON document: version 1 of the shape in `schemas/report.schema.json`. */
export const json: Renderer = {
  render: (report, context) => `${toJson(toReportJson(report, context), 2)}\n`,
};

/** The whole report as plain JSON values, keys always in the same order. */
export function toReportJson(report: Report, context: Pick<RenderContext, 'toolVersion'>): JsonObject {
  const { packages, changes, ...rest } = toRunJson(report, context);
  return { ...rest, packages: report.packages.map(toPackageJson), changes: changes ?? [] };
}

/** Everything about the run except the packages. */
export function toRunJson(report: Report, { toolVersion }: Pick<RenderContext, 'toolVersion'>): JsonObject {
  return {
    schemaVersion: 1,
    tool: { name: 'jsr-verify', version: toolVersion },
    checkedAt: toUtc(report.checkedAt) ?? null,
    depth: report.depth,
    interrupted: report.interrupted,
    policy: { file: report.policyFile ?? null },
    ...(report.oldestAnswer === undefined ? {} : { wordOf: toUtc(report.oldestAnswer) ?? null }),
    trust: toTrustJson(report.trust),
    log: toLogJson(report.log),
    summary: { ...tally(report.packages) },
    findings: report.findings.map(toFindingJson),
    unresolved: report.unresolved.map((spec) => ({ ...spec })),
    unusedExemptions: report.unusedExemptions.map(toExemptionJson),
    requests: Object.fromEntries(Object.entries(report.requests).toSorted(([a], [b]) => byCodeUnit(a, b))),
    changes: (report.changes ?? []).map(toChangeJson),
  };
}

/** One package of the report; `provenance` is present only if the whole cryptographic chain is valid. */
export function toPackageJson(pkg: PackageReport): JsonObject {
  const origin = toOrigin(pkg);
  return {
    purl: pkg.purl,
    scope: pkg.package.scope,
    name: pkg.package.name,
    version: pkg.package.version ?? null,
    verdict: pkg.verdict.kind,
    ...(pkg.depth === undefined ? {} : { depth: pkg.depth }),
    ...toBecauseJson(pkg.verdict),
    checks: toChecksJson(pkg.checks),
    findings: pkg.findings.map(toFindingJson),
    ...(origin === undefined ? {} : { provenance: toProvenanceJson(pkg, origin) }),
    expectation: pkg.expectation,
    occurrences: pkg.occurrences.map(toOccurrenceJson),
    registry: toRegistryJson(pkg.registryClaims),
  };
}

function toProvenanceJson(pkg: PackageReport, origin: NonNullable<ReturnType<typeof toOrigin>>): JsonObject {
  return {
    repository: origin.repository ?? null,
    repositoryId: origin.repositoryId ?? null,
    ownerId: origin.ownerId ?? null,
    workflow: origin.workflow ?? null,
    ref: origin.ref ?? null,
    commit: origin.commit ?? null,
    event: origin.event ?? null,
    runner: origin.runner ?? null,
    issuer: origin.issuer,
    run: origin.run ?? null,
    signer: origin.signer ?? null,
    manifestDigest: origin.manifestDigest,
    subjectOf: pkg.provenance?.subjectOf ?? null,
    logIndex: origin.logIndex,
    integratedTime: origin.integratedTime ?? null,
    expectation: pkg.expectation,
  };
}

/** The reasons for a verdict that the findings do not contain. */
function toBecauseJson(verdict: Verdict): JsonObject {
  if (verdict.kind === 'inconclusive')
    return { gaps: verdict.because.map((gap) => ({ id: gap.id, why: gap.why })) };
  if (verdict.kind === 'exempt') return { exemptions: verdict.exemptions.map(toExemptionJson) };
  return {};
}

function toFindingJson(finding: Finding): JsonObject {
  return {
    id: finding.id,
    severity: finding.severity,
    message: finding.message,
    ...(finding.hint === undefined ? {} : { hint: finding.hint }),
    ...(finding.at === undefined ? {} : { at: toPlaceJson(finding.at) }),
    ...(finding.exempted === undefined ? {} : { exempted: { ...finding.exempted } }),
  };
}

function toExemptionJson({ at, ...exemption }: Exemption): JsonObject {
  return { ...exemption, ...(at === undefined ? {} : { at: toPlaceJson(at) }) };
}

function toPlaceJson({ file, line, column }: Place): JsonObject {
  return { file, line, ...(column === undefined ? {} : { column }) };
}

function toOccurrenceJson({ at, locked, alias, direct, dependents, dev, optional }: Occurrence): JsonObject {
  return {
    at: toPlaceJson(at),
    locked: toLockedJson(locked),
    ...(alias === undefined ? {} : { alias }),
    ...(direct === undefined ? {} : { direct }),
    dependents,
    ...(dev === undefined ? {} : { dev }),
    ...(optional === undefined ? {} : { optional }),
  };
}

/** Without the mark of a patch, which `why` tells in words. */
function toLockedJson(locked: Locked): JsonObject {
  if (locked.kind !== 'nothing') return { ...locked };
  const { patched: _, ...rest } = locked;
  return rest;
}

/** The registry's claims, separate from what is proved. */
function toRegistryJson(registryClaims: RegistryClaims): JsonObject {
  const publishedAt =
    registryClaims.publishedAt === undefined ? undefined : toUtc(registryClaims.publishedAt);
  return {
    yanked: registryClaims.yanked,
    ...(publishedAt === undefined ? {} : { publishedAt }),
    linked: registryClaims.linked === undefined ? null : { ...registryClaims.linked },
    ...(registryClaims.rekorLogId === undefined ? {} : { rekorLogId: registryClaims.rekorLogId }),
  };
}

function toTrustJson({ refreshedAt, expiresAt, ...trust }: TrustStatus): JsonObject {
  return {
    source: trust.source,
    from: trust.from,
    digest: trust.digest,
    refreshedAt: (refreshedAt && toUtc(refreshedAt)) ?? null,
    expiresAt: (expiresAt && toUtc(expiresAt)) ?? null,
    ...(trust.versions === undefined ? {} : { versions: { ...trust.versions } }),
    warnings: trust.warnings,
  };
}

function toLogJson(log: LogOutcome): JsonObject {
  switch (log.kind) {
    case 'not-checked':
      return { kind: log.kind, why: log.why, ...(log.gap === true && { gap: true }) };
    case 'first-seen':
    case 'consistent':
      return { kind: log.kind, logs: log.logs.map(toHeadJson), ...omitted(log) };
    case 'forked':
      return { kind: log.kind, logs: log.logs.map(toHeadJson), ...omitted(log), fork: toForkJson(log.fork) };
  }
}

function omitted({ omitted: count }: { readonly omitted?: number }): JsonObject {
  return count === undefined ? {} : { omitted: count };
}

function toHeadJson(head: LogHead): JsonObject {
  return { ...head };
}

function toForkJson({ origin, why, older, newer, proof }: ForkEvidence): JsonObject {
  return { origin, why, older, newer, proof };
}

function toChangeJson(change: Change): JsonObject {
  switch (change.kind) {
    case 'removed':
      return { kind: change.kind, purl: change.purl, before: toSideJson(change.before) };
    case 'relocked':
      return {
        kind: change.kind,
        purl: change.purl,
        before: toSideJson(change.before),
        after: toSideJson(change.after),
        locks: change.locks.map(({ how, before, after }) => ({
          how,
          before: toLockedJson(before),
          after: toLockedJson(after),
        })),
      };
    case 'added':
      return {
        kind: change.kind,
        purl: change.purl,
        after: toSideJson(change.after),
        provenance: change.provenance,
        publisher: toPublisherJson(change),
        ...(change.earlier === undefined ? {} : { earlier: change.earlier }),
      };
    case 'moved':
      return {
        kind: change.kind,
        purl: change.purl,
        before: toSideJson(change.before),
        after: toSideJson(change.after),
        provenance: change.provenance,
        publisher: toPublisherJson(change),
        ...(change.earlier === undefined ? {} : { earlier: change.earlier }),
      };
  }
}

function toPublisherJson({ publisher }: Exclude<Change, { kind: 'removed' | 'relocked' }>): JsonObject {
  return { kind: publisher.kind, from: publisher.from.map((claim) => ({ ...claim })) };
}

/** One side of a change; a package that still exists is complete in `packages`. */
function toSideJson(pkg: PackageReport): JsonObject {
  const origin = toOrigin(pkg);
  return {
    purl: pkg.purl,
    version: pkg.package.version ?? null,
    verdict: pkg.verdict.kind,
    ...(origin === undefined ? {} : { provenance: toProvenanceJson(pkg, origin) }),
  };
}
