import { type Facts, failed, type Outcome, passed, skipped } from '../model/check.ts';
import type { Statement } from '../model/provenance.ts';
import type { Occurrence } from '../model/target.ts';

/**
 * Fails where the client runs something else instead of the package, whatever else the lockfile holds it to: the registry
 * need not be asked for that. `undefined` where it runs the package.
 */
export function checkReplaced(occurrences: readonly Occurrence[]): Outcome<Facts['lockfile']> | undefined {
  const replaced = occurrences.flatMap(({ at, locked }) =>
    locked.kind === 'replaced' ? [{ place: `${at.file}:${at.line}`, why: locked.why }] : [],
  );
  const [first] = replaced;
  if (first === undefined) return undefined;
  return failed(`the client runs something else instead of the package: ${first.why}`, {
    details: replaced.map(({ place, why }) => `${place}: ${why}`),
  });
}

/**
 * Compares what lockfiles hold the version to with the manifest that was served and the digest that is attested.
 * Deno's lockfile pins the very bytes that are attested; the npm family pins JSR's tarball, which is compared where
 * the tarball is read (depth `tarball`).
 */
export function checkLockfile(
  occurrences: readonly Occurrence[],
  manifest: Facts['manifest'],
  statement: Statement | undefined,
): Outcome<Facts['lockfile']> {
  if (occurrences.length === 0) return skipped('the version was not taken from a lockfile');
  const attested = statement?.subjects[0]?.sha256;
  const agrees: 'manifest'[] = [];
  const details: string[] = [];
  const open: { readonly place: string; readonly why: string }[] = [];
  for (const { at, locked } of occurrences) {
    const place = `${at.file}:${at.line}`;
    if (locked.kind === 'manifest') {
      if (locked.digest === manifest.digest) agrees.push('manifest');
      else
        details.push(
          `${place} locks ${locked.digest}${locked.digest === attested ? ' (the attested digest)' : ''}`,
        );
    } else if (locked.kind === 'tarball')
      open.push({ place, why: 'pins the npm tarball, but the attestation covers the source files only' });
    else if (locked.kind === 'nothing') open.push({ place, why: `locks nothing: ${locked.why}` });
  }
  if (details.length > 0) {
    return failed('the lockfile holds a different version manifest than the registry serves', {
      details: [
        ...details,
        `served ${manifest.digest}`,
        attested === undefined ? 'nothing is attested' : `attested ${attested}`,
      ],
    });
  }
  // Without the places, which the occurrences tell: the same reason for many packages is one reason.
  if (agrees.length === 0)
    return skipped([...new Set(open.map(({ why }) => `the lockfile ${why}`))].join('; '));
  return passed({
    agrees,
    notCompared: [
      ...new Set(open.map(({ place, why }) => `${place} ${why}`)),
      ...(manifest.source === 'locked'
        ? ['the registry did not answer, so the served manifest was not compared']
        : []),
    ],
  });
}
