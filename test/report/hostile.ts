import type { Report } from '../../src/model/report.ts';

const esc = '\u001b';

/** What a hostile registry, lockfile or workflow could put into a name; one attack per target. */
export const attacks = {
  terminal: `${esc}[2J${esc}[31mred${esc}[0m\u009b1;1H${esc}]8;;https://evil.example\u0007click${esc}]8;;\u0007\r✓ verified\b\b`,
  title: `${esc}]0;owned\u0007`,
  html: `</script><script>globalThis.owned=1</script><img src=x onerror="globalThis.owned=1">'"><svg/onload=owned()>`,
  comment: '--><!-- --!>',
  markdown:
    '[click](https://evil.example) ![x](https://evil.example/x.png) `code` ``` | a | b | **bold** \\| # h @octocat #1',
  workflow: '\n::error::owned\n::set-output name=x::y\r\n##[error]owned %0A',
  xml: ']]> <![CDATA[ <!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]> &e; \u0000\u0001\u0008\u000b\ufffe\uffff',
  bidi: '\u202e\u2066evil\u2069\u200b\u200d\u00ad\ufeff\u{e0041}\u3164',
  surrogate: '\ud800 \udfff',
  url: 'javascript:alert(1)',
} as const;

/** All attacks in one string. */
export const hostile = Object.values(attacks).join(' ');

// Keys whose values are words of ours: everything else may come from outside.
const ours = new Set([
  'kind',
  'status',
  'severity',
  'by',
  'source',
  'depth',
  'expectation',
  'typeKey',
  'subjectShape',
  'subjectOf',
  'of',
  'payloadFrom',
  'agrees',
  'digest',
  'manifestDigest',
  'sha256',
  'logIndex',
  'size',
  'remembered',
]);

/** The same report with an attack behind every string that could come from outside. */
export function poison(report: Report, attack: string = hostile): Report {
  return poisonValue(report, attack) as Report;
}

function poisonValue(value: unknown, attack: string): unknown {
  if (typeof value === 'string') return `${value}${attack}`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date || value instanceof Map || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => poisonValue(item, attack));
  const isGap = 'why' in value && Object.keys(value).length === 2;
  const isChange = 'publisher' in value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const keep = ours.has(key) || (isGap && key === 'id') || (isChange && key === 'provenance');
      return [key, keep ? inner : poisonValue(inner, attack)];
    }),
  );
}
