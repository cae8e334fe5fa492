import type { PackageReport } from '../../model/report.ts';
import type { RenderContext } from '../renderer.ts';
import { count, isWarned, sorted } from '../words/summary.ts';
import { type Markup, markup } from './markup.ts';
import { packageRow, type RowOptions } from './package.ts';
import { byPublisher } from './publishers.ts';

/** Packages with details in the page, worst first; the others are a line each, so that the page stays usable. */
const mostDetailed = 1000;
/** Verified packages up to which every publisher's list is open from the start. */
const mostOpen = 100;

/** The packages, most important first: what is wrong, what the policy allows, then the verified ones by publisher. */
export function packageSections(packages: readonly PackageReport[], context: RenderContext): Markup {
  const all = sorted(packages);
  const kinds = (...wanted: readonly string[]) => all.filter(({ verdict }) => wanted.includes(verdict.kind));
  const verified = kinds('verified');
  const warned = verified.filter(isWarned);
  const clean = byPublisher(verified.filter((pkg) => !isWarned(pkg)));
  let at = 0;
  const list = (some: readonly PackageReport[], level: RowOptions['level']) =>
    markup`<ul class="${some.length > 100 ? 'list long' : 'list'}">
${some.map((pkg) => {
  at += 1;
  const options = { at, level, detailed: at <= mostDetailed, open: packages.length === 1 };
  return packageRow(pkg, options, context);
})}</ul>`;
  const isOpen = verified.length <= mostOpen;
  return markup`${[
    part('rejected', 'Rejected', kinds('rejected'), list),
    part('inconclusive', 'Could not be decided', kinds('inconclusive'), list),
    part('allowed', 'Allowed by the policy', kinds('exempt', 'unattested'), list),
    part('warned', 'Verified, with warnings', warned, list),
    clean.length > 0 &&
      markup`<section class="part" aria-labelledby="verified-title">
<h2 id="verified-title">Verified <span class="count">${count(verified.length - warned.length, 'package')}</span></h2>
${clean.map(
  ({
    name,
    packages: built,
  }) => markup`<details class="group" id="repository=${name}"${isOpen && markup` open`}>
<summary><h3>${name}</h3> <span class="count">${count(built.length, 'package')}</span></summary>
${list(built, 4)}
</details>
`,
)}</section>`,
    all.length > mostDetailed &&
      markup`<p class="soft">The first ${mostDetailed} packages have details here, worst first. For the others, use <code>jsr-verify explain</code> or <code>--format json</code>.</p>`,
  ]}
<section class="part" id="flat" aria-labelledby="flat-title" hidden>
<h2 id="flat-title">Packages <span class="count"></span></h2>
<ul class="list"></ul>
</section>`;
}

function part(
  id: string,
  title: string,
  packages: readonly PackageReport[],
  list: (packages: readonly PackageReport[], level: RowOptions['level']) => Markup,
): Markup | undefined {
  if (packages.length === 0) return undefined;
  return markup`<section class="part" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title} <span class="count">${count(packages.length, 'package')}</span></h2>
${list(packages, 3)}
</section>
`;
}
