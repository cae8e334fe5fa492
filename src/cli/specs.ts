import type { Spec } from '../model/package.ts';
import { publicAddresses } from '../registry/addresses.ts';
import { parseSpecFor } from '../registry/spec.ts';
import { refusal } from '../source/address.ts';
import type { Environment } from './environment.ts';
import type { SourceFlags } from './options.ts';

/**
 * Parses arguments as specs, before the verification code is loaded. Addresses of the registry that flags or
 * environment name are specs too.
 *
 * @throws {JsrVerifyError} as `parseSpecFor`
 */
export function readSpecs(
  texts: readonly string[],
  flags: Pick<SourceFlags, 'registry'>,
  { env }: Pick<Environment, 'env'>,
): readonly Spec[] {
  const named = flags.registry ?? env['JSR_URL'] ?? '';
  // A forbidden address is rejected where the settings are read.
  const addresses = refusal(named) === undefined ? { registry: named.replace(/\/+$/, '') } : publicAddresses;
  return texts.map((text) => parseSpecFor(text, addresses));
}
