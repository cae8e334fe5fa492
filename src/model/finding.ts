import type { NonEmpty } from './brand.ts';
import type { CheckId } from './check.ts';
import type { Exemption } from './policy.ts';
import type { Provenance } from './provenance.ts';
import type { Severity } from './severity.ts';
import type { Place } from './target.ts';

/** One message about a package or a run: a failed check (always an error) or a broken rule. */
export interface Finding {
  /** A check id or a rule id. */
  readonly id: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint?: string;
  readonly at?: Place;
  /** Set when an exemption covers the finding: it stays visible and does not reject. */
  readonly exempted?: { readonly reason: string; readonly until: string };
}

/** A question that could not be answered. */
export interface Gap {
  readonly id: CheckId | 'resolve' | 'trust' | 'history';
  readonly why: string;
}

/** Only `judge()` makes a verdict; `verified` needs a provenance. */
export type Verdict =
  | { readonly kind: 'verified'; readonly provenance: Provenance }
  | { readonly kind: 'unattested' }
  | { readonly kind: 'exempt'; readonly exemptions: NonEmpty<Exemption> }
  | { readonly kind: 'rejected'; readonly because: NonEmpty<Finding> }
  | { readonly kind: 'inconclusive'; readonly because: NonEmpty<Gap> };

export type VerdictKind = Verdict['kind'];
