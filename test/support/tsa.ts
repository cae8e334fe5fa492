import { randomBytes } from 'node:crypto';
import { certificate, mintAuthority, type Window } from './certificate.ts';
import { context, element, generalizedTime, integer, NULL, octets, oid, sequence, set } from './der.ts';
import {
  authorityKeyId,
  type DistinguishedName,
  distinguishedName,
  extendedKeyUsage,
  keyUsage,
  signatureAlgorithm,
  subjectKeyId,
  TIME_STAMPING,
} from './extension.ts';
import { type KeyPair, mintKey, sha256, sign } from './keys.ts';

/** A timestamp authority of RFC 3161. */
export interface TimestampAuthority {
  /** DER of the signing certificate first, the root last. */
  readonly chain: readonly Buffer[];
  readonly window: Window;
  /** A TimeStampResp over the data, which says it existed at that time. */
  stamp(data: Uint8Array, at: Date): Buffer;
}

/** A timestamp authority with fresh keys. */
export function mintTimestampAuthority(options: {
  readonly window: Window;
  readonly organization: string;
}): TimestampAuthority {
  const { window, organization } = options;
  const authority = mintAuthority({
    window,
    organization,
    usage: TIME_STAMPING,
    root: 'sigstore-tsa-selfsigned',
    intermediate: 'sigstore-tsa-intermediate',
  });
  const key = mintKey('p256');
  const serial = Buffer.concat([Buffer.from([0x0a]), randomBytes(19)]);
  const leaf = certificate({
    issuer: authority,
    subject: { organization, commonName: 'sigstore-tsa' },
    spki: key.spki,
    window,
    serial,
    extensions: [
      keyUsage('digitalSignature'),
      subjectKeyId(key.spki),
      authorityKeyId(authority.key.spki),
      extendedKeyUsage([TIME_STAMPING], true),
    ],
  });
  const chain = [leaf, ...authority.chain];
  return { chain, window, stamp: (data, at) => response(data, at, key, serial, authority.name) };
}

function response(
  data: Uint8Array,
  at: Date,
  key: KeyPair,
  serial: Uint8Array,
  issuer: DistinguishedName | 'none',
): Buffer {
  const sha256Id = sequence(oid('2.16.840.1.101.3.4.2.1'), NULL);
  const info = sequence(
    integer(1),
    oid('1.3.6.1.4.1.57264.2'),
    sequence(sha256Id, octets(sha256(data))),
    integer(Buffer.concat([Buffer.from([0x0c]), randomBytes(15)])),
    generalizedTime(at),
  );
  const attributes = [
    sequence(oid('1.2.840.113549.1.9.3'), set(oid(TST_INFO))),
    sequence(oid('1.2.840.113549.1.9.4'), set(octets(sha256(info)))),
  ];
  // RFC 5652 §5.4: what is signed is the attributes as a SET; what is sent has a context tag instead.
  const signature = sign(key, set(...attributes));
  const signer = sequence(
    integer(1),
    sequence(distinguishedName(issuer), integer(serial)),
    sha256Id,
    context(0, ...attributes),
    signatureAlgorithm(key.kind),
    octets(signature),
  );
  const signedData = sequence(
    integer(3),
    set(sha256Id),
    sequence(oid(TST_INFO), context(0, octets(info))),
    set(signer),
  );
  const token = sequence(oid('1.2.840.113549.1.7.2'), context(0, signedData));
  return sequence(sequence(element(0x02, Buffer.from([0]))), token);
}

const TST_INFO = '1.2.840.113549.1.9.16.1.4';
