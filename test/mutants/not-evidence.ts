import type { Survivor } from './hunt.ts';
import type { Spelling } from './spelling.ts';

/** Bytes of evidence that prove nothing, so that a change of them may go unnoticed; a row of the table in docs/security/unproven-bytes.md. */
export interface NotEvidence {
  /** The evidence they are in, by its names; `any` for all. */
  readonly of: readonly string[];
  readonly fields: RegExp;
  /** What the change has to be, where it is the spelling that proves nothing; elsewhere nobody reads what is there. */
  readonly spelling?: Spelling;
  /** Which bytes these are, and why they prove nothing, for people. */
  readonly bytes: string;
  readonly why: string;
  /** What the report has to say of it, and nothing beside; elsewhere nothing that is proven may change. */
  readonly says?: RegExp;
}

const sameDigits = {
  spelling: 'digits',
  bytes: 'capitals in hexadecimal digits',
  why: 'the same digits',
} as const;

/** The statement is about the upload still; the digest of the manifest beside it is that of the changed one. */
const anotherManifest = /^0\.provenance\.manifestDigest: "[0-9a-f]{64}"$/;

/** All there are; whatever else survives is a hole. */
export const notEvidence: readonly NotEvidence[] = [
  {
    of: ['any'],
    fields: /^same value$/,
    bytes: 'white space in JSON, and other spellings of one value',
    why: 'the values in answers are evidence, their spelling is not; manifest and files are compared as bytes and have no such byte',
  },
  {
    of: ['meta.json'],
    fields: /^(?:scope|name|latest|versions\.1\.0\.0\.createdAt)(?: \(name\))?$/,
    bytes: '`scope`, `name`, `latest`, `createdAt`',
    why: 'names and dates that the registry claims: they choose a version and date it',
  },
  {
    of: ['meta.json'],
    fields: /^githubRepository(?:\.owner|\.name)?(?: \(name\))?$/,
    bytes: '`githubRepository`',
    why: 'a link that does not fit the certificate, or cannot be read, is asked for again at the API, by its id',
  },
  {
    of: ['version'],
    fields:
      /^(?:scope|package|version|yanked|usesNpm|newerVersionsCount|license|readmePath|updatedAt|createdAt)(?: \(name\))?$/,
    bytes: 'everything except `rekorLogId`',
    why: 'not read; `rekorLogId` is only a hint which log entry to fetch',
  },
  {
    of: ['package'],
    fields: /^(?!githubRepository\.id$|unreadable$)/,
    bytes: 'everything except the `id` of the linked repository',
    why: 'only the link is read; its id decides, and another name with the same id is a rename',
  },
  {
    of: ['package'],
    fields: /^unreadable$/,
    bytes: 'an answer that cannot be read at all',
    why: 'the link of `meta.json` is used, by name and without an id',
  },
  {
    of: ['entry'],
    fields: /^<id>\.attestation(?:\.data)?(?: \(name\))?$/,
    bytes: 'the name of `attestation` and of its `data`',
    why: 'a payload that is not stored is rebuilt from the certificate; the hash in the entry and the signature decide',
  },
  {
    of: ['entry'],
    fields: /^<id> \(name\)$|^<id>\.verification\.inclusionProof\.(?:rootHash|hashes\.#)$/,
    ...sameDigits,
  },
  { of: ['search'], fields: /^#$/, ...sameDigits },
  {
    of: ['bundle'],
    fields:
      /^(?:verificationMaterial\.certificate\.rawBytes|verificationMaterial\.tlogEntries\.#\.(?:canonicalizedBody|logId\.keyId|inclusionPromise\.signedEntryTimestamp|inclusionProof\.(?:rootHash|hashes\.#))|dsseEnvelope\.(?:payload|signatures\.#\.sig))$/,
    spelling: 'base64',
    bytes:
      'the URL alphabet, and no padding, where the base64 has no character that only the standard alphabet has',
    why: 'the same bytes; DSSE and protobuf allow both alphabets',
  },
  {
    of: ['bundle'],
    fields: /^dsseEnvelope\.signatures\.#\.keyid(?: \(name\))?$/,
    bytes: '`keyid`',
    why: 'DSSE does not sign it, and it is not read',
  },
  {
    of: ['deno.lock'],
    fields: /^(?:specifiers|workspace)/,
    bytes: '`specifiers`, `workspace`',
    why: 'which package requested which; the locked versions are in `jsr`',
  },
  {
    of: ['deno.lock'],
    fields: /^version$/,
    bytes: '`version`',
    why: 'versions 4 and 5 lock a JSR package in the same way; other versions are refused or lock no package',
  },
  {
    of: ['deno.lock'],
    fields: /^jsr\.@acme\/locked@1\.0\.0\.integrity$/,
    ...sameDigits,
  },
  {
    of: ['deno.lock'],
    fields: /^jsr(?:\.@acme\/locked@1\.0\.0(?:\.integrity)?)? \(name\)$/,
    bytes: 'the keys of section, entry and `integrity`',
    why: 'Deno does not read them either: nothing is locked, and rule `unpinned` warns',
    says: /^0\.lockfile: "skipped", 0\.unpinned: true$/,
  },
  {
    of: ['manifest of the upload'],
    fields: /^(?:same value|(?:exports|moduleGraph2)(?:\.|$| ))/,
    bytes: '`exports`, `moduleGraph2`, white space',
    why: 'a statement over the uploaded tarball is about the files; a warning says so',
    says: anotherManifest,
  },
  {
    of: ['manifest of the upload'],
    fields: /^manifest\..*\.checksum$/,
    ...sameDigits,
    says: anotherManifest,
  },
  {
    of: ['packument'],
    fields:
      /^(?!versions\.1\.0\.0\.dist\.(?:tarball|integrity)|versions(?:\.1\.0\.0(?:\.dist)?)? \(name\)|unreadable)/,
    bytes: 'everything except the version’s `dist.tarball` and `dist.integrity`',
    why: 'not read',
  },
  {
    of: ['tarball'],
    fields: /^(?:mode|uid|gid|mtime|uname|gname|devmajor|devminor|magic|version)$/,
    bytes: 'mode, owner, group, time, device and format magic in each header',
    why: 'names and contents are compared; JSR may change the rest',
  },
  {
    of: ['tarball'],
    fields: /^(?:chksum|size)$/,
    spelling: 'octal',
    bytes: 'blanks and zeros before the octal numbers of a header, and bytes after their digits',
    why: 'the same numbers',
  },
  {
    of: ['tarball'],
    fields: /, same program$/,
    bytes:
      'white space, spelling, and comments that no tool obeys, in scripts and declarations that the compiler emits',
    why: 'compared as programs and declarations, not as text',
  },
  {
    of: ['tarball'],
    fields: /\.map mappings$/,
    bytes: '`mappings` of source maps',
    why: 'only debuggers use them; they must point to positions that exist in both files',
  },
  {
    of: ['tarball.gz', 'pack.gz'],
    fields: /^same contents$/,
    bytes: 'time, level and system in the gzip header; in a pack also bytes after its end',
    why: 'the decompressed contents are compared',
  },
  {
    of: ['pack'],
    fields: /^head tool(?: \(name\))?$/,
    bytes: '`tool`',
    why: 'shown to people only',
  },
  {
    of: ['pack'],
    fields: /^head attachments\.#\.0$/,
    bytes: 'names of attachments',
    why: 'shown to people only',
  },
  {
    of: ['pack'],
    fields: /^head (?:contents\.#\.0|attachments\.#\.1)$|^record of .* sha256$/,
    ...sameDigits,
  },
  {
    of: ['pack'],
    fields: /^record of (?:package|log) /,
    bytes: 'the answers about the package and the head of the log',
    why: 'the answer counts as missing: the link of `meta.json` is used, and the report says that the log was not followed',
  },
  {
    of: ['any'],
    fields: /^same line of the index$/,
    bytes: 'white space around the lines of an index of the cache',
    why: 'the index says where an answer is stored; the answer is compared with its digest',
  },
  {
    of: ['kept package', 'index of package'],
    fields: /./,
    bytes: 'any',
    why: 'an answer that does not match its digest is ignored, and the link of `meta.json` is used',
  },
  {
    of: ['TUF root.json', 'TUF timestamp.json', 'TUF targets.json'],
    fields: /^signatures\.#\.sig$/,
    ...sameDigits,
  },
  {
    of: ['kept TUF metadata'],
    fields: /^(?:roots\.\d+|roles\.\w+\.json)$/,
    spelling: 'metadata',
    bytes: 'white space and capitals in the metadata inside',
    why: 'the same metadata, and its signatures are valid',
  },
  {
    of: ['kept TUF metadata'],
    fields: /^confirmedAt$/,
    bytes: '`confirmedAt`',
    why: 'the time of the last request to the mirror; metadata expires by its own signed date',
  },
];

/** Whether the change is one of those that prove nothing, and left everything that was proven as it was, or says so. */
export function isHarmless(survivor: Survivor): boolean {
  const { proves } = survivor;
  return reasonsFor(survivor).some(({ says }) => (says === undefined ? proves === '' : says.test(proves)));
}

/** The entries of the list that a survivor falls under. */
export function reasonsFor(survivor: Survivor): readonly NotEvidence[] {
  return notEvidence.filter(
    ({ of, fields, spelling }) =>
      (of.includes('any') || of.includes(survivor.answer)) &&
      fields.test(survivor.field) &&
      (spelling === undefined || spelling === survivor.spelling),
  );
}
