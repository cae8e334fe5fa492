/** The style of the page: system fonts, two colour schemes, wide and narrow, and paper. Nothing in it is loaded. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #f7f7f5; --surface: #fff; --text: #1d1d1b; --soft: #5f5f5a; --line: #e2e1dc; --hover: #f3f2ee; --focus: #2b62d9; --cut: #fff;
  --verified: #18774a; --rejected: #bd2c26; --inconclusive: #7a45a8; --exempt: #855900; --unattested: #62615b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131312; --surface: #1b1b19; --text: #ebeae5; --soft: #a3a29a; --line: #30302c; --hover: #232320; --focus: #8fb2ff; --cut: #131312;
    --verified: #56c48f; --rejected: #ff8078; --inconclusive: #c8a2f2; --exempt: #e2b24c; --unattested: #b0afa7;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main, header, footer { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .15em; }
a:hover { text-decoration-color: currentColor; }
code, pre { font: .92em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
[hidden] { display: none !important; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip:not(:focus) { position: absolute; left: -99rem; }
.soft { color: var(--soft); fill: var(--soft); }
.verified { color: var(--verified); } .rejected { color: var(--rejected); } .inconclusive { color: var(--inconclusive); }
.exempt { color: var(--exempt); } .unattested { color: var(--unattested); }

header { padding-top: 2.5rem; }
header p { margin: 0; }
.brand { font-weight: 600; color: var(--soft); }
h1 { display: flex; gap: .7rem; align-items: center; font-size: 1.9rem; line-height: 1.2; font-weight: 650; letter-spacing: -.015em; margin: .6rem 0; text-wrap: balance; }
.seal { flex: none; }
.seal .cut { stroke: var(--cut); }
.lead { color: var(--soft); }
h2 { font-size: 1.15rem; font-weight: 650; margin: 2.5rem 0 .8rem; }
h3, h4 { font-size: .87rem; font-weight: 650; margin: 0 0 .5rem; }
.count { color: var(--soft); font-weight: 400; font-size: .87rem; margin-left: .35rem; }
dl { display: grid; gap: .2rem; margin: 0; }
dl > div { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: 0 1rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
dd ul { list-style: none; margin: 0; padding: 0; }
.subject { grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: .3rem 2.5rem; margin: 1.5rem 0 0; padding: 1rem 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }

.bar { display: block; margin: 1.75rem 0 .9rem; border-radius: 5px; }
.bar rect, .publishers rect { fill: currentColor; stroke: var(--surface); stroke-width: 1; }
.verdicts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; margin: 0; list-style: none; }
button, select, input {
  font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: .35rem .7rem;
}
button { cursor: pointer; }
button:hover, select:hover { background: var(--hover); }
button[aria-pressed=true] { border-color: currentColor; box-shadow: inset 0 0 0 1px currentColor; }
.verdicts b { font-weight: 650; font-variant-numeric: tabular-nums; }
.verdicts .label { color: var(--text); }
.plain { border: 0; background: none; padding: 0; text-decoration: underline; text-decoration-color: var(--soft); text-underline-offset: .15em; }
.plain:hover { background: none; text-decoration-color: currentColor; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0 .6rem; }
.tools input { flex: 1 1 18rem; min-width: 0; }
.tools select { flex: 0 1 12rem; min-width: 0; text-overflow: ellipsis; }
input::placeholder { color: var(--soft); opacity: 1; }
.shown { color: var(--soft); margin: 0; }
.part > h2 { margin-top: 1.8rem; }

.list { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); overflow: hidden; }
/* What is far away is not laid out: the script shows long lists in pieces, without it they are whole. */
.long > li { content-visibility: auto; contain-intrinsic-size: auto 46px; }
.list > li { border-top: 1px solid var(--line); }
.list > li:first-child { border-top: 0; }
.more-rows { display: block; margin: .6rem auto; color: var(--soft); }
summary { cursor: pointer; }
.row {
  display: grid; grid-template-columns: 1.2rem minmax(0, 21rem) minmax(0, 1fr) auto; gap: 0 .9rem; align-items: baseline;
  padding: .65rem 1.1rem; list-style: none;
}
.row::-webkit-details-marker { display: none; }
summary.row:hover { background: var(--hover); }
summary.row:focus-visible { outline-offset: -3px; }
details[open] > summary.row { background: var(--hover); }
.mark { font-weight: 700; text-align: center; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.version { font-weight: 400; color: var(--soft); }
.said { color: var(--soft); overflow-wrap: anywhere; }
.said.found { color: var(--text); }
.verdict { font-size: .87rem; font-weight: 550; }
.group { margin: 0 0 .9rem; }
.group > summary { padding: .25rem 0; }
.group > summary h3 { display: inline; font-size: 1rem; overflow-wrap: anywhere; }
.detail {
  display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); gap: 1.6rem 2rem; padding: 1.3rem 1.4rem 1.7rem; border-top: 1px solid var(--line);
}
.detail figure { grid-column: 1 / -1; margin: 0; }
.detail section { margin-bottom: 1.4rem; }
.detail section:last-child { margin-bottom: 0; }
.detail ul, .items { list-style: none; margin: 0; padding: 0; }
.detail li, .items li { display: grid; grid-template-columns: 1.2rem minmax(0, 1fr); gap: .5rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
.items li:last-child { margin: 0; }
.hint, .more { display: block; color: var(--soft); }
.more { white-space: pre-wrap; font-size: .92em; margin: .25rem 0; padding: .4rem .6rem; border-left: 2px solid var(--rejected); background: var(--hover); color: var(--text); }
.more code { font-size: .85em; }
.tag { color: var(--soft); font-size: .82rem; }
.links { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: .8rem 0 0; }
.empty { padding: 2rem 1rem; text-align: center; color: var(--soft); border: 1px dashed var(--line); border-radius: 10px; }

svg text { font-size: 13px; }
svg .strong { font-weight: 650; }
svg .value { fill: var(--soft); }
svg .value.broken { fill: var(--rejected); font-weight: 650; }
.chain { display: block; width: 100%; max-width: 61.5rem; overflow: visible; }
.chain .cut { stroke: var(--cut); }
.held { color: var(--verified); } .broken { color: var(--rejected); } .open { color: var(--inconclusive); }
.missing, .unreached { color: var(--unattested); }
.chain .line.unreached, .chain .line.missing { color: var(--line); }
figcaption { margin-top: .6rem; font-weight: 550; }
figcaption.broken { color: var(--rejected); }
.publishers { display: block; overflow: visible; }

.panel, .scroll { border: 1px solid var(--line); border-radius: 10px; background: var(--surface); }
.panel { margin: 0; padding: 1rem 1.25rem; }
.panel h3 { margin: 1.2rem 0 .3rem; }
.panel pre { overflow-x: auto; margin: .3rem 0 0; }
.scroll { overflow-x: auto; }
figure + .scroll { margin-top: .9rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .55rem 1.1rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { border-top: 0; color: var(--soft); font-weight: 550; font-size: .87rem; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 12rem; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
footer { padding-top: 2.5rem; padding-bottom: 3rem; color: var(--soft); font-size: .87rem; }

@media (max-width: 70rem) {
  /* The chain of a narrow window goes down instead of to the right. */
  .chain { height: calc(6 * 3.5rem + .4rem); }
  .chain.of7 { height: calc(7 * 3.5rem + .4rem); }
  .chain .l0 { transform: none; } .chain .l1 { transform: translate(0, 3.5rem); } .chain .l2 { transform: translate(0, 7rem); }
  .chain .l3 { transform: translate(0, 10.5rem); } .chain .l4 { transform: translate(0, 14rem); }
  .chain .l5 { transform: translate(0, 17.5rem); } .chain .l6 { transform: translate(0, 21rem); }
  .chain .label { transform: translate(2.2rem, .95rem); }
  .chain .wide { display: none; }
  .chain .narrow { display: inline; }
}
@media (max-width: 46rem) {
  header { padding-top: 1.5rem; }
  main, header, footer { padding-left: .9rem; padding-right: .9rem; }
  h1 { font-size: 1.45rem; }
  dl > div { grid-template-columns: 6.5rem minmax(0, 1fr); gap: 0 .7rem; }
  table { min-width: 44rem; }
  .tools select { flex: 1 1 40%; }
  .row { grid-template-columns: 1.2rem minmax(0, 1fr) auto; padding: .65rem .8rem; gap: .1rem .6rem; }
  .said { grid-column: 2 / -1; grid-row: 2; }
  .detail { grid-template-columns: minmax(0, 1fr); gap: 1.3rem; padding: 1rem .9rem 1.2rem; }
}
@media print {
  :root {
    color-scheme: light;
    --ground: #fff; --surface: #fff; --text: #000; --soft: #444; --line: #bbb; --hover: #fff; --cut: #fff;
    --verified: #18774a; --rejected: #bd2c26; --inconclusive: #7a45a8; --exempt: #855900; --unattested: #62615b;
  }
  * { print-color-adjust: exact; }
  body { font-size: 10pt; }
  main, header, footer { max-width: none; padding: 0; }
  header { padding-top: 0; }
  .tools, .skip, .shown, .more-rows { display: none; }
  .long > li { content-visibility: visible; }
  .list > li > .row, .detail section { break-inside: avoid; }
  /* Without the script, too, what is not verified is printed with its details. */
  .list > li:not([data-verdict=verified]) > details::details-content { content-visibility: visible; display: block; height: auto; }
  .list, .scroll, .panel { border-radius: 0; overflow: visible; }
  h2, h3, h4, summary { break-after: avoid; }
}
`;
