import type { Severity } from '../../model/severity.ts';
import type { CatalogueEntry, RenderContext } from '../renderer.ts';
import type { Json } from '../words/facts.ts';

/** A SARIF level; the severities of findings have the same names. */
export type Level = Severity;

/** A rule of SARIF: `reportingDescriptor` (SARIF 3.49). */
export type SarifRule = { readonly [key: string]: Json };

/** Home page of the project, without a slash at the end. */
export const projectUri = 'https://github.com/jsr-verify/jsr-verify';

/**
 * `security-severity` for code scanning: over 9.0 is critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, less is low. A
 * failed check means that bytes or signatures are not valid. For a rule, the value follows its default severity.
 */
const securitySeverity = { check: '9.3', error: '8.0', warning: '5.0', note: '2.0' } as const;

/**
 * Every check and rule of the catalogue in its order, then the other ids in the results: problems with the run, which
 * are not in the catalogue.
 */
export function rulesOf(
  found: Iterable<{ readonly id: string; readonly level: Level }>,
  { catalogue, toolVersion }: Pick<RenderContext, 'catalogue' | 'toolVersion'>,
): ReadonlyMap<string, SarifRule> {
  const docs = `${projectUri}/blob/v${toolVersion}/docs`;
  const rules = new Map([...catalogue].map(([id, entry]) => [id, toRule(entry, docs)]));
  for (const { id, level } of found) if (!rules.has(id)) rules.set(id, toRunRule(id, level, docs));
  return rules;
}

function toRule({ id, kind, severity, title, why, fix }: CatalogueEntry, docs: string): SarifRule {
  const level = severity === 'off' ? 'warning' : severity;
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    helpUri: `${docs}/${kind}s/${id}.md`,
    help: {
      text: `${title}\n\n${why}\n\n${fix}`,
      markdown: `**${title}**\n\n${why}\n\n**What to do**\n\n${fix}`,
    },
    defaultConfiguration: { level, ...(severity === 'off' && { enabled: false }) },
    properties: {
      tags: ['security', 'supply-chain', kind],
      'security-severity': securitySeverity[kind === 'check' ? 'check' : level],
    },
  };
}

function toRunRule(id: string, level: Level, docs: string): SarifRule {
  const title = `${id}: problem with the run`;
  const text = 'The result describes a problem with the run itself, not with one check or rule.';
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text },
    helpUri: `${docs}/index.md`,
    help: { text: `${title}\n\n${text}`, markdown: `**${title}**\n\n${text}` },
    defaultConfiguration: { level },
    properties: {
      tags: ['security', 'supply-chain', 'run'],
      'security-severity': securitySeverity[level],
    },
  };
}
