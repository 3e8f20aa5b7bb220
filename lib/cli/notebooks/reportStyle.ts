/** How the report looks, on light and on dark screens; Persian paragraphs run from right to left by themselves. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --soft: #f4f4f2; --line: #d6d6d0; --link: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e3; --paper: #17181a; --soft: #222427; --line: #3b3e42; --link: #7db7f0; }
}
body { margin: 0 auto; max-width: 60rem; padding: 1rem 1.5rem 4rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.6 system-ui, "Segoe UI", Roboto, "Noto Sans", Vazirmatn, Tahoma, sans-serif; }
a { color: var(--link); }
nav { border: 1px solid var(--line); border-radius: 6px; padding: 0.5rem 1.5rem; }
nav ul { list-style: none; padding-left: 1rem; margin: 0.2rem 0; }
section { border-top: 3px solid var(--line); margin-top: 3rem; }
p, li, td, th, h1, h2, h3 { unicode-bidi: plaintext; text-align: start; }
[dir="rtl"] { text-align: right; }
pre { background: var(--soft); padding: 0.7rem 1rem; overflow-x: auto; border-radius: 6px; font-size: 0.85rem; line-height: 1.45; }
pre.stderr { border-left: 4px solid #b00020; }
details > summary { cursor: pointer; font-family: ui-monospace, monospace; font-size: 0.8rem; opacity: 0.7; }
.output { overflow-x: auto; margin: 0.8rem 0; }
.output img { max-width: 100%; background: #fff; }
.low-rank-figure:not(:empty) { background: #fff; }
table { border-collapse: collapse; font-size: 0.9rem; min-width: 26rem; }
th, td { border-bottom: 1px solid var(--line); padding: 0.25rem 0.7rem; vertical-align: top; }
@media print { details { display: none; } }
`;
