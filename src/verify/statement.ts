import { type Facts, failed, type Outcome, passed } from '../model/check.ts';
import { toSha256 } from '../model/package.ts';
import type { Predicate, Statement, Subject } from '../model/provenance.ts';
import { at, field, isRecord, parseJson, textAt } from '../wire/json.ts';

const statementTypes = new Set(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']);
const provenanceType = 'https://slsa.dev/provenance/v1';

/**
 * Passes when the signed payload is an in-toto statement with SLSA v1 provenance.
 * JSR's statements bend the standard in two known ways, and exactly these are accepted: Deno writes `type` for
 * `_type`, and early releases sent their one subject without its array (contract 4.2, 4.6).
 */
export function checkStatement({
  signature,
}: {
  readonly signature: Facts['signature'];
}): Outcome<Statement> {
  const parsed = parseJson(signature.payload);
  if (!parsed.ok) return failed(`the signed payload is ${parsed.why}`);
  const { value } = parsed;
  const bent = field(value, 'type');
  const standard = field(value, '_type');
  if (bent !== undefined && standard !== undefined && bent !== standard) {
    return failed('the statement has two different types');
  }
  const type = standard ?? bent;
  if (typeof type !== 'string' || !statementTypes.has(type)) {
    return failed(`the signed payload is not an in-toto statement: its type is ${shown(type)}`);
  }
  const predicateType = field(value, 'predicateType');
  if (predicateType !== provenanceType) {
    return failed(`the statement is not SLSA provenance v1: its predicate type is ${shown(predicateType)}`);
  }
  const subjects = readSubjects(field(value, 'subject'));
  if (subjects === undefined) return failed('the statement has no readable subject');
  const predicate = field(value, 'predicate');
  if (!isRecord(predicate)) return failed('the statement has no predicate');
  return passed({
    typeKey: standard === undefined ? 'type' : bent === undefined ? '_type' : 'both',
    type,
    predicateType,
    subjects,
    subjectShape: Array.isArray(field(value, 'subject')) ? 'array' : 'object',
    predicate: readPredicate(predicate),
  });
}

function readSubjects(value: unknown): readonly Subject[] | undefined {
  const listed: readonly unknown[] = Array.isArray(value) ? value : [value];
  const subjects: Subject[] = [];
  for (const item of listed) {
    const name = textAt(item, 'name');
    if (name === undefined || !isRecord(field(item, 'digest'))) return undefined;
    const sha256 = toSha256(textAt(item, 'digest', 'sha256') ?? '');
    subjects.push(sha256 === undefined ? { name } : { name, sha256 });
  }
  return subjects.length === 0 ? undefined : subjects;
}

// Deno's parameters are camelCase, those of actions/attest snake_case; both are read, neither is believed.
function readPredicate(predicate: unknown): Predicate {
  const definition = field(predicate, 'buildDefinition');
  const details = field(predicate, 'runDetails');
  const workflow = at(definition, 'externalParameters', 'workflow');
  const github = at(definition, 'internalParameters', 'github');
  const dependency = at(definition, 'resolvedDependencies', 0);
  return defined({
    buildType: textAt(definition, 'buildType') ?? '',
    builderId: textAt(details, 'builder', 'id'),
    repository: textAt(workflow, 'repository'),
    ref: textAt(workflow, 'ref'),
    workflowPath: textAt(workflow, 'path'),
    commit: textAt(dependency, 'digest', 'gitCommit'),
    dependencyUri: textAt(dependency, 'uri'),
    event: textAt(github, 'eventName') ?? textAt(github, 'event_name'),
    repositoryId: textAt(github, 'repositoryId') ?? textAt(github, 'repository_id'),
    ownerId: textAt(github, 'repositoryOwnerId') ?? textAt(github, 'repository_owner_id'),
    run: textAt(details, 'metadata', 'invocationId'),
  });
}

function defined<T extends { readonly buildType: string }>(values: T): Predicate {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  return { buildType: values.buildType, ...Object.fromEntries(kept) };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : 'missing';
}
