/** How the page looks: light or dark as the reader's system is; columns as many as have room. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #ffffff; --soft: #f3f3f1; --line: #d0d0cb; --faint: #62625d;
  --model: #0072b2; --driver: #1c1c1c; --crash: #d55e00; --manual: #f6dfb8; --link: #00588f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e3; --paper: #17181a; --soft: #24262a; --line: #43464b; --faint: #a5a6a3;
    --model: #56b4e9; --driver: #e6e6e3; --crash: #ff8a3d; --manual: #5a4318; --link: #7cc4f5; }
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper); font: 15px/1.4 Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif; }
header { position: sticky; top: 0; z-index: 1; background: var(--paper); border-bottom: 1px solid var(--line); padding: .6rem 1rem; }
h1 { font-size: 1.05rem; margin: 0; }
.bar { display: flex; flex-wrap: wrap; gap: .4rem .7rem; align-items: center; }
.bar + .bar, #time-line + .bar { margin-top: .35rem; }
.bar label { display: inline-flex; gap: .3rem; align-items: center; font-size: .85rem; }
#clock { margin-left: auto; font-variant-numeric: tabular-nums; }
button, select { font: inherit; font-size: .85rem; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: .2rem .6rem; }
button:hover:enabled, select:hover:enabled { border-color: var(--faint); }
button:focus-visible, select:focus-visible, input:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
#play { min-width: 4.2rem; font-weight: bold; }
#time { appearance: none; display: block; width: 100%; height: 16px; margin: .35rem 0 .15rem; background: transparent; cursor: pointer; }
#time::-webkit-slider-runnable-track { height: 4px; border-radius: 2px; background: var(--line); }
#time::-moz-range-track { height: 4px; border-radius: 2px; background: var(--line); }
#time::-webkit-slider-thumb { appearance: none; width: 16px; height: 16px; margin-top: -6px; border-radius: 50%; border: 0; background: var(--ink); }
#time::-moz-range-thumb { width: 16px; height: 16px; border-radius: 50%; border: 0; background: var(--ink); }
#opacity { width: 6rem; }
canvas { display: block; touch-action: none; }
.time-line, .steering, .neurons { cursor: crosshair; }
#choose { font-size: .85rem; } #choose[open] { width: 100%; } #choices { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: .3rem 0; max-height: 9rem; overflow: auto; }
summary { cursor: pointer; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 1.2rem; padding: .8rem 1rem 1.5rem; }
.drive { min-width: 0; max-width: 46rem; }
@media (min-width: 60rem) { .drive:only-child { max-width: none; display: grid; grid-template-columns: 1fr 1fr; gap: 1.2rem; } }
.drive > div { min-width: 0; }
h2 { font-size: 1.05rem; margin: 0; display: inline-block; margin-right: .6rem; }
.facts { display: inline-block; font-size: .85rem; color: var(--faint); vertical-align: baseline; max-width: 100%; } .facts p { margin: .1rem 0; overflow-wrap: anywhere; }
.frame { width: 100%; height: auto; margin-top: .3rem; border-radius: 4px; background: var(--soft); touch-action: auto; } .frame.over { opacity: .35; }
.drive p { margin: .3rem 0; font-size: .85rem; }
.now, .values, .neuron { font-variant-numeric: tabular-nums; } .now.manual { color: var(--crash); font-weight: bold; }
.values { display: flex; flex-wrap: wrap; gap: 0 1rem; } .values b { display: inline-block; min-width: 3.2em; text-align: right; } .unit { color: var(--faint); }
.curve i { display: inline-block; width: 1.4em; vertical-align: middle; margin-right: .35em; border-top: 2px solid var(--model); } .curve.driver i { border-top: 2px dashed var(--driver); }
.plot { overflow: hidden; }
.remark { color: var(--faint); font-style: italic; }
footer { padding: 0 1rem 1.5rem; font-size: .85rem; color: var(--faint); max-width: 70rem; }
.swatch { display: inline-block; width: 1.2em; height: .8em; vertical-align: -1px; border-radius: 2px; } .swatch.manual { background: var(--manual); } .swatch.crash { background: var(--crash); width: 3px; height: 1em; }
.swatch.ramp { width: 5em; background: linear-gradient(to right, #00224e, #434e6c, #7d7c78, #bcae6c, #fee838); } .swatch.none { background: #cc79a7; }
dialog { color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 6px; max-width: 34rem; } dialog::backdrop { background: rgba(0, 0, 0, .4); }
dialog h2 { display: block; } table { border-collapse: collapse; margin: .6rem 0; font-size: .9rem; } td { padding: .15rem 1rem .15rem 0; vertical-align: top; }
kbd { font: inherit; border: 1px solid var(--line); border-radius: 3px; padding: 0 .35em; background: var(--soft); white-space: nowrap; }
`;
