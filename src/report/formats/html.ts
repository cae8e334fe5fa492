import { createHash } from 'node:crypto';
import type { Report } from '../../model/report.ts';
import { toPageData } from '../html/html-data.ts';
import { script } from '../html/html-script.ts';
import { style } from '../html/html-style.ts';
import type { RenderContext, Renderer } from '../renderer.ts';
import { toHtml, toScriptJson } from '../words/escape.ts';
import { resultOf, runTroubles, turnsAway } from '../words/run.ts';
import { logInWords, type Tally, tally } from '../words/summary.ts';
import { toUtc } from '../words/time.ts';

/**
 * One self-contained page. What comes from outside stands in one block of JSON without a `<`, and reaches the page as
 * text only; the page's own policy allows this script and this style by their hashes, and no connection at all.
 */
export const html: Renderer = {
  render(report, context) {
    const counts = tally(report.packages);
    const title = headline(report, context, counts);
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${toHtml(title)} – jsr-verify</title>
<style>${style}</style>
</head>
<body>
${body(report, context, title)}
<script type="application/json" id="data">${toScriptJson(toPageData(report, context))}</script>
<script>${script}</script>
</body>
</html>
`;
  },
};

const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** The result in one sentence; what is wrong with the whole run outranks its packages. */
function headline(report: Report, context: RenderContext, counts: Tally): string {
  const { log, unresolved, findings } = report;
  const { total, rejected, inconclusive, verified } = counts;
  const of = total === 1 ? 'The package' : `${rejected || inconclusive} of ${total} packages`;
  if (log.kind === 'forked') return 'The transparency log forked';
  if (rejected > 0) return `${of} ${rejected === 1 ? 'was' : 'were'} rejected`;
  if (unresolved.length > 0 || findings.some((finding) => turnsAway(finding, context)))
    return 'This run has problems';
  if (inconclusive > 0) return `${of} could not be decided`;
  if (runTroubles(report, context).some(({ as }) => as === 'inconclusive'))
    return 'The run could not be completed';
  if (total === 0) return 'No package to check';
  if (verified === total)
    return total === 1 ? 'The package is verified' : `All ${total} packages are verified`;
  return `${verified} of ${total} packages are verified, the others are allowed`;
}

function body(report: Report, context: RenderContext, title: string): string {
  const checkedAt = toUtc(report.checkedAt) ?? '';
  const when = checkedAt.replace('T', ' ').replace(/:\d\dZ$/, ' UTC');
  return `<a class="skip" href="#packages">Skip to the packages</a>
<header>
<p class="brand">jsr-verify</p>
<h1>${toHtml(title)}</h1>
<p class="soft">${toHtml(resultOf(report, context).text)}. Checked <time datetime="${toHtml(checkedAt)}">${toHtml(when)}</time>, depth ${report.depth}. Log: ${toHtml(logInWords(report))}.</p>
<noscript><p>Packages, search and details need JavaScript; nothing is loaded from anywhere.</p></noscript>
</header>
<main>
<section id="trouble" aria-labelledby="trouble-title" hidden>
<h2 id="trouble-title">Trouble with this run</h2>
<ul id="troubles" class="run"></ul>
</section>
<section id="packages" aria-label="Packages">
<div class="bar" id="bar" aria-hidden="true"></div>
<ul class="verdicts" id="verdicts" aria-label="Show only these verdicts"></ul>
<div class="tools" role="search">
<input id="search" type="search" placeholder="Search: name, finding, file, commit  ( / )" aria-label="Search packages" autocomplete="off" spellcheck="false">
<select id="scope" aria-label="Scope"></select>
<select id="repository" aria-label="Repository"></select>
<select id="sort" aria-label="Sort by">
<option value="worst">worst first</option>
<option value="name">by name</option>
<option value="repository">by repository</option>
<option value="newest">newest first</option>
</select>
</div>
<p class="count"><span id="shown" role="status"></span><button class="plain" id="clear" type="button" hidden>show all</button></p>
<ul class="list" id="list"></ul>
<p class="empty" id="none" hidden>Nothing matches. <button class="plain" id="clear-none" type="button">Show all</button></p>
</section>
<section id="changed" aria-labelledby="changed-title" hidden>
<h2 id="changed-title">What changed</h2>
<div class="scroll"><table><tbody id="changes"></tbody></table></div>
</section>
<section id="built" aria-labelledby="built-title">
<h2 id="built-title">Who built what</h2>
<div class="scroll"><table>
<thead><tr><th scope="col">Repository</th><th scope="col">Packages</th><th scope="col">Workflow</th><th scope="col">Runner</th><th scope="col">Owner id</th></tr></thead>
<tbody id="builders"></tbody>
</table></div>
</section>
<section aria-labelledby="run-title">
<h2 id="run-title">About this run</h2>
<div class="run" id="run"></div>
</section>
</main>
<footer>jsr-verify ${toHtml(context.toolVersion)}. This page is complete in itself and loads nothing.</footer>`;
}
