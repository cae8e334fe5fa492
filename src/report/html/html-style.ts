/** The style of the page: system fonts, two colour schemes, wide and narrow, and paper. Nothing in it is loaded. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fafaf8; --surface: #fff; --text: #1d1d1b; --soft: #63635e; --line: #e3e2dd; --hover: #f3f2ee; --focus: #2b62d9;
  --verified: #18774a; --rejected: #bd2c26; --inconclusive: #7a45a8; --exempt: #8d5f00; --unattested: #66655f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131312; --surface: #1b1b19; --text: #ebeae5; --soft: #a3a29a; --line: #30302c; --hover: #232320; --focus: #8fb2ff;
    --verified: #56c48f; --rejected: #ff8078; --inconclusive: #c8a2f2; --exempt: #e2b24c; --unattested: #b0afa7;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main, header, footer { max-width: 70rem; margin: 0 auto; padding: 0 1.25rem; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .15em; }
a:hover { text-decoration-color: currentColor; }
code, pre, .mono { font: .92em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip:not(:focus) { position: absolute; left: -99rem; }
.soft { color: var(--soft); }
.verified { color: var(--verified); } .rejected { color: var(--rejected); } .inconclusive { color: var(--inconclusive); }
.exempt { color: var(--exempt); } .unattested { color: var(--unattested); }

header { padding-top: 2.75rem; }
header p { margin: 0; }
.brand { font-weight: 600; letter-spacing: .01em; color: var(--soft); }
h1 { font-size: 1.9rem; line-height: 1.2; font-weight: 650; letter-spacing: -.015em; margin: .35rem 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.1rem; font-weight: 650; margin: 3rem 0 .9rem; }
h3 { font-size: .8rem; font-weight: 650; color: var(--soft); margin: 0 0 .5rem; }
.bar { display: flex; gap: 2px; height: 8px; margin: 1.75rem 0 .9rem; border-radius: 4px; overflow: hidden; }
.bar span { background: currentColor; min-width: 3px; flex-basis: 0; }

.verdicts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; margin: 0; list-style: none; }
button, select, input {
  font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--line); border-radius: 7px; padding: .35rem .7rem;
}
button { cursor: pointer; }
button:hover, select:hover { background: var(--hover); }
button:disabled { opacity: .45; cursor: default; background: none; }
button[aria-pressed=true] { border-color: currentColor; box-shadow: inset 0 0 0 1px currentColor; background: var(--surface); }
.verdicts b { font-weight: 650; font-variant-numeric: tabular-nums; }
.verdicts .label { color: var(--text); }
.plain { border: 0; background: none; padding: 0; text-align: left; text-decoration: underline; text-decoration-color: var(--soft); text-underline-offset: .15em; }
.plain:hover { background: none; text-decoration-color: currentColor; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; }
.tools input { flex: 1 1 16rem; min-width: 0; }
.tools select { flex: 0 1 11rem; min-width: 0; text-overflow: ellipsis; }
.count { display: flex; gap: .75rem; align-items: baseline; margin: 0 0 .5rem; color: var(--soft); }

.list { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); overflow: hidden; }
[hidden] { display: none !important; }
.list > li { content-visibility: auto; contain-intrinsic-size: auto 44px; border-top: 1px solid var(--line); }
.list > li:first-child { border-top: 0; }
summary { cursor: pointer; }
.list summary {
  display: grid; grid-template-columns: 1.1rem minmax(0, 22rem) minmax(0, 1fr) auto; gap: 0 .8rem; align-items: baseline;
  padding: .6rem 1rem; list-style: none;
}
.list summary::-webkit-details-marker { display: none; }
.list summary:hover { background: var(--hover); }
.list summary:focus-visible { outline-offset: -3px; }
.mark { font-weight: 700; text-align: center; }
.name { font-weight: 550; overflow-wrap: anywhere; }
.version { font-weight: 400; color: var(--soft); }
.said { color: var(--soft); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.verdict { font-size: .87rem; }
.detail {
  display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); gap: 1.75rem; padding: .5rem 1.25rem 1.6rem 2.9rem;
}
.detail section { margin-bottom: 1.4rem; }
.detail section:last-child { margin-bottom: 0; }
.run > :last-child { margin-bottom: 0; }
.detail ul, #troubles { list-style: none; margin: 0; }
.detail ul { padding: 0; }
.detail li, #troubles li { display: grid; grid-template-columns: 1.3rem minmax(0, 1fr); margin: 0 0 .35rem; overflow-wrap: anywhere; }
.detail li > span:first-child { font-weight: 700; text-align: left; }
.finding { padding: .1rem 0 .3rem; }
.hint, .more { display: block; color: var(--soft); }
.more { white-space: pre-wrap; font-size: .87rem; }
.tag { color: var(--soft); font-size: .87rem; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.links { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: .8rem 0 0; padding: 0; }
.empty { padding: 2rem 1rem; text-align: center; color: var(--soft); border: 1px dashed var(--line); border-radius: 10px; }

.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .55rem 1rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { border-top: 0; color: var(--soft); font-weight: 550; font-size: .87rem; white-space: nowrap; }
tbody th { font-weight: 550; min-width: 12rem; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.run { border: 1px solid var(--line); border-radius: 10px; background: var(--surface); padding: 1rem 1.25rem; }
.run h3 { margin: 1.2rem 0 .3rem; }
.run pre { overflow-x: auto; margin: .3rem 0 0; }
footer { padding-top: 2.5rem; padding-bottom: 3rem; color: var(--soft); font-size: .87rem; }

@media (max-width: 46rem) {
  header { padding-top: 1.5rem; }
  h1 { font-size: 1.5rem; }
  .tools select { flex: 1 1 40%; }
  .list summary { grid-template-columns: 1.1rem minmax(0, 1fr) auto; padding: .6rem .8rem; }
  .said { grid-column: 2 / -1; grid-row: 2; }
  .detail { grid-template-columns: minmax(0, 1fr); gap: 1.4rem; padding: .3rem .9rem 1.2rem 2.7rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: .45rem; }
}
@media print {
  :root {
    --ground: #fff; --surface: #fff; --text: #000; --soft: #444; --line: #bbb;
    --verified: #18774a; --rejected: #bd2c26; --inconclusive: #7a45a8; --exempt: #8d5f00; --unattested: #66655f;
  }
  body { font-size: 10pt; }
  main, header, footer { max-width: none; padding: 0; }
  .tools, .skip, .count button { display: none; }
  .list > li { content-visibility: visible; break-inside: avoid; }
  .list, .scroll, .run { border-radius: 0; }
  .scroll { overflow: visible; }
  h2 { break-after: avoid; }
}
`;
