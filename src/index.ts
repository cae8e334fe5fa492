/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The library: the functions that the commands call. They neither print nor exit nor read the environment; verdicts
 * are values, and only a request that cannot be carried out throws, always a `JsrVerifyError`.
 */

export { audit, verifySpecs as verify } from './audit.ts';
export { type AuditFolderOptions, auditFolder } from './audit-folder.ts';
export type { Auditor } from './auditor.ts';
export { type DiffSide, diff } from './drift.ts';
export { type ExportedBundle, exportBundle } from './export.ts';
export type { Installed, InstalledCopies } from './installed/copies.ts';
export type { LockfileSide } from './lockfile/find/side.ts';
export { type LockfileFormatId, type ReadOptions, readLockfile } from './lockfile/lockfile.ts';
export { type CheckId, type Checks, checkIds, type Facts, type Outcome } from './model/check.ts';
export { type ConcludeOptions, type Conclusion, conclude } from './model/conclusion.ts';
export { type ErrorCode, JsrVerifyError } from './model/error.ts';
export type { Finding, Gap, Verdict, VerdictKind } from './model/finding.ts';
export { type PackageVersion, type Purl, purlOf, type Sha256, type Spec } from './model/package.ts';
export { defaultPolicy, type Exemption, type Expectation, type Policy } from './model/policy.ts';
export type { Identity, Provenance, Statement } from './model/provenance.ts';
export type { Publisher } from './model/publisher.ts';
export type { Change, Depth, LogOutcome, PackageReport, Report, TrustStatus } from './model/report.ts';
export type { Severity } from './model/severity.ts';
export type { StrayPackage } from './model/stray.ts';
export type {
  ForeignReference,
  Locked,
  LockfileContents,
  Occurrence,
  Place,
  Target,
} from './model/target.ts';
export { type AuditorOptions, type OpenAuditor, openAuditor } from './open/auditor.ts';
export { type OpenSource, openSource, type SourceOptions } from './open/source.ts';
export { type OpenTrustOptions as TrustOptions, openTrust as loadTrust } from './open/trust.ts';
export { type PolicyOrigin, parsePolicy } from './policy/parse/parse.ts';
export { type PinChange, type Pinning, pin } from './policy/pin/pin.ts';
export {
  type ClientCaches,
  type ClientHome,
  clientCaches,
  findInstalled as collectInstalled,
  type InstalledOptions,
} from './project/installed.ts';
export { findLockfileSide, findLockfiles, type LockfileOptions } from './project/lockfiles.ts';
export { findPolicy, type PolicyOptions } from './project/policy.ts';
export { type Addresses, publicAddresses } from './registry/addresses.ts';
export { parseSpec } from './registry/spec.ts';
export { type RenderOptions, render } from './render.ts';
export type { RunInfo, RunLockfile } from './report/renderer.ts';
export { type ReportFormat, reportFormats } from './report/reporter.ts';
export { type Trust, trustFromBytes } from './sigstore/trust.ts';
export { type BundleOptions, type SigstoreOutcomes, verifyBundle } from './sigstore/verifier.ts';
export { type CacheOptions, type EvidenceCache, openCache } from './source/cache/cache.ts';
export { type HttpOptions, type HttpSource, httpSource } from './source/http/http.ts';
export { offlineSource } from './source/offline.ts';
export { mergePacks, openPack, type Pack, type Recorder, recording } from './source/pack/pack.ts';
export type { Source, SourceRequest } from './source/source.ts';
export { checkpointMemory } from './tlog/follow-memory.ts';
