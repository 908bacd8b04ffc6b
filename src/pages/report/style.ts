/** How a report looks: light, dark, and on paper. Pictures are white in all three, as they are drawn. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #ffffff; --soft: #f3f3f1; --line: #c9c9c4; --warn: #9a3b00; --link: #00588f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e3; --paper: #17181a; --soft: #24262a; --line: #4a4d52; --warn: #ffb27d; --link: #7cc4f5; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 70rem; color: var(--ink); background: var(--paper);
  font: 16px/1.5 Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.3rem; margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin-top: 1.8rem; overflow-wrap: anywhere; }
a { color: var(--link); }
nav ol { columns: 2; column-gap: 2rem; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: .5rem .75rem;
  white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; margin: .75rem 0; }
td { overflow-wrap: break-word; max-width: 40rem; }
th, td { text-align: left; vertical-align: top; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--line); }
th.number { text-align: right; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; }
figure img { max-width: 100%; height: auto; background: #ffffff; border: 1px solid var(--line); border-radius: 4px; }
figcaption { font-size: .85rem; overflow-wrap: anywhere; }
.frames { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: .75rem; }
.frames figure { margin: 0; }
.warning { color: var(--warn); }
.missing { font-style: italic; }
@media (max-width: 40rem) { nav ol { columns: 1; } }
@media print {
  :root { --ink: #000000; --paper: #ffffff; --soft: #ffffff; --line: #999999; --warn: #000000; --link: #000000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  figure, tr, pre { break-inside: avoid; } h2, h3 { break-after: avoid; }
  .wide { overflow: visible; }
  table { font-size: 7.5pt; } th, td, td.number { white-space: normal; padding-right: .3rem; }
}
`;
