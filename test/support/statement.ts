import { configUri, type GitHubIdentity, repositoryUri, runUri } from './identity.ts';
import type { Json } from './json.ts';
import { type KeyPair, sign } from './keys.ts';

/** How a statement may differ from what Deno writes today. */
export interface StatementOptions {
  /** Key of the statement's type: Deno writes `type`, the standard says `_type`. */
  readonly typeKey?: 'type' | '_type' | 'both' | 'none' | 'disagreeing';
  /** Value of the statement's type. */
  readonly statementType?: string;
  readonly predicateType?: string;
  /** Deno up to 1.46.2 wrote one object instead of a list of one. */
  readonly subjectShape?: 'list' | 'object';
  /** Replaces the subjects altogether. */
  readonly subjects?: readonly Json[];
  /** Who writes: Deno, or an `actions/attest` style job with its own build type and parameter names. */
  readonly style?: 'deno' | 'actions-attest';
  readonly buildType?: string;
  /** What the statement claims where it differs from what the certificate proves. */
  readonly claims?: Partial<GitHubIdentity>;
  /** Last word on the object, before it is written. */
  readonly edit?: (statement: { readonly [key: string]: Json }) => Json;
  /** Last word on the bytes, before they are signed. */
  readonly editText?: (text: string) => string | Uint8Array;
}

/** The bytes of a provenance statement, compact, with Deno's order of fields. */
export function statementBytes(
  subject: { readonly name: string; readonly sha256: string },
  identity: GitHubIdentity,
  options: StatementOptions = {},
): Buffer {
  const who = { ...identity, ...options.claims };
  const subjects = options.subjects ?? [{ name: subject.name, digest: { sha256: subject.sha256 } }];
  const attest = options.style === 'actions-attest';
  const statement: { readonly [key: string]: Json } = {
    ...typeFields(options.typeKey ?? (attest ? '_type' : 'type'), options.statementType ?? IN_TOTO_V1),
    subject: options.subjectShape === 'object' ? (subjects[0] ?? null) : subjects,
    predicateType: options.predicateType ?? SLSA_V1,
    predicate: attest ? attestPredicate(who, options.buildType) : denoPredicate(who, options.buildType),
  };
  const text = JSON.stringify(options.edit?.(statement) ?? statement);
  return Buffer.from(options.editText?.(text) ?? text);
}

/** A DSSE envelope before it is written down. */
export interface Envelope {
  readonly payload: Buffer;
  readonly payloadType: string;
  readonly signatures: readonly { readonly sig: Buffer; readonly keyid?: string }[];
}

/** A DSSE envelope signed by one key. */
export function signEnvelope(
  payload: Buffer,
  key: KeyPair,
  options: {
    readonly payloadType?: string;
    readonly encoding?: 'der' | 'ieee-p1363';
    readonly keyid?: string;
  } = {},
): Envelope {
  const payloadType = options.payloadType ?? IN_TOTO_JSON;
  const sig = sign(key, preAuthEncoding(payloadType, payload), options.encoding);
  return {
    payload,
    payloadType,
    signatures: [options.keyid === undefined ? { sig } : { sig, keyid: options.keyid }],
  };
}

/** DSSE's pre-authentication encoding; lengths count bytes. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, 'utf8'), payload]);
}

/** Media type of an in-toto statement in an envelope. */
const IN_TOTO_JSON = 'application/vnd.in-toto+json';
/** Type of an in-toto statement, version 1. */
const IN_TOTO_V1 = 'https://in-toto.io/Statement/v1';
/** Type of an in-toto statement, version 0.1. */
const IN_TOTO_V01 = 'https://in-toto.io/Statement/v0.1';
/** Predicate type of SLSA provenance, version 1. */
const SLSA_V1 = 'https://slsa.dev/provenance/v1';

function typeFields(
  key: NonNullable<StatementOptions['typeKey']>,
  type: string,
): { readonly [key: string]: Json } {
  switch (key) {
    case 'type':
      return { type };
    case '_type':
      return { _type: type };
    case 'both':
      return { type, _type: type };
    case 'disagreeing':
      return { type, _type: type === IN_TOTO_V1 ? IN_TOTO_V01 : IN_TOTO_V1 };
    case 'none':
      return {};
  }
}

function denoPredicate(
  who: GitHubIdentity,
  buildType = 'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1',
): Json {
  return {
    buildDefinition: {
      buildType,
      resolvedDependencies: [
        { uri: `git+${repositoryUri(who)}@${who.ref}`, digest: { gitCommit: who.commit } },
      ],
      internalParameters: {
        github: {
          eventName: who.event,
          repositoryId: who.repositoryId,
          repositoryOwnerId: who.ownerId,
        },
      },
      externalParameters: {
        workflow: { ref: who.ref, repository: repositoryUri(who), path: who.workflow },
      },
    },
    runDetails: {
      builder: { id: `https://github.com/actions/runner/${who.runner}` },
      metadata: { invocationId: runUri(who) },
    },
  };
}

function attestPredicate(
  who: GitHubIdentity,
  buildType = 'https://actions.github.io/buildtypes/workflow/v1',
): Json {
  return {
    buildDefinition: {
      buildType,
      externalParameters: {
        workflow: { ref: who.ref, repository: repositoryUri(who), path: who.workflow },
      },
      internalParameters: {
        github: {
          event_name: who.event,
          repository_id: who.repositoryId,
          repository_owner_id: who.ownerId,
          runner_environment: who.runner,
        },
      },
      resolvedDependencies: [
        { uri: `git+${repositoryUri(who)}@${who.ref}`, digest: { gitCommit: who.commit } },
      ],
    },
    runDetails: {
      builder: { id: configUri(who) },
      metadata: { invocationId: runUri(who) },
    },
  };
}
