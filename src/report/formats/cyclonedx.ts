import { createHash } from 'node:crypto';
import { nameOf } from '../../model/package.ts';
import type { PackageReport, Report } from '../../model/report.ts';
import type { RenderContext, Renderer } from '../renderer.ts';
import { toJson, toLink, toPlain } from '../words/escape.ts';
import type { Json } from '../words/facts.ts';
import { toLinks } from '../words/links.ts';
import { expectedBy, toOrigin } from '../words/origin.ts';
import { resultOf } from '../words/run.ts';
import { logInWords, sorted } from '../words/summary.ts';
import { toUtc } from '../words/time.ts';
import { type ComponentAddition, propertyPrefix, withAdditions } from './cyclonedx-document.ts';

type JsonObject = { readonly [key: string]: Json };

/**
 * The CycloneDX document that was audited, with what was found out about its JSR components; or, for everything else, one of
 * version 1.6: the JSR packages with where they stand, what they hash to, and the attestation as evidence.
 */
export const cyclonedx: Renderer = {
  render(report, context) {
    if (context.document !== undefined)
      return withAdditions(context.document, report.packages, (pkg, version) =>
        toAddition(pkg, version, context),
      );
    const components = sorted(report.packages).map((pkg) => toComponent(pkg, context));
    const bom = {
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      serialNumber: `urn:uuid:${toUuid(toJson([toUtc(report.checkedAt) ?? '', components]))}`,
      version: 1,
      metadata: toMetadata(report, context),
      components,
    };
    return `${toJson(bom, 2)}\n`;
  },
};

function toMetadata(report: Report, context: RenderContext): JsonObject {
  const { toolVersion } = context;
  const timestamp = toUtc(report.checkedAt);
  return {
    ...(timestamp === undefined ? {} : { timestamp }),
    tools: { components: [{ type: 'application', name: 'jsr-verify', version: toolVersion }] },
    properties: [
      property('covers', 'packages from JSR only'),
      property('summary', resultOf(report, context).text),
      property('depth', report.depth),
      property('log', logInWords(report)),
      ...report.trust.warnings.map((warning) => property('trust', warning)),
    ],
  };
}

function toComponent(pkg: PackageReport, context: RenderContext): JsonObject {
  const { scope, name, version } = pkg.package;
  const { manifest } = pkg.checks;
  const purl = toStrictPurl(pkg);
  const hashes = manifest.status === 'passed' ? [{ alg: 'SHA-256', content: manifest.fact.digest }] : [];
  return {
    type: 'library',
    'bom-ref': purl,
    group: `@${toPlain(scope)}`,
    name: toPlain(name),
    ...(version === undefined ? {} : { version: toPlain(version) }),
    purl,
    ...(hashes.length === 0 ? {} : { hashes }),
    externalReferences: toReferences(pkg, hashes, context),
    evidence: toEvidence(pkg),
    properties: [
      property('verdict', pkg.verdict.kind),
      property('name', nameOf(pkg.package)),
      // The form that is signed and that JSR prints keeps the `@`; the purl specification writes it `%40`.
      property('purl', pkg.purl),
      ...(hashes.length === 0
        ? []
        : [property('hash-of', 'version manifest, which lists every file with its SHA-256')]),
      ...originProperties(pkg),
      ...pkg.findings
        .slice(0, 100)
        .map(({ id, severity, message }) => property(`finding:${severity}`, `${id}: ${message}`)),
    ],
  };
}

