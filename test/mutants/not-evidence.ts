import type { Survivor } from './hunt.ts';

/** Fields of an answer that prove nothing, so that a change of them may go unnoticed; SECURITY.md says why. */
export interface NotEvidence {
  readonly answer: string | RegExp;
  readonly fields: RegExp;
  readonly why: string;
  /** What the report says of it where it can tell; elsewhere nothing that is proven may change. */
  readonly says?: string;
}

/** All there are; whatever else survives is a hole. */
export const notEvidence: readonly NotEvidence[] = [
  {
    answer: 'any',
    fields: /^same value$/,
    why: 'white space between values, and other spellings of one value: the bytes of answers are not evidence, their values are',
  },
  {
    answer: 'meta.json',
    fields: /^(?:scope|name|latest|versions\.1\.0\.0\.createdAt)(?: \(name\))?$/,
    why: 'the registry’s own word on names and dates: it chooses a version and dates it, and proves nothing',
  },
  {
    answer: 'meta.json',
    fields: /^githubRepository(?:\.owner|\.name)?(?: \(name\))?$/,
    why: 'a link that does not fit the certificate, or cannot be read, is asked for again at the API, by its id',
  },
  {
    answer: 'version',
    fields:
      /^(?:scope|package|version|yanked|usesNpm|newerVersionsCount|license|readmePath|updatedAt|createdAt)(?: \(name\))?$/,
    why: 'of this answer only `rekorLogId` is read, and that is a hint where to look',
  },
  {
    answer: 'package',
    fields: /^(?!githubRepository\.id$|unreadable$)/,
    why: 'only the linked repository is read; its id decides, and a changed name is a rename',
  },
  {
    answer: 'package',
    fields: /^unreadable$/,
    why: 'where the API does not say which repository is linked, the link of meta.json stands, which has no id',
  },
  {
    answer: 'entry',
    fields: /^<id>\.attestation(?:\.data)?(?: \(name\))?$/,
    why: 'the stored payload is a convenience: without it, it is rebuilt from the certificate, and the hash in the entry decides',
  },
  {
    answer: 'entry',
    fields: /^<id> \(name\)$|^<id>\.verification\.inclusionProof\.(?:rootHash|hashes\.#)$/,
    why: 'hexadecimal digits in capitals are the same digits',
  },
  {
    answer: 'search',
    fields: /^#$/,
    why: 'hexadecimal digits in capitals are the same digits',
  },
  {
    answer: 'bundle',
    fields:
      /^(?:verificationMaterial\.certificate\.rawBytes|verificationMaterial\.tlogEntries\.#\.(?:canonicalizedBody|logId\.keyId|inclusionPromise\.signedEntryTimestamp|inclusionProof\.(?:rootHash|hashes\.#))|dsseEnvelope\.(?:payload|signatures\.#\.sig))$/,
    why: 'base64 as Sigstore bundles may have it: blanks, the URL alphabet and unused bits at the end change no byte',
  },
  {
    answer: 'bundle',
    fields: /^dsseEnvelope\.signatures\.#\.keyid(?: \(name\))?$/,
    why: 'DSSE leaves the key id unsigned; nothing here reads it',
  },
  {
    answer: 'deno.lock',
    fields: /^(?:specifiers|workspace)/,
    why: 'which version the project asked for, and who asked; the locked digests stand in `jsr`',
  },
  {
    answer: 'deno.lock',
    fields: /^jsr\.@acme\/locked@1\.0\.0\.integrity$/,
    why: 'hexadecimal digits in capitals are the same digits',
  },
  {
    answer: 'deno.lock',
    fields: /^jsr(?:\.@acme\/locked@1\.0\.0(?:\.integrity)?)? \(name\)$/,
    why: 'a section or key that Deno does not read either: nothing is locked then, and rule `unpinned` warns of it',
    says: '"lockfile":"skipped","unpinned":true',
  },
  {
    answer: 'manifest of the upload',
    fields: /^(?:same value|(?:exports|moduleGraph2)(?:\.|$| ))/,
    why: 'a statement over the uploaded tarball is about the files; a warning says that the rest of the manifest is not attested',
    says: '"subjectOf":"upload"',
  },
  {
    answer: 'manifest of the upload',
    fields: /^manifest\..*\.checksum$/,
    why: 'hexadecimal digits in capitals are the same digits',
    says: '"subjectOf":"upload"',
  },
  {
    answer: 'packument',
    fields:
      /^(?!versions\.1\.0\.0\.dist\.(?:tarball|integrity)|versions(?:\.1\.0\.0(?:\.dist)?)? \(name\)|unreadable)/,
    why: 'only the address and the digest of the version’s tarball are read',
  },
  {
    answer: 'packument',
    fields: /^versions\.1\.0\.0 \(name\)$/,
    why: 'a version without a tarball, as yanked ones are: there is nothing to install, and the check says that it was skipped',
    says: '"tarball":"skipped"',
  },
  {
    answer: 'tarball',
    fields: /^(?:mode|uid|gid|mtime|uname|gname|devmajor|devminor|magic|version)$/,
    why: 'owner, time and permissions as the registry wrote them, and the dialect of the archive: contents are compared, and names',
  },
  {
    answer: 'tarball',
    fields: /^(?:chksum|size)$/,
    why: 'other spellings of one octal number',
  },
  {
    answer: 'tarball',
    fields: /, same program$/,
    why: 'white space, comments and other spellings in what the compiler emits: compared as programs and declarations, not as text',
  },
  {
    answer: 'tarball',
    fields: /\.map mappings$/,
    why: 'a source map is for debuggers: it must name its file and source, and places that exist in both',
  },
  {
    answer: 'tarball.gz',
    fields: /^same contents$/,
    why: 'time, level and system in the gzip header: the archive inside is compared',
  },
  {
    answer: 'pack.gz',
    fields: /^same contents$/,
    why: 'time, level and system in the gzip header, and what stands behind its end: the lines inside are read',
  },
  {
    answer: 'pack',
    fields: /^head tool(?: \(name\))?$/,
    why: 'the program that recorded it, for people',
  },
  {
    answer: 'pack',
    fields: /^head (?:contents|attachments)\.#\.#$|^record of .* sha256$/,
    why: 'hexadecimal digits in capitals are the same digits; names of attachments, which are for people',
  },
  {
    answer: 'pack',
    fields: /^record of (?:package|log) /,
    why: 'an answer that is missing: the link of `meta.json` stands, by name and without an id, and the log is not followed',
  },
  {
    answer: /^(?:kept|index of) package$/,
    fields: /./,
    why: 'a kept answer that does not fit its digest is missing, and the link of `meta.json` stands, by name and without an id',
  },
  {
    answer: /^TUF (?:root|timestamp|snapshot|targets)\.json$/,
    fields: /^signatures\.#\.sig$/,
    why: 'hexadecimal digits in capitals are the same digits',
  },
  {
    answer: 'kept TUF metadata',
    fields: /^(?:roots\.\d+|roles\.\w+\.json)$/,
    why: 'white space, and capitals in the hexadecimal digits of signatures, in metadata that holds all the same',
  },
  {
    answer: 'kept TUF metadata',
    fields: /^confirmedAt$/,
    why: 'when the mirror was asked last; what was kept expires when its signed metadata does',
  },
];

/** Whether the change is one of those that prove nothing, and left everything that was proven as it was, or says so. */
export function isHarmless(survivor: Survivor): boolean {
  const { sameFacts, facts } = survivor;
  return reasonsFor(survivor).some(({ says }) => (says === undefined ? sameFacts : facts.includes(says)));
}

/** The entries of the list that a survivor falls under. */
export function reasonsFor({ answer, field }: Pick<Survivor, 'answer' | 'field'>): readonly NotEvidence[] {
  return notEvidence.filter((one) => isAbout(one, answer) && one.fields.test(field));
}

/** Whether an entry of the list is about an answer of this name. */
export function isAbout({ answer }: NotEvidence, name: string): boolean {
  return typeof answer === 'string' ? answer === 'any' || answer === name : answer.test(name);
}
