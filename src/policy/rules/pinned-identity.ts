import type { Expectation } from '../../model/policy.ts';
import type { Provenance } from '../../model/provenance.ts';
import type { Pin } from '../expectation.ts';
import { flagsOf } from '../flags.ts';
import { type Comparison, compareIdentity, type Difference } from '../identity.ts';
import type { Breach, PackageRule, RuleInput } from '../rule.ts';

/** Rule `pinned-identity`, explained in docs/rules/pinned-identity.md. */
export const pinnedIdentity = {
  id: 'pinned-identity',
  about: 'package',
  // A pin is the project's own statement about who builds a package; every other builder must be rejected.
  severity: 'error',
  title: 'the builder is the one that flags or policy name',
  why: 'A valid signature shows who built a package, not that it was the right publisher; the pin names the right one.',
  fix: 'If the change is intended, look at the new builder and run `jsr-verify pin`; otherwise do not install this version.',
  *judge(input) {
    const { provenance, expected } = input;
    if (provenance === undefined) return;
    const pins: readonly Pin[] = expected.pins.length === 0 ? [{ expect: {} }] : expected.pins;
    const compared = pins.map((pin) => ({ pin, ...compareIdentity(pin.expect, provenance) }));
    const held = compared.filter(({ differences }) => differences.length === 0);
    if (held.length > 0) yield* renamesOf(held, provenance);
    else yield breachOf(compared, input, provenance);
  },
} satisfies PackageRule;

type Compared = Comparison & { readonly pin: Pin };

/** Reports the renames of one alternative: the first by its text, so that the order in the policy does not matter. */
function* renamesOf(held: readonly Compared[], provenance: Provenance): Iterable<Breach> {
  const [first] = held.map(({ renames }) => renames).sort(byText);
  for (const { claim, from, to } of first ?? [])
    yield {
      message: `${claim} ${from} is now called ${to}: the id is the same (${idOf(claim, provenance)})`,
      hint: 'run `jsr-verify pin` to write down the new name',
      standing: 'remark',
    };
}

function breachOf(compared: readonly Compared[], input: RuleInput, provenance: Provenance): Breach {
  const { flags } = input.expected;
  const resurrected = compared.some(isResurrected);
  const unsupported = compared.every(({ differences }) =>
    differences.some(({ claim }) => claim === 'issuer'),
  );
  // Reports one alternative: the most serious, then the one with the fewest differences, then the first by its text.
  const described = compared.map((one) => ({
    ...one,
    text: one.differences.map((difference) => phrase(difference, one.pin, flags)).join('; '),
  }));
  const [closest] = described.sort(
    (a, b) =>
      Number(isResurrected(b)) - Number(isResurrected(a)) ||
      a.differences.length - b.differences.length ||
      byText(a.text, b.text),
  );
  const others = described.length - 1;
  // The severity cannot be lowered for a flag, an unsupported issuer, or a name that now belongs to someone else.
  const absolute =
    resurrected || unsupported || (flags !== undefined && compared.every((one) => breaksFlag(one, flags)));
  return {
    message:
      others > 0
        ? `${closest?.text} (${others === 1 ? '1 other alternative does' : `${others} other alternatives do`} not match either)`
        : `${closest?.text}`,
    hint: hintFor(input, resurrected, unsupported, provenance),
    ...(absolute && { standing: 'absolute' as const }),
  };
}

function isResurrected({ differences }: Compared): boolean {
  return differences.some(({ resurrected }) => resurrected);
}

function phrase({ claim, expected, seen, resurrected }: Difference, pin: Pin, flags?: Expectation): string {
  const isFlag = flags?.[claim] !== undefined;
  // A claim without a command line flag comes from a caller of the library.
  const by = isFlag ? (flagsOf({ [claim]: flags[claim] })[0] ?? 'flags') : placeOf(pin);
  if (claim === 'tagMatchesVersion') return `ref is ${seen ?? 'not stated'}, expected ${expected} (${by})`;
  if (claim === 'notBefore' || claim === 'notAfter') return `expected ${expected}, logged ${seen} (${by})`;
  if (claim === 'issuer' && pin.expect.issuer === undefined)
    return `issuer is ${seen}, which is not supported: use ${expected}, or name the issuer of your enterprise in the policy`;
  const name = words[claim];
  const verb = isFlag ? 'expected' : 'pinned to';
  const text = `${name} is ${seen ?? 'not stated by the certificate'}, ${verb} ${expected} (${by})`;
  return resurrected ? `${text}: the same name now belongs to someone else` : text;
}

const words = {
  repository: 'repository',
  repositoryId: 'repository id',
  owner: 'owner',
  ownerId: 'owner id',
  workflow: 'workflow',
  ref: 'ref',
  commit: 'commit',
  event: 'event',
  runner: 'runner',
  issuer: 'issuer',
  visibility: 'visibility',
} as const;

function hintFor(
  { expected, assessment: { package: target } }: RuleInput,
  resurrected: boolean,
  unsupported: boolean,
  { identity }: Provenance,
): string {
  if (resurrected)
    return 'the name belongs to another account now; pin the new id by hand only if you know whose it is';
  if (unsupported) return `name the issuer in the expectation if ${identity.issuer} is your enterprise's`;
  if (expected.flags !== undefined) return 'check the flag, or do not use this version';
  return `if the change is intended, run \`jsr-verify pin @${target.scope}/${target.name}\` and commit the policy file`;
}

/** Whether an alternative fails on what the command line asked for, and not only on what the policy adds to it. */
function breaksFlag({ differences }: Compared, flags: Expectation): boolean {
  return differences.some(({ claim }) => flags[claim] !== undefined);
}

function placeOf(pin: Pin): string {
  return pin.at === undefined ? 'policy' : `${pin.at.file}:${pin.at.line}`;
}

function idOf(claim: 'repository' | 'owner', { identity }: Provenance): string | undefined {
  return claim === 'repository'
    ? identity.sourceRepositoryIdentifier
    : identity.sourceRepositoryOwnerIdentifier;
}

function byText(a: unknown, b: unknown): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
