import { byCodeUnit } from '../../model/order.ts';
import type { Report } from '../../model/report.ts';
import type { RenderContext, RunInfo, RunLockfile } from '../renderer.ts';
import { changeInWords } from '../words/change.ts';
import { placeOf } from '../words/place.ts';
import { runTroubles, turnsAway } from '../words/run.ts';
import { checksInWords, count, logInWords, marks, unmade } from '../words/summary.ts';
import { toUtc } from '../words/time.ts';
import { description, lines, link, type Markup, markup, type Part, prose } from './markup.ts';
import { item, joined } from './package.ts';

type Row = readonly [label: string, value: Part];

/** What the report is about: project, repository, commit, lockfiles, policy, command, who ran it and when. */
export function subjectFacts(report: Report, context: RenderContext): Markup {
  const run: RunInfo = context.run ?? {};
  const { repository, commit, commitUrl, ci } = run;
  const lockfiles = run.lockfiles ?? lockfilesOf(report);
  const row = (label: string, value: Part): readonly Row[] =>
    value === undefined || value === false || value === '' ? [] : [[label, value]];
  return description(
    [
      ...row('Project', run.project),
      ...row('Repository', repository && link(repository.name, repository.url)),
      ...row('Branch', run.branch),
      ...row('Commit', commit && link(markup`<code>${commit.slice(0, 12)}</code>`, commitUrl)),
      ...row('Lockfiles', lockfiles.length > 0 && markup`<ul>${lockfiles.map(lockfileItem)}</ul>`),
      ...row('Policy', report.policyFile ?? 'no policy file'),
      ...row(
        'Command',
        run.command && markup`<code>${['jsr-verify', ...run.command].map(quoted).join(' ')}</code>`,
      ),
      ...row('Run by', ci && ranBy(ci)),
      ...row('Checked', toMoment(report.checkedAt)),
    ],
    'subject',
  );
}

function lockfileItem({ file, packages, policy }: RunLockfile): Markup {
  const note = [count(packages, 'package'), ...(policy === undefined ? [] : [policy])].join(', ');
  return markup`<li>${file} <span class="soft">(${note})</span></li>`;
}

/** The lockfiles as the places of the packages name them, where the caller does not say which were read. */
function lockfilesOf({ packages }: Report): readonly RunLockfile[] {
  const files = new Map<string, number>();
  for (const { occurrences } of packages)
    for (const file of new Set(occurrences.map(({ at }) => at.file)))
      files.set(file, (files.get(file) ?? 0) + 1);
  return [...files]
    .map(([file, number]) => ({ file, packages: number }))
    .toSorted((a, b) => byCodeUnit(a.file, b.file));
}

function ranBy({ service, run, url, startedBy }: NonNullable<RunInfo['ci']>): Markup {
  return joined([service, run !== undefined && link(run, url), startedBy && `started by ${startedBy}`], ', ');
}

/** A word of a command line as a shell would take it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./^~*-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A time for people and for programs. */
function toMoment(date: Date): Markup {
  const utc = toUtc(date) ?? '';
  return markup`<time datetime="${utc}">${utc.replace('T', ' ').replace(/:\d\dZ$/, ' UTC')}</time>`;
}

/** What is wrong with the run itself, if anything is. */
export function troubleSection(report: Report, context: RenderContext): Markup | undefined {
  const { unresolved, findings, trust, unusedExemptions } = report;
  const trouble = (
    colour: 'rejected' | 'inconclusive' | 'exempt' | 'unattested',
    text: string,
    hint?: string,
  ) =>
    item(
      colour === 'rejected' ? marks.rejected : colour === 'unattested' ? '–' : '!',
      colour,
      markup`${prose(text)}${hint && markup` <span class="hint">${prose(hint)}</span>`}`,
    );
  const items = [
    ...runTroubles(report, context).map(({ as, short, text, hint }) =>
      trouble(as === 'rejected' ? 'rejected' : 'inconclusive', `${short}: ${text}`, hint),
    ),
    ...unresolved.map(({ spec, reason, hint }) => trouble('rejected', `${spec}: ${reason}`, hint)),
    ...findings.map((finding) =>
      trouble(
        turnsAway(finding, context) ? 'rejected' : 'exempt',
        `${finding.id}: ${finding.message}${finding.at === undefined ? '' : ` (${placeOf(finding.at)})`}`,
        finding.hint,
      ),
    ),
    ...trust.warnings.map((warning) => trouble('exempt', `trust: ${warning}`)),
    ...unusedExemptions.map(({ rule, package: name, until }) =>
      trouble('unattested', `the exemption from ${rule} for ${name} until ${until} was not needed`),
    ),
  ];
  if (items.length === 0) return undefined;
  return markup`<section aria-labelledby="trouble-title">
<h2 id="trouble-title">Trouble with this run</h2>
<ul class="panel items">${items}</ul>
</section>`;
}

/** What changed between two audits, where two were compared. */
export function changesSection({ changes = [] }: Report): Markup | undefined {
  if (changes.length === 0) return undefined;
  return markup`<section aria-labelledby="changed-title">
<h2 id="changed-title">What changed</h2>
<div class="scroll" role="region" aria-label="Table of changes" tabindex="0"><table>
<thead><tr><th scope="col">Package</th><th scope="col">Change</th></tr></thead>
<tbody>${changes
    .map(changeInWords)
    .map(([name, text]) => markup`<tr><th scope="row">${name}</th><td>${prose(text)}</td></tr>`)}</tbody>
</table></div>
</section>`;
}

/** Trust, log, requests, and everything that was not checked. */
export function runSection(report: Report, toolVersion: string): Markup {
  const { trust, log, requests, packages } = report;
  const total = Object.values(requests).reduce((sum, number) => sum + number, 0);
  const hosts = Object.entries(requests).map(([host, number]) => `${host} ${number}`);
  const heads =
    log.kind === 'not-checked' ? [] : log.logs.map(({ origin, size }) => `${origin}: ${size} entries`);
  const when = (label: string, date: Date | undefined): readonly Row[] =>
    date === undefined ? [] : [[label, toUtc(date) ?? 'unknown']];
  return markup`<section aria-labelledby="run-title">
<h2 id="run-title">About this run</h2>
<div class="panel">${description([
    ['trusted root', `${trust.source}, ${trust.from}`],
    ['root digest', prose(trust.digest)],
    ...when('refreshed', trust.refreshedAt),
    ...when('expires', trust.expiresAt),
    ...when('registry asked', report.oldestAnswer),
    ['depth', report.depth],
    ['log', logInWords(report)],
    ...(heads.length === 0 ? [] : [['log heads', heads.join('; ')] as const]),
    ...unmade(packages)
      .slice(0, 30)
      .map(
        ({ status, why, checks }): Row => [
          { skipped: 'not checked', unknown: 'incomplete', blocked: 'not reached' }[status],
          prose(`${checksInWords(checks, packages.length)}: ${why}`),
        ],
      ),
    ['requests', [`${total}`, ...hosts].join(', ')],
    ['version', `jsr-verify ${toolVersion}`],
  ])}${forkEvidence(report)}</div>
</section>`;
}

/** Evidence that must be shown as it is, line for line. */
function forkEvidence({ log }: Report): Markup | undefined {
  if (log.kind !== 'forked') return undefined;
  const note = (title: string, text: readonly string[]) =>
    markup`<h3>${title}</h3><pre tabindex="0">${lines(text)}</pre>`;
  return markup`${note('Older checkpoint', log.fork.older.split('\n'))}${note('Newer checkpoint', log.fork.newer.split('\n'))}${note('Consistency proof', log.fork.proof)}`;
}
