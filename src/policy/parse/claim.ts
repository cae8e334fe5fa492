import type { Expectation } from '../../model/policy.ts';
import { githubIssuer, isEnterpriseIssuer } from '../identity.ts';

/** A value of an expectation, understood; or what is wrong with it and what to write instead. */
export type ClaimReading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string; readonly hint?: string };

type Readers = {
  readonly [Key in keyof Required<Expectation>]: (value: unknown) => ClaimReading<Required<Expectation>[Key]>;
};

/** How each key of an expectation is read, from flags and policy files alike; no value is ever a pattern but `ref`. */
export const claimReaders: Readers = {
  repository: text(/^[A-Za-z0-9_-]+\/(?!\.{1,2}$)[A-Za-z0-9._-]+$/, 'owner/name', (written) => {
    const [, found] = /^(?:git\+)?https?:\/\/github\.com\/([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(written) ?? [];
    return found === undefined ? undefined : `write ${found}`;
  }),
  repositoryId: id,
  owner: text(/^[A-Za-z0-9_-]+$/, 'the name of a GitHub user or organisation'),
  ownerId: id,
  workflow: text(
    /^\.github\/workflows\/[^/\p{Cc}]+$/u,
    'a path like .github/workflows/publish.yml',
    (written) => (/^[^/\s]+\.ya?ml$/.test(written) ? `write .github/workflows/${written}` : undefined),
  ),
  ref: text(/^(?:refs\/[^\s*]+\*?|refs\/\*|\*)$/, 'a full ref, with * allowed at its end only', (written) =>
    /^[^\s*/][^\s*]*\*?$/.test(written) ? `write refs/heads/${written} or refs/tags/${written}` : undefined,
  ),
  commit: text(/^(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/, 'a full commit id of 40 or 64 hexadecimal digits'),
  event: text(/^[a-z_]+$/, 'the name of a GitHub event, like push or workflow_dispatch'),
  runner: oneOf(['github-hosted', 'self-hosted']),
  issuer: (value) =>
    value === githubIssuer || (typeof value === 'string' && isEnterpriseIssuer(value))
      ? { ok: true, value }
      : {
          ok: false,
          problem: `${show(value)} is not a supported issuer`,
          hint: `write ${githubIssuer}, with /<enterprise> after it if it is your enterprise's`,
        },
  visibility: oneOf(['public', 'private', 'internal']),
  tagMatchesVersion: (value) =>
    value === true
      ? { ok: true, value }
      : {
          ok: false,
          problem: `${show(value)} is not true`,
          hint: 'leave the key out if the tag does not matter',
        },
  notBefore: moment('T00:00:00.000Z'),
  notAfter: moment('T23:59:59.999Z'),
};

/** Whether a text is a real day, written `2027-01-31`. */
export function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value);
}

/** Whether a text is the name of a claim. */
export function isClaim(key: string): key is keyof Expectation {
  return Object.hasOwn(claimReaders, key);
}

/** A short form of any value, for messages. */
export function show(value: unknown): string {
  const written = JSON.stringify(value) ?? String(value);
  return written.length > 80 ? `${written.slice(0, 79)}…` : written;
}

function text(
  form: RegExp,
  wanted: string,
  advise: (written: string) => string | undefined = () => undefined,
): (value: unknown) => ClaimReading<string> {
  return (value) => {
    if (typeof value === 'string' && value.length <= 1024 && form.test(value)) return { ok: true, value };
    const advice = typeof value === 'string' ? advise(value.slice(0, 1024)) : undefined;
    return {
      ok: false,
      problem: `${show(value)} is not ${wanted}`,
      ...(advice !== undefined && { hint: advice }),
    };
  };
}

/** Ids are numbers at GitHub and strings in certificates; both spellings are fine. */
function id(value: unknown): ClaimReading<string> {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0)
    return { ok: true, value: `${value}` };
  if (typeof value === 'string' && /^[1-9]\d{0,18}$/.test(value)) return { ok: true, value };
  return { ok: false, problem: `${show(value)} is not a GitHub id: a whole number above zero` };
}

function oneOf<const Word extends string>(words: readonly Word[]): (value: unknown) => ClaimReading<Word> {
  return (value) => {
    const found = words.find((word) => word === value);
    return found === undefined
      ? { ok: false, problem: `${show(value)} is not one of ${words.join(', ')}` }
      : { ok: true, value: found };
  };
}

function moment(restOfDay: string): (value: unknown) => ClaimReading<Date> {
  return (value) => {
    if (typeof value === 'string') {
      if (isDay(value)) return { ok: true, value: new Date(`${value}${restOfDay}`) };
      if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/.test(value) && isDay(value.slice(0, 10))) {
        const parsed = new Date(value);
        if (!Number.isNaN(parsed.getTime())) return { ok: true, value: parsed };
      }
    }
    return { ok: false, problem: `${show(value)} is not a date like 2027-01-31 or 2027-01-31T12:00:00Z` };
  };
}
