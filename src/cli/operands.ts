import type { LockfileFormatId } from '../lockfile/lockfile.ts';
import type { Spec } from '../model/package.ts';
import { type LockfileContents, mergeTargets } from '../model/target.ts';
import { parseSpecFor } from '../registry/spec.ts';
import type { Environment } from './environment.ts';
import { readLockfiles } from './lockfiles.ts';
import type { Settings } from './settings.ts';

/** What the operands of a command mean that takes specs and paths alike. */
interface Operands {
  readonly specs: readonly Spec[];
  readonly lockfiles: readonly LockfileContents[];
  /** How many packages that makes, before the specs are resolved. */
  readonly count: number;
}

/**
 * Tells specs from paths, and reads the lockfiles that the paths mean: those of this folder where nothing is named.
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
