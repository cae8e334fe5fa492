import { createHash } from 'node:crypto';
import type { FileDigest } from '../../model/evidence.ts';
import { type Sha256, toSha256 } from '../../model/package.ts';
import { toExports } from '../../wire/exports.ts';
import { field, isRecord, parseJson } from '../../wire/json.ts';
import type { VersionMetadata } from '../copies.ts';

const maxFiles = 50_000;
const compared = ['manifest', 'exports', 'lockfileChecksum'];

/** Parses Deno's copy of `<version>_meta.json`: the registry's bytes, or without the module graph and with their checksum. */
export function readVersionMetadata(bytes: Uint8Array): VersionMetadata {
  const parsed = parseJson(bytes);
  if (!parsed.ok) return malformed(parsed.why);
  const { value } = parsed;
  if (!isRecord(value)) return malformed('it is not an object');
  const claimed = field(value, 'lockfileChecksum');
  if (claimed !== undefined && typeof claimed !== 'string')
    return malformed('its lockfileChecksum is not a string');
  const files = readFiles(field(value, 'manifest'));
  if (typeof files === 'string') return malformed(files);
  const exports = toExports(field(value, 'exports'));
  if (exports === undefined) return malformed('its exports are not a map of strings');
  return {
    state: 'read',
    digest: createHash('sha256').update(bytes).digest('hex') as Sha256,
    ...(claimed === undefined ? {} : { claimed }),
    others: Object.keys(value).filter((key) => !compared.includes(key)),
    files,
    exports,
  };
}

function malformed(why: string): VersionMetadata {
  return { state: 'malformed', why };
}

function readFiles(listed: unknown): ReadonlyMap<string, FileDigest> | string {
  if (!isRecord(listed)) return 'it lists no files';
  const entries = Object.entries(listed);
  if (entries.length > maxFiles) return `it lists more than ${maxFiles} files`;
  const files = new Map<string, FileDigest>();
  for (const [path, entry] of entries) {
    const size = field(entry, 'size');
    const checksum = field(entry, 'checksum');
    const sha256 =
      typeof checksum === 'string' && checksum.startsWith('sha256-')
        ? toSha256(checksum.slice(7))
        : undefined;
    if (typeof size !== 'number' || sha256 === undefined) return 'it lists a file without size or checksum';
    files.set(path, { sha256, size });
  }
  return files;
}
