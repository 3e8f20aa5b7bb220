import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { transform, version } from "esbuild";
import MarkdownIt from "markdown-it";
import { readIfThere, sha256, writeAtomically } from "../../core/files";
import { buildFolder } from "../../core/paths";
import { escapeHtml } from "../../display/notebook";
import { type Cell, type CodeCell, cellLabel, type MimeBundle, type Notebook, type Output } from "./notebookFile";
import { reportStyle } from "./reportStyle";

/** Nothing may be loaded from anywhere: the report is whole as it is, and the browser sees to it. */
const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:";

/** The notebooks are this project's own, so their HTML is trusted. */
const markdown = new MarkdownIt({ html: true });

interface Heading {
  level: number;
  id: string;
  html: string;
}

/** An executed notebook and its file name without the folder. */
export interface Chapter {
  name: string;
  notebook: Notebook;
}

/**
 * Writes executed notebooks as one HTML page that needs no other file and no network. Figures are interactive.
 * @throws FileError if it cannot be written.
 */
export async function writeReport(file: string, chapters: Chapter[]): Promise<void> {
  await writeAtomically(file, reportHtml(chapters, await minifiedPlotly()));
}

/** The source of Plotly, minified (10 MB become 5 MB); kept under build/cache. */
export async function minifiedPlotly(): Promise<string> {
  const source = await readFile(require.resolve("plotly.js-dist/plotly.js"), "utf8");
  const file = join(buildFolder, "cache", `plotly-${sha256(source + version).slice(0, 16)}.min.js`);
  const cached = readIfThere(file);
  if (cached !== undefined) return cached;
  const { code } = await transform(source, { loader: "js", minify: true, legalComments: "inline" });
  await writeAtomically(file, code);
  return code;
}

/** The page. @param plotly source of Plotly, for the figures' own scripts to find. */
export function reportHtml(chapters: Chapter[], plotly: string): string {
  const headings: Heading[] = [];
  const sections = chapters.map(({ name, notebook }) => {
    const body = notebook.cells.map((cell) => cellHtml(cell, name, headings)).join("\n");
    return `<section id="${slug(name)}">\n${linkedWithin(body, chapters)}\n</section>`;
  });
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Low-rank compression of ResNet-18</title>
<style>${reportStyle}</style>
<script>${insideScript(plotly)}</script>
</head>
<body>
<nav aria-label="Contents">
${headings.map(({ level, id, html }) => `<div style="margin-left:${level - 1}rem"><a href="#${id}">${html}</a></div>`).join("\n")}
</nav>
${sections.join("\n")}
</body>
</html>
`;
}

function cellHtml(cell: Cell, chapter: string, headings: Heading[]): string {
  if (cell.cell_type === "code") return codeHtml(cell);
  return cell.cell_type === "markdown" ? markdownHtml(cell.source, chapter, headings) : "";
}

/** Renders Markdown; its headings of levels 1 and 2 get anchors and go into the table of contents. */
function markdownHtml(source: string, chapter: string, headings: Heading[]): string {
  const tokens = markdown.parse(source, {});
  for (const [i, token] of tokens.entries()) {
    if (token.type !== "heading_open" || !["h1", "h2"].includes(token.tag)) continue;
    const id = `${slug(chapter)}-${headings.length}`;
    token.attrSet("id", id);
    headings.push({ level: Number(token.tag[1]), id, html: markdown.renderInline(tokens[i + 1].content) });
  }
  return markdown.renderer.render(tokens, markdown.options, {});
}

function codeHtml({ source, execution_count, outputs }: CodeCell): string {
  const summary = `[${execution_count ?? " "}] ${escapeHtml(cellLabel(source))}`;
  const code = `<details><summary>${summary}</summary><pre><code>${escapeHtml(source)}</code></pre></details>`;
  return [code, ...outputs.map((output) => `<div class="output">${outputHtml(output)}</div>`)].join("\n");
}

function outputHtml(output: Output): string {
  if (output.output_type === "stream") return `<pre class="${output.name}">${escapeHtml(output.text)}</pre>`;
  if (output.output_type === "error") return `<pre class="stderr">${escapeHtml(output.traceback.join("\n"))}</pre>`;
  return bundleHtml(output.data);
}

/** The richest form that an output offers. */
function bundleHtml(data: MimeBundle): string {
  const text = (mime: string) => data[mime] as string;
  if ("text/html" in data) return text("text/html");
  if ("image/svg+xml" in data) return text("image/svg+xml");
  if ("image/png" in data) return `<img alt="" src="data:image/png;base64,${text("image/png").trim()}">`;
  if ("text/markdown" in data) return markdown.render(text("text/markdown"));
  return "text/plain" in data ? `<pre>${escapeHtml(text("text/plain"))}</pre>` : "";
}

/** Links from chapter to chapter lead within the page. */
function linkedWithin(html: string, chapters: Chapter[]): string {
  return chapters.reduce((text, { name }) => text.replaceAll(`href="${name}.ipynb"`, `href="#${slug(name)}"`), html);
}

/** Inside a script element neither of these may stand as it is; in JavaScript the backslash changes nothing. */
function insideScript(source: string): string {
  return source.replace(/<(?=\/script|!--)/gi, "<\\");
}

function slug(name: string): string {
  return name.replace(/[^\w-]+/g, "-");
}
