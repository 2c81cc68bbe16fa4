import { markup } from "./markup.ts";

/** The page's one style sheet: light and dark by the reader's own setting, ink on white when printed. */
export const style = markup`<style>
:root {
  color-scheme: light dark;
  --page: #fbfaf8; --card: #ffffff; --ink: #1d1c1a; --soft: #5c5954; --line: #dcd8d1; --head: #f3f0ea;
  --link: #1c4f8f; --mark: #fff3c4;
  --execute: #14623a; --escalate: #7a4b00; --block: #98191f; --note: #eef3fa; --warning: #fdeceb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #161614; --card: #1e1e1b; --ink: #ebe8e2; --soft: #b0aca3; --line: #3b3933; --head: #282722;
    --link: #9cc3f5; --mark: #4a3f12;
    --execute: #7fd6a4; --escalate: #f0bd6a; --block: #f59a98; --note: #202a38; --warning: #3a1f1f;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 62rem; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: break-word;
}
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 1rem; text-wrap: balance; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .75rem; }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
h4 { font-size: 1rem; margin: 1.25rem 0 .25rem; font-weight: 600; }
p { margin: 0 0 .75rem; max-width: 46rem; }
ul { margin: 0 0 .75rem; padding-left: 1.25rem; max-width: 46rem; }
li { margin: 0 0 .35rem; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .86em; }
code.long, pre code { overflow-wrap: anywhere; }
pre { background: var(--head); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto; white-space: pre-wrap; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .5rem; }
.kicker { margin: 0 0 .25rem; color: var(--soft); font-size: .85rem; letter-spacing: .06em; text-transform: uppercase; }
.lead { font-size: 1.1rem; }
.verdict { text-transform: uppercase; letter-spacing: .05em; font-size: .85em; border: 2px solid currentcolor; border-radius: 4px; padding: .05em .45em; margin-right: .35em; }
.verdict.execute { color: var(--execute); }
.verdict.escalate { color: var(--escalate); }
.verdict.block { color: var(--block); }
.cite { font-size: .78em; white-space: nowrap; color: var(--soft); }
.note { background: var(--note); border-left: 4px solid var(--link); padding: .6rem .9rem; border-radius: 0 6px 6px 0; }
.note.warning { background: var(--warning); border-left-color: var(--block); font-weight: 600; }
header, section, nav { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem 1.5rem; margin: 0 0 1.25rem; }
nav ol { columns: 2 18rem; margin: 0; padding-left: 1.5rem; }
.ordinal { color: var(--soft); font-weight: 400; margin-right: .25rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .75rem 1.5rem; margin: 0 0 1rem; }
dt { color: var(--soft); font-size: .82rem; }
dd { margin: 0; }
blockquote { margin: 0 0 1rem; padding: .25rem 0 .25rem 1rem; border-left: 3px solid var(--line); }
.scroll { overflow-x: auto; margin: 0 0 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; color: var(--soft); font-size: .85rem; padding: 0 0 .35rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
tbody th { font-weight: 500; }
thead th { color: var(--soft); font-size: .82rem; border-bottom-width: 2px; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.yes::before { content: "\\2713\\00a0"; color: var(--execute); }
.no::before { content: "\\2013\\00a0"; color: var(--soft); }
.depth-1 { padding-left: 1.25rem; } .depth-2 { padding-left: 2.5rem; } .depth-3 { padding-left: 3.75rem; }
.depth-4 { padding-left: 5rem; } .depth-5 { padding-left: 6.25rem; } .depth-6 { padding-left: 7.5rem; }
.leaf { color: var(--soft); font-size: .8rem; margin: .25rem 0 0; }
details { margin: 0 0 .35rem; }
summary { cursor: pointer; color: var(--link); font-size: .92rem; }
summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
details .scroll { margin: .5rem 0 1rem 1.25rem; }
td ul { margin: .25rem 0; font-size: .95em; }
tr:has(:target) { background: var(--mark); }
footer { color: var(--soft); font-size: .85rem; }
.ruler { display: block; width: 100%; max-width: 44rem; height: auto; margin: 0 0 1rem; }
.ruler text { fill: var(--ink); font-size: 13px; }
.ruler .limit { stroke: var(--ink); stroke-width: 1.5; }
.ruler .band { stroke: var(--card); stroke-width: 1; fill-opacity: .16; }
.ruler .execute { fill: var(--execute); } .ruler .escalate { fill: var(--escalate); } .ruler .block { fill: var(--block); }
.ruler .value { fill: var(--link); }
@media (max-width: 40rem) {
  body { padding: .75rem .5rem 3rem; }
  header, section, nav { padding: 1rem; border-radius: 8px; }
  h1 { font-size: 1.4rem; }
}
@media print {
  @page { size: A4; margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt sans-serif; } }
  :root {
    color-scheme: light;
    --page: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --head: #fff; --link: #000; --mark: #fff;
    --execute: #000; --escalate: #000; --block: #000; --note: #fff; --warning: #fff;
  }
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; }
  header, section, nav { border: 0; border-radius: 0; padding: 0; margin: 0 0 8mm; }
  section { border-top: 1px solid var(--line); padding-top: 5mm; }
  h1 { font-size: 17pt; } h2 { font-size: 12.5pt; } h3 { font-size: 10.5pt; }
  h2, h3, h4, caption, thead { break-after: avoid; }
  tbody tr:first-child, h3 + p { break-before: avoid; }
  tr, dl > div, li, .note, pre, .keep { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  .cite { color: var(--soft); }
  .skip { display: none; }
  details::details-content { content-visibility: visible; height: auto; }
  summary { list-style: none; break-after: avoid; color: var(--ink); }
  a { text-decoration: none; }
  p, ul { max-width: none; }
}
</style>`;
