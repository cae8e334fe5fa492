import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial } from '@sigstore/verify';
import { JsrVerifyError } from '../model/error.ts';
import { field, parseJson } from '../wire/json.ts';

/** The largest accepted trusted root in bytes; a real one has a few kilobytes. */
export const maxTrustedRootBytes = 1_000_000;

/**
 * Parses a trusted root and checks that it is complete enough to verify a package: well formed, at least one
 * certificate authority, log and CT log, all keys and certificates parseable, all dates valid, and a start date for
 * every period.
 *
 * Throws `TRUST_INVALID`; `from` names the file or mirror in the message.
 */
export function readTrustedRoot(bytes: Uint8Array, from: string): TrustedRoot {
  if (bytes.length > maxTrustedRootBytes) {
    throw invalid(from, `is larger than ${maxTrustedRootBytes} bytes`);
  }
  const parsed = parseJson(bytes);
  if (!parsed.ok) throw invalid(from, `cannot be read: ${parsed.why}`);
  if (field(parsed.value, 'signed') !== undefined) {
    throw invalid(from, 'is TUF metadata, not a trusted root', {
      hint: 'a TUF root is given with --tuf-root',
    });
  }
  if (!mediaTypes.has(field(parsed.value, 'mediaType'))) {
    throw invalid(from, 'is not a Sigstore trusted root: its mediaType is missing or unknown');
  }
  const root = decode(parsed.value, from);
  const fault = missing(root) ?? badPeriod(root) ?? badLog(root);
  if (fault !== undefined) throw invalid(from, fault);
  return root;
}

const mediaTypes: ReadonlySet<unknown> = new Set([
  'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  'application/vnd.dev.sigstore.trustedroot+json;version=0.2',
  'application/vnd.dev.sigstore.trustedroot.v0.2+json',
]);

/**
 * Decodes with the library, including keys and certificates, so that nothing is trusted that the library cannot use.
 */
function decode(value: unknown, from: string): TrustedRoot {
  try {
    const root = TrustedRoot.fromJSON(value);
    toTrustMaterial(root);
    return root;
  } catch (cause) {
    throw invalid(from, 'holds a key or certificate that cannot be read', { cause });
  }
}

function missing(root: TrustedRoot): string | undefined {
  if (root.certificateAuthorities.length === 0) return 'names no certificate authority';
  if (root.tlogs.length === 0) return 'names no transparency log';
  if (root.ctlogs.length === 0) return 'names no certificate transparency log';
  const authorities = [...root.certificateAuthorities, ...root.timestampAuthorities];
  return authorities.some((authority) => (authority.certChain?.certificates.length ?? 0) === 0)
    ? 'names an authority without certificates'
    : undefined;
}

/** A period may have no end. Without a start, the library would trust the key since 1970. */
function badPeriod(root: TrustedRoot): string | undefined {
  const periods = [
    ...[...root.certificateAuthorities, ...root.timestampAuthorities].map((authority) => authority.validFor),
    ...[...root.tlogs, ...root.ctlogs].map((log) => log.publicKey?.validFor),
  ];
  const dates = periods.flatMap((period) => [period?.start, period?.end]);
  if (dates.some((date) => date !== undefined && Number.isNaN(date.getTime())))
    return 'holds a date that is not one';
  return periods.some((period) => period?.start === undefined)
    ? 'names a key or an authority without the start of its validity'
    : undefined;
}

/** The log id links entries and SCTs to a key, so it must be a complete SHA-256. */
function badLog(root: TrustedRoot): string | undefined {
  return [...root.tlogs, ...root.ctlogs].some((log) => log.logId?.keyId.length !== 32)
    ? 'names a log whose id is not 32 bytes'
    : undefined;
}

function invalid(
  from: string,
  fact: string,
  more?: { readonly hint?: string; readonly cause?: unknown },
): JsrVerifyError {
  return new JsrVerifyError('TRUST_INVALID', `the trusted root ${from} ${fact}`, more);
}