/** The additions to a component of an existing document; provenance only if it is verified. */
function toAddition(pkg: PackageReport, specVersion: string, context: RenderContext): ComponentAddition {
  const { findings, verdict } = pkg;
  const isVerified = verdict.kind === 'verified';
  const origin = isVerified ? toOrigin(pkg) : undefined;
  const links = toLinks(pkg, origin, context);
  // CycloneDX 1.4 has no references to attestations and no evidence of identity.
  const isOld = specVersion === '1.4';
  const reference = (type: string, url: string | undefined, comment: string) =>
    url === undefined ? [] : [{ type, url, comment }];
  const commit = origin?.commit;
  const evidence = toEvidence(pkg)['identity'] as readonly Json[];
  return {
    externalReferences:
      origin === undefined
        ? []
        : [
            ...reference('vcs', links.repository, 'repository that built it, proved by the certificate'),
            ...reference('build-meta', links.run, 'run that built it, proved by the certificate'),
            ...reference(
              isOld ? 'other' : 'attestation',
              links.log,
              'entry of the transparency log with the signed SLSA provenance',
            ),
          ],
    properties: [
      property('verdict', verdict.kind),
      property('purl', pkg.purl),
      ...(isVerified ? originProperties(pkg) : []),
      ...findings
        .slice(0, 100)
        .map(({ id, severity, message }) => property(`finding:${severity}`, `${id}: ${message}`)),
    ],
    commits:
      commit === undefined
        ? []
        : [{ uid: toPlain(commit), ...(links.commit === undefined ? {} : { url: links.commit }) }],
    // CycloneDX 1.5 has one identity, later versions a list of them.
    identity: origin === undefined || isOld ? undefined : specVersion === '1.5' ? evidence[0] : evidence,
  };
}

function originProperties(pkg: PackageReport): readonly Json[] {
  const origin = toOrigin(pkg);
  if (origin === undefined) return [];
  const { repository, repositoryId, ownerId, workflow, ref, commit, runner, run, logIndex, integratedTime } =
    origin;
  const proved = {
    repository,
    repositoryId,
    ownerId,
    workflow,
    ref,
    commit,
    runner,
    run,
    logIndex,
    integratedTime,
  };
  return [
    ...Object.entries(proved).flatMap(([key, value]) => (value === undefined ? [] : [property(key, value)])),
    property('expected-by', expectedBy(pkg)),
  ];
}

function toReferences(pkg: PackageReport, hashes: readonly Json[], context: RenderContext): readonly Json[] {
  const origin = toOrigin(pkg);
  const links = toLinks(pkg, origin, context);
  const { scope, name, version } = pkg.package;
  const part = (text: string) => encodeURIComponent(toPlain(text));
  // The `@` is not encoded: the registry does not accept `%40`.
  const address = `${context.links.registry}/@${part(scope)}/${part(name)}/${part(`${version}_meta.json`)}`;
  const manifest = hashes.length === 0 ? undefined : toLink(address);
  const reference = (type: string, url: string | undefined, comment: string, more: JsonObject = {}) =>
    url === undefined ? [] : [{ type, url, comment, ...more }];
  return [
    ...reference('website', links.registry, 'page of the package'),
    ...reference('distribution', manifest, 'version manifest', { hashes }),
    ...reference('vcs', links.repository, 'repository that built it, proved by the certificate'),
    ...reference('build-meta', links.run, 'run that built it, proved by the certificate'),
    ...reference('attestation', links.log, 'entry of the transparency log with the signed SLSA provenance'),
  ];
}

/** The evidence for the component's identity: its attestation, or only the lockfile or spec that names it. */
function toEvidence(pkg: PackageReport): JsonObject {
  const origin = toOrigin(pkg);
  const method =
    origin === undefined
      ? { technique: 'manifest-analysis', confidence: 0.5, value: 'named by a lockfile or a spec' }
      : {
          technique: 'attestation',
          confidence: 1,
          value: `Sigstore, log index ${toPlain(origin.logIndex)}, manifest sha256 ${origin.manifestDigest}`,
        };
  const occurrences = pkg.occurrences
    .slice(0, 1000)
    .map(({ at }) => ({ location: toPlain(at.file), line: at.line }));
  return {
    identity: [{ field: 'purl', confidence: method.confidence, methods: [method] }],
    ...(occurrences.length === 0 ? {} : { occurrences }),
  };
}

function toStrictPurl({ package: { scope, name, version } }: PackageReport): string {
  const part = (text: string) => encodeURIComponent(toPlain(text));
  return `pkg:jsr/%40${part(scope)}/${part(name)}${version === undefined ? '' : `@${part(version)}`}`;
}

function property(name: string, value: string): JsonObject {
  return { name: `${propertyPrefix}${name}`, value: toPlain(value) };
}

/** A UUID version 8 (RFC 9562) from a digest, so that equal BOMs have equal serial numbers. */
function toUuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}
