// The job summary: verdict, what is wrong as a table, and the whole report folded.

/**
 * The fields of the JSON report that are read.
 *
 * @typedef {{
 *   readonly summary: Readonly<Record<string, number>>;
 *   readonly packages: readonly PackageReport[];
 * }} Report
 *
 * @typedef {{
 *   readonly scope: string;
 *   readonly name: string;
 *   readonly version?: string | null;
 *   readonly verdict: string;
 *   readonly findings: readonly Finding[];
 *   readonly gaps?: readonly { readonly id: string; readonly why: string }[];
 *   readonly occurrences?: readonly { readonly at: Place }[];
 * }} PackageReport
 *
 * @typedef {{
 *   readonly id: string;
 *   readonly severity: string;
 *   readonly message: string;
 *   readonly exempted?: unknown;
 *   readonly at?: Place;
 * }} Finding
 *
 * @typedef {{ readonly file: string; readonly line: number }} Place
 */

/** GitHub refuses a summary of more than 1 MiB per step; the folded report has up to 65,000 bytes. */
const roomForTable = 900_000;

/**
 * The summary of a run.
 *
 * @param {Report} report
 * @param {string} markdown The Markdown report of the program; its second heading is the verdict.
 * @returns {string}
 */
export function summaryOf(report, markdown) {
  const lines = markdown.split('\n');
  const at = lines.findIndex((line) => line.startsWith('## '));
  const rest = lines
    .slice(at + 1)
    .join('\n')
    .trim();
  const failing = ['rejected', 'inconclusive'].flatMap((kind) =>
    report.packages.filter(({ verdict }) => verdict === kind),
  );
  const table = failing.length === 0 ? [] : tableOf(failing);
  const folded = ['<details>', '<summary>Whole report</summary>', '', rest, '', '</details>'];
  return [lines[at] ?? '## jsr-verify', '', ...table, ...folded, ''].join('\n');
}

/**
 * The summary of an audit that could not be made.
 *
 * @param {number} code
 * @returns {string}
 */
export function failureSummary(code) {
  return `## ✗ jsr-verify: the audit could not be made (exit code ${code})\n`;
}

function tableOf(/** @type {readonly PackageReport[]} */ packages) {
  const lines = ['| package | verdict | reason | place |', '| --- | --- | --- | --- |'];
  let bytes = 0;
  for (const [index, pkg] of packages.entries()) {
    const row = rowOf(pkg);
    bytes += Buffer.byteLength(row) + 1;
    if (bytes > roomForTable) {
      lines.push('', `**Truncated:** ${packages.length - index} more packages did not fit into the table.`);
      break;
    }
    lines.push(row);
  }
  return [...lines, ''];
}

function rowOf(/** @type {PackageReport} */ pkg) {
  const { scope, name, version, verdict, findings, gaps = [], occurrences = [] } = pkg;
  const errors = findings.filter(({ severity, exempted }) => severity === 'error' && exempted === undefined);
  // With --strict, warnings reject.
  const wrong = errors.length > 0 ? errors : findings.filter(({ exempted }) => exempted === undefined);
  const reasons = verdict === 'rejected' ? wrong.map(({ id, message }) => ({ id, why: message })) : gaps;
  const [first, ...more] = reasons;
  const place = findings.find(({ at }) => at !== undefined)?.at ?? occurrences[0]?.at;
  const cells = [
    toCode(`@${scope}/${name}${version ? `@${version}` : ''}`),
    `${verdict === 'rejected' ? '✗' : '?'} ${verdict}`,
    first === undefined
      ? ''
      : `${toCode(first.id)}: ${toCode(first.why)}${more.length === 0 ? '' : ` and ${more.length} more`}`,
    place === undefined ? '' : toCode(`${place.file}:${place.line}`),
  ];
  return `| ${cells.join(' | ')} |`;
}

/**
 * Text of others as a code span in a table cell. Entities never act as markup (CommonMark 6.2), so no link, mention, cell or
 * comment can begin or end in it.
 */
function toCode(/** @type {string} */ text) {
  const line = text
    .slice(0, 1000)
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .trim();
  const inert = line.replace(/[!-,/:-@[-`{-~]/g, (char) => `&#${char.charCodeAt(0)};`);
  return inert === '' ? '' : `<code>${inert}</code>`;
}
