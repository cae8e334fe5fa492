import { createHash } from 'node:crypto';
import { failed, type ManifestFact, type Outcome, passed, unknown } from '../model/check.ts';
import type { Gathered, RegistryClaims } from '../model/evidence.ts';
import { type Sha256, toSha256 } from '../model/package.ts';
import { foldPath, forbiddenInPath } from '../model/path.ts';
import type { Occurrence } from '../model/target.ts';
import { type ModuleGraph, readModuleGraph } from '../npm/tarball/graph.ts';
import { toExports } from '../wire/exports.ts';
import { field, isRecord, parseJson } from '../wire/json.ts';

const maxFiles = 50_000;
/** JSR takes 20 MB per package, more on request (contract 1.5); bytes. */
const maxTotal = 500_000_000;

/** What the manifest says, with the modules that the npm tarball is derived from; empty where only a digest is known. */
export interface ReadManifest extends ManifestFact {
  readonly graph: ModuleGraph;
}

/**
 * Passes when the version manifest can be read in one way only, and establishes the digest of its raw bytes. Made once per
 * package: everything else is given the outcome.
 * Where the registry did not answer, a digest that every lockfile agrees on stands in for the bytes: Deno will run
 * nothing else.
 */
export function checkManifest(
  manifest: Gathered<Uint8Array>,
  occurrences: readonly Occurrence[],
  { unlisted }: Pick<RegistryClaims, 'unlisted'> = {},
): Outcome<ReadManifest> {
  switch (manifest.state) {
    case 'absent':
      // The registry shows neither list nor manifest of a private package to anybody who is not signed in (jsr#1270).
      return unlisted === true
        ? unknown(
            `the registry has no version manifest at ${manifest.from}, and no list that names the version: it was deleted or never published, or the package is private`,
          )
        : { status: 'absent', why: `the registry has no version manifest at ${manifest.from}` };
    case 'unavailable': {
      const locked = lockedDigest(occurrences);
      if (locked === undefined) return unknown(`the version manifest could not be fetched: ${manifest.why}`);
      return passed({
        source: 'locked',
        digest: locked,
        files: new Map(),
        exports: new Map(),
        graph: new Map(),
      });
    }
    case 'present':
      return readManifest(manifest.value);
  }
}

/** The same outcome without the modules: reports are kept for the whole run, and no report needs them. */
export function withoutGraph(manifest: Outcome<ReadManifest>): Outcome<ManifestFact> {
  if (manifest.status !== 'passed') return manifest;
  const { graph: _, ...fact } = manifest.fact;
  return passed(fact);
}

function readManifest(bytes: Uint8Array): Outcome<ReadManifest> {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return failed(`the version manifest is malformed: ${parsed.why}`);
  // Deno's vendored copies drop the module graph and add this key; the digest in it is a claim (contract 1.4, trap 21).
  if (field(parsed.value, 'lockfileChecksum') !== undefined) {
    return failed("the version manifest is a copy as Deno vendors it, not the registry's own");
  }
  const listed = field(parsed.value, 'manifest');
  if (!isRecord(listed)) return failed('the version manifest lists no files');
  const entries = Object.entries(listed);
  if (entries.length === 0) return failed('the version manifest lists no files');
  if (entries.length > maxFiles) return failed(`the version manifest lists more than ${maxFiles} files`);

  const files = new Map<string, { sha256: Sha256; size: number }>();
  const folded = new Map<string, string>();
  let total = 0;
  for (const [path, entry] of entries) {
    const shown = JSON.stringify(path.slice(0, 200));
    const forbidden = forbiddenInPath(path);
    if (forbidden !== undefined) return failed(`the version manifest names the path ${shown}: ${forbidden}`);
    const twin = folded.get(foldPath(path));
    if (twin !== undefined)
      return failed(
        `the version manifest names ${shown} and ${JSON.stringify(twin)}, which differ in case only`,
      );
    folded.set(foldPath(path), path);
    const size = field(entry, 'size');
    const sha256 = checksum(field(entry, 'checksum'));
    if (sha256 === undefined) return failed(`the version manifest gives no SHA-256 checksum for ${shown}`);
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
      return failed(`the version manifest gives no size for ${shown}`);
    }
    total += size;
    if (total > maxTotal)
      return failed(`the version manifest lists more than ${maxTotal / 1_000_000} MB of files`);
    files.set(path, { sha256, size });
  }

  const exports = toExports(field(parsed.value, 'exports'));
  if (exports === undefined) return failed('the version manifest has malformed exports');
  const digest = createHash('sha256').update(bytes).digest('hex') as Sha256;
  return passed({ source: 'served', digest, files, exports, graph: readModuleGraph(parsed.value) });
}

function checksum(value: unknown): Sha256 | undefined {
  if (typeof value !== 'string' || !value.startsWith('sha256-')) return undefined;
  return toSha256(value.slice('sha256-'.length));
}

/** The manifest digest that every mention of a version in lockfiles pins; `undefined` where one of them pins something else. */
export function lockedDigest(occurrences: readonly Occurrence[]): Sha256 | undefined {
  const digests = new Set(
    occurrences.map(({ locked }) => (locked.kind === 'manifest' ? locked.digest : undefined)),
  );
  const [only] = digests;
  return digests.size === 1 ? only : undefined;
}
