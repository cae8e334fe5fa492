import { type CheckId, type Checks, checkIds, type Facts, type Outcome } from '../../model/check.ts';
import { count } from './summary.ts';
import { toUtc } from './time.ts';

/** A plain value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The outcome of a check as JSON: its status, and the fact or the reason. */
export type OutcomeJson = { readonly status: Outcome<unknown>['status'] } & { readonly [key: string]: Json };

/** All checks of a package in their order. */
export function toChecksJson(checks: Checks): { readonly [Id in CheckId]: OutcomeJson } {
  const entries = checkIds.map((id) => [id, toOutcomeJson(id, checks[id])] as const);
  return Object.fromEntries(entries) as { [Id in CheckId]: OutcomeJson };
}

/** What a passed check established, in a few words; `''` if the title of the check is enough. */
export function factInWords<Id extends CheckId>(id: Id, outcome: Outcome<Facts[Id]>): string {
  return outcome.status === 'passed' ? facts[id].words(outcome.fact) : '';
}

/** Why a check did not pass; `''` if it passed. */
export function reasonOf(outcome: Outcome<unknown>): string {
  switch (outcome.status) {
    case 'passed':
      return '';
    case 'failed':
      return outcome.reason;
    case 'blocked':
      return `check "${outcome.by}" did not pass`;
    case 'unknown':
    case 'absent':
    case 'skipped':
      return outcome.why;
  }
}

function toOutcomeJson<Id extends CheckId>(id: Id, outcome: Outcome<Facts[Id]>): OutcomeJson {
  switch (outcome.status) {
    case 'passed':
      return { status: 'passed', ...facts[id].json(outcome.fact) };
    case 'failed':
      // The cause is for debugging and may contain anything, so it is not included.
      return { status: 'failed', reason: outcome.reason, ...detailsOf(outcome) };
    case 'blocked':
      return { status: 'blocked', by: outcome.by };
    case 'unknown':
      return { status: 'unknown', why: outcome.why, ...detailsOf(outcome) };
    case 'absent':
    case 'skipped':
      return { status: outcome.status, why: outcome.why };
  }
}

function detailsOf({ details }: { readonly details?: readonly string[] }): {
  readonly details?: readonly string[];
} {
  return details === undefined ? {} : { details };
}

interface FactForm<Fact> {
  readonly json: (fact: Fact) => { readonly [key: string]: Json };
  readonly words: (fact: Fact) => string;
}

/** Bytes and maps are replaced by their sizes: the report states facts and does not copy the evidence. */
const facts: { readonly [Id in CheckId]: FactForm<Facts[Id]> } = {
  manifest: {
    json: (fact) => ({
      source: fact.source,
      digest: fact.digest,
      files: fact.files.size,
      exports: fact.exports.size,
    }),
    words: (fact) =>
      fact.source === 'locked'
        ? 'digest from the lockfile: the registry did not answer'
        : count(fact.files.size, 'file'),
  },
  bundle: {
    json: ({ sigstore, ...fact }) => ({ mediaType: sigstore.mediaType, ...fact }),
    words: (fact) => `${fact.entryKind}, found by ${fact.finder}`,
  },
  certificate: {
    json: (fact) => ({ validAt: toUtc(fact.validAt) ?? null, identity: { ...fact.identity } }),
    words: (fact) => `valid at ${toUtc(fact.validAt) ?? 'the logged time'}`,
  },
  inclusion: {
    json: (fact) => ({ ...fact, integratedTime: toUtc(fact.integratedTime) ?? null }),
    words: (fact) => `log index ${fact.logIndex}`,
  },
  signature: {
    json: (fact) => ({ payloadBytes: fact.payload.length }),
    words: () => '',
  },
  statement: {
    json: (fact) => ({
      typeKey: fact.typeKey,
      type: fact.type,
      predicateType: fact.predicateType,
      subjectShape: fact.subjectShape,
      subjects: fact.subjects.map((subject) => ({ ...subject })),
      predicate: { ...fact.predicate },
    }),
    words: () => '',
  },
  subject: {
    json: (fact) => ({ digest: fact.digest, of: fact.of }),
    words: (fact) => (fact.of === 'upload' ? 'through the uploaded tarball' : ''),
  },
  claims: {
    json: (fact) => ({
      compared: fact.compared,
      differs: fact.differs.map((difference) => ({ ...difference })),
    }),
    words: (fact) =>
      `${fact.compared.length} compared${fact.differs.length === 0 ? '' : `, ${fact.differs.length} differ`}`,
  },
  lockfile: {
    json: (fact) => ({ agrees: fact.agrees, notCompared: fact.notCompared }),
    words: (fact) =>
      [
        ...new Set(fact.agrees.map((kind) => `locked ${kind} agrees`)),
        ...(fact.notCompared.length === 0 ? [] : [`not compared: ${fact.notCompared.join(', ')}`]),
      ].join('; '),
  },
  files: {
    json: (fact) => ({ compared: fact.compared, bytes: fact.bytes }),
    words: (fact) => `${count(fact.compared, 'file')}, ${count(fact.bytes, 'byte')}`,
  },
  tarball: {
    json: (fact) => ({ ...fact }),
    words: (fact) =>
      [
        `${fact.verbatim} verbatim, ${fact.rewritten} rewritten, ${fact.derived} derived, ${fact.generated} generated`,
        ...(fact.notDerived.length === 0
          ? []
          : [`${count(fact.notDerived.length, 'declaration')} not derived`]),
      ].join(', '),
  },
  installed: {
    json: (fact) => ({ places: fact.places, compared: fact.compared }),
    words: (fact) => `${count(fact.compared, 'file')} in ${count(fact.places.length, 'place')}`,
  },
};
