import { checkIds } from './model/check.ts';
import { rules } from './policy/rules/index.ts';
import type { Catalogue, CatalogueEntry } from './report/renderer.ts';
import { aboutChecks } from './verify/about.ts';

/** Every check and rule in words, as reports and `explain` want them. */
export const aboutEverything: Catalogue = new Map<string, CatalogueEntry>([
  ...checkIds.map((id): [string, CatalogueEntry] => [
    id,
    { id, kind: 'check', severity: 'error', ...aboutChecks[id] },
  ]),
  ...rules.map(({ id, severity, title, why, fix }): [string, CatalogueEntry] => [
    id,
    { id, kind: 'rule', severity, title, why, fix },
  ]),
]);
