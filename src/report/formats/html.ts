import { createHash } from 'node:crypto';
import type { Report } from '../../model/report.ts';
import { chainShapes, drawSeal } from '../html/chain.ts';
import { type Markup, markup, trusted } from '../html/markup.ts';
import { packageSections } from '../html/packages.ts';
import { publishersSection, segments } from '../html/publishers.ts';
import { changesSection, runSection, subjectFacts, troubleSection } from '../html/run-sections.ts';
import { script } from '../html/script.ts';
import { style } from '../html/style.ts';
import type { RenderContext, Renderer } from '../renderer.ts';
import { resultOf, runTroubles, turnsAway } from '../words/run.ts';
import { logInWords, marks, type Tally, tally, worstFirst } from '../words/summary.ts';

/**
 * One self-contained page, whole without its script: the script only searches, filters and sorts. Its own policy allows
 * this script and this style by their hashes, and no connection at all.
 */
export const html: Renderer = {
  render(report, context) {
    const title = headline(report, context, tally(report.packages));
    const project = context.run?.project ?? context.run?.repository?.name;
    return `${markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${[title, ...(project === undefined ? [] : [project]), 'jsr-verify'].join(' – ')}</title>
<style>${trusted(style)}</style>
</head>
<body>
${body(report, context, title)}
<script>${trusted(script)}</script>
</body>
</html>
`}`;
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

function body(report: Report, context: RenderContext, title: string): Markup {
  const counts = tally(report.packages);
  const { as, text } = resultOf(report, context);
  return markup`${chainShapes}
<a class="skip" href="#packages">Skip to the packages</a>
<header>
<p class="brand">jsr-verify</p>
<h1>${as !== undefined && drawSeal(as)}${title}</h1>
<p class="lead">${text}. Log: ${logInWords(report)}.</p>
${subjectFacts(report, context)}
</header>
<main>
${troubleSection(report, context)}
<section id="packages" aria-label="Packages">
${counts.total > 0 && verdictBar(counts)}
<div class="tools" id="tools" role="search" aria-label="Packages" hidden>
<input id="search" type="search" placeholder="Search: name, finding, file, commit  ( / )" aria-label="Search packages" autocomplete="off" spellcheck="false">
<select id="scope" aria-label="Scope"><option value="">every scope</option></select>
<select id="repository" aria-label="Publisher"><option value="">every publisher</option></select>
<select id="sort" aria-label="Sort by">
<option value="">most important first</option>
<option value="name">by name</option>
<option value="repository">by publisher</option>
<option value="newest">newest first</option>
</select>
</div>
<p class="shown" id="shown-line" hidden><span id="shown" role="status"></span> <button class="plain" id="clear" type="button" hidden>Show all</button></p>
${packageSections(report.packages, context)}
<p class="empty" id="none"${counts.total > 0 && markup` hidden`}>${counts.total > 0 ? 'No package matches.' : 'No JSR package was found.'}</p>
</section>
${changesSection(report)}
${publishersSection(report.packages, context)}
${runSection(report, context.toolVersion)}
</main>
<footer>jsr-verify ${context.toolVersion}. This page is complete in itself and loads nothing.</footer>`;
}

/** The verdicts as a bar and in numbers; the script makes a filter of each number. */
function verdictBar(counts: Tally): Markup {
  return markup`<svg class="bar" aria-hidden="true" width="100%" height="10" fill="currentColor">${segments(counts, counts.total, 0, 10)}</svg>
<ul class="verdicts" id="verdicts" aria-label="Verdicts">${worstFirst.map(
    (kind) =>
      counts[kind] > 0 &&
      markup`<li class="${kind}" data-verdict="${kind}"><span class="mark" aria-hidden="true">${marks[kind]}</span> <b>${counts[kind]}</b> <span class="label">${kind}</span></li>`,
  )}</ul>`;
}
