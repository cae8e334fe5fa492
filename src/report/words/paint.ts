import type { VerdictKind } from '../../model/finding.ts';
import type { Severity } from '../../model/severity.ts';
import { wrap } from './lines.ts';

export type Colour = (text: string) => string;

/** Colours by meaning; words and marks carry the same information without colour. */
export interface Paint {
  readonly verdict: Readonly<Record<VerdictKind, Colour>>;
  readonly severity: Readonly<Record<Severity, Colour>>;
  readonly strong: Colour;
  readonly faint: Colour;
}

/** `    id: text`, wrapped, with the id coloured; `id` and `text` must already be escaped. */
export function item(id: string, text: string, colour: Colour, columns: number): readonly string[] {
  return wrap(`${id}: ${text}`, columns - 6).map((line, at) => {
    if (at > 0) return `      ${line}`;
    return line.startsWith(`${id}:`) ? `    ${colour(id)}${line.slice(id.length)}` : `    ${line}`;
  });
}
