/** How much a finding weighs: an error rejects, a warning rejects with `--strict`, a note never does. */
export type Severity = 'error' | 'warning' | 'note';
