import { byCodeUnit } from '../../model/order.ts';
import type { PackageReport } from '../../model/report.ts';
import type { RenderContext } from '../renderer.ts';
import { toFragment } from '../words/escape.ts';
import { toLinks } from '../words/links.ts';
import { shortRepository, toOrigin } from '../words/origin.ts';
import { count, type Tally, tally, tallyInWords, worstFirst } from '../words/summary.ts';
import { shorten } from './chain.ts';
import { link, type Markup, markup } from './markup.ts';

/** Packages whose provenance names the same repository. */
export interface Publisher {
  /** `owner/name` on GitHub, another address as it is, the issuer where the certificate names no repository. */
  readonly name: string;
  readonly packages: readonly PackageReport[];
}

/** The packages with provenance by publisher, largest first, then by name. */
export function byPublisher(packages: readonly PackageReport[]): readonly Publisher[] {
  const groups = new Map<string, PackageReport[]>();
  for (const pkg of packages) {
    const origin = toOrigin(pkg);
    if (origin === undefined) continue;
    const name = shortRepository(origin.repository ?? origin.issuer);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [pkg]);
    else group.push(pkg);
  }
  return [...groups]
    .map(([name, built]) => ({ name, packages: built }))
    .toSorted((a, b) => b.packages.length - a.packages.length || byCodeUnit(a.name, b.name));
}

/** The section that says who built what: a picture of the largest publishers, and a table of all. */
export function publishersSection(packages: readonly PackageReport[], context: RenderContext): Markup {
  const publishers = byPublisher(packages);
  if (publishers.length === 0) return markup``;
  return markup`<section id="built" aria-labelledby="built-title">
<h2 id="built-title">Who built what</h2>
<figure class="panel">${drawPublishers(packages, publishers)}</figure>
<div class="scroll" role="region" aria-label="Table of publishers" tabindex="0"><table>
<thead><tr><th scope="col">Publisher</th><th scope="col">Packages</th><th scope="col">Workflow</th><th scope="col">Runner</th><th scope="col">Owner id</th></tr></thead>
<tbody>
${publishers.map((publisher) => publisherRow(publisher, context))}</tbody>
</table></div>
</section>`;
}

function publisherRow({ name, packages }: Publisher, context: RenderContext): Markup {
  const origins = packages.flatMap((pkg) => toOrigin(pkg) ?? []);
  const each = (values: readonly (string | undefined)[]) =>
    [...new Set(values.filter((value) => value !== undefined))].toSorted(byCodeUnit).slice(0, 20).join(', ');
  const [first] = packages;
  const page = first && toLinks(first, toOrigin(first), context).repository;
  return markup`<tr><th scope="row">${link(name, page)}</th><td class="number"><a href="#repository=${toFragment(name)}">${packages.length}<span class="hidden"> ${packages.length === 1 ? 'package' : 'packages'} of ${name}</span></a></td><td>${each(origins.map(({ workflow }) => workflow))}</td><td>${each(origins.map(({ runner }) => runner))}</td><td>${each(origins.map(({ ownerId }) => ownerId))}</td></tr>
`;
}

/** Publishers that get a bar of their own. */
const mostBars = 10;
const barStep = 44;

/** Bars: packages by publisher, in the colours of their verdicts; everything in it stands in its description, too. */
function drawPublishers(packages: readonly PackageReport[], publishers: readonly Publisher[]): Markup {
  const others = publishers.slice(mostBars);
  const unproven = packages.filter((pkg) => toOrigin(pkg) === undefined);
  const bars = [
    ...publishers.slice(0, mostBars),
    ...(others.length === 0
      ? []
      : [
          {
            name: `${count(others.length, 'other publisher')}`,
            packages: others.flatMap((one) => one.packages),
          },
        ]),
    ...(unproven.length === 0 ? [] : [{ name: 'not proven', packages: unproven }]),
  ];
  const most = Math.max(...bars.map((bar) => bar.packages.length));
  const about = bars.map((bar) => `${bar.name}, ${tallyInWords(tally(bar.packages))}`).join('; ');
  return markup`<svg class="publishers" role="img" aria-labelledby="publishers-t publishers-d" width="100%" height="${bars.length * barStep - 8}" fill="currentColor"><title id="publishers-t">Publishers by number of packages</title><desc id="publishers-d">${about}.</desc>${bars.map(
    (bar, at) =>
      markup`<g transform="translate(0 ${at * barStep})"><text y="14"${bar.packages === unproven && markup` class="soft"`}>${shorten(bar.name, 40)}</text><text class="strong" x="100%" y="14" text-anchor="end">${bar.packages.length}</text>${segments(tally(bar.packages), most, 22, 10)}</g>`,
  )}</svg>`;
}

/** The verdicts of some packages as one bar whose whole width would be `most` packages. */
export function segments(counts: Tally, most: number, y: number, height: number): Markup {
  let x = 0;
  const part = (number: number) => Math.round((number / most) * 100_000) / 1000;
  return markup`${worstFirst.map((kind) => {
    if (counts[kind] === 0) return undefined;
    const width = part(counts[kind]);
    const drawn = markup`<rect class="${kind}" color="${colours[kind]}" x="${x}%" y="${y}" width="${width}%" height="${height}"/>`;
    x = Math.round((x + width) * 1000) / 1000;
    return drawn;
  })}`;
}

/** Colours for a page whose style sheet is not allowed. */
const colours = {
  rejected: '#d33f38',
  inconclusive: '#8a5ab5',
  exempt: '#a8790f',
  unattested: '#8a8982',
  verified: '#2a8f5c',
} as const;
