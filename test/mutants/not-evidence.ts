import type { Survivor } from './hunt.ts';

/** Fields of an answer that prove nothing, so that a change of them may go unnoticed; SECURITY.md says why. */
export interface NotEvidence {
  readonly answer: string;
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
];

/** Whether the change is one of those that prove nothing, and left everything that was proven as it was, or says so. */
export function isHarmless(survivor: Survivor): boolean {
  const { sameFacts, facts } = survivor;
  return reasonsFor(survivor).some(({ says }) => (says === undefined ? sameFacts : facts.includes(says)));
}

/** The entries of the list that a survivor falls under. */
export function reasonsFor({ answer, field }: Pick<Survivor, 'answer' | 'field'>): readonly NotEvidence[] {
  return notEvidence.filter(
    (one) => (one.answer === 'any' || one.answer === answer) && one.fields.test(field),
  );
}
