import type { LockfileFormatId } from '../lockfile/lockfile.ts';
import type { Spec } from '../model/package.ts';
import { type LockfileContents, mergeTargets } from '../model/target.ts';
import { parseSpecFor } from '../registry/spec.ts';
import type { Environment } from './environment.ts';
import { readLockfiles } from './lockfiles.ts';
import type { Settings } from './settings.ts';

/** The parsed operands of a command that accepts specs and paths. */
interface Operands {
  readonly specs: readonly Spec[];
  readonly lockfiles: readonly LockfileContents[];
  /** The number of packages, before specs are resolved. */
  readonly count: number;
}

/**
 * Separates specs from paths, and reads the lockfiles for the paths; without operands, those of this folder.
 *
 * @throws {JsrVerifyError} as `parseSpecFor` and `readLockfiles`
 */
export async function readOperands(
  named: readonly string[],
  type: LockfileFormatId | undefined,
  { addresses }: Pick<Settings, 'addresses'>,
  environment: Environment,
): Promise<Operands> {
  const specs = named.filter(isSpec).map((text) => parseSpecFor(text, addresses));
  const paths = named.filter((text) => !isSpec(text));
  const onlySpecs = specs.length > 0 && paths.length === 0;
  const lockfiles = onlySpecs ? [] : await readLockfiles(paths, type, addresses, environment);
  const targets = mergeTargets(lockfiles.flatMap((lockfile) => lockfile.targets));
  return { specs, lockfiles, count: specs.length + targets.length };
}

function isSpec(text: string): boolean {
  return text.startsWith('@') || /^(?:jsr|npm|pkg|https?):/i.test(text);
}
