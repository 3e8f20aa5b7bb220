import { type Figure, figureSize, specification } from "./specification";
import { escapeHtml } from "../notebook";

/**
 * Draws every figure of the page that is not drawn yet, with the page's Plotly or else the one that the Jupyter server
 * offers in the project's node_modules, and hides the picture that holds its place. One load serves all figures.
 * Kept short: it stands in each figure's output.
 */
const draw = `((w, d) => {
const lab = d.getElementById("jupyter-config-data");
const base = d.body.dataset.baseUrl || (lab ? JSON.parse(lab.textContent).baseUrl : "/");
w.lowRankPlotly ||= w.Plotly ? Promise.resolve() : new Promise((done, failed) => {
const s = d.createElement("script");
s.src = base + "files/node_modules/plotly.js-dist/plotly.js";
s.onload = done; s.onerror = failed;
d.head.append(s);
});
w.lowRankPlotly.then(() => d.querySelectorAll(".low-rank-figure:empty").forEach(async (f) => {
const { data, layout } = JSON.parse(f.nextElementSibling.textContent);
await w.Plotly.newPlot(f, data, {...layout, hoverlabel: {namelength: -1}}, {responsive: true, displaylogo: false});
const p = d.querySelectorAll('img[src*="' + f.dataset.picture + '"]');
p.forEach((i) => { (i.closest(".output_area, .jp-OutputArea-child") || i).style.display = "none"; });
}), () => { w.lowRankPlotly = null; });
})(window, document);`;

/** Characters near a PNG's end, in base64: its checksum and last pixels, so that a page's pictures can be told apart. */
function fingerprint(png: Buffer): string {
  return png.toString("base64").slice(-48, -16);
}

/**
 * HTML that draws the figure where scripts run and Plotly can be had, and otherwise only says what the picture shows.
 * @param png the figure's picture, an output just before this one.
 */
export function interactive(figure: Figure, png: Buffer): string {
  const { english } = figure.title;
  const title = figure.number ? `Figure ${figure.number}: ${english}` : english;
  const label = escapeHtml(`${title}. ${figure.description} ${figure.source}`);
  const json = specification(figure).replace(/</g, "\\u003c");
  const parts = [
    `<div class="low-rank-figure" role="figure" aria-label="${label}" data-picture="${fingerprint(png)}" style="max-width:${figureSize.width}px"></div>`,
    `<script type="application/json">${json}</script>`,
    `<script>${draw}</script>`,
    `<p><small>${escapeHtml(figure.description)}</small></p>`,
  ];
  return (figure.timed ? ['<div class="time">', ...parts, "</div>"] : parts).join("\n");
}
