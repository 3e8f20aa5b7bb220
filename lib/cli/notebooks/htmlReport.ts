import { readFileSync } from "node:fs";
import { join } from "node:path";
import MarkdownIt from "markdown-it";
import type { Claim } from "../../claims/claims";
import { overviewHtml, type Place } from "../../claims/overview";
import { writeAtomically } from "../../core/files";
import { type AssetsInUse, bannerHtml } from "../../display/banner";
import { escapeHtml } from "../../display/notebook";
import { type CodeCell, codeCells, cellLabel, hasTag, type Notebook, type Output } from "./notebookFile";

/** Nothing may be loaded from anywhere: the report is whole as it is, and the browser sees to it. */
const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:";

/** The notebooks are this project's own, so their HTML is trusted. */
const markdown = new MarkdownIt({ html: true });

/** An executed notebook and its file name without the folder. */
export interface Chapter {
  name: string;
  notebook: Notebook;
}

/** What the report shows. */
export interface ReportContent {
  assets: AssetsInUse;
  claims: Claim[];
  chapters: Chapter[];
}

/** Writes executed notebooks as one HTML page that needs no other file. @throws FileError if it cannot be written. */
export async function writeReport(file: string, content: ReportContent): Promise<void> {
  const plotly = readFileSync(require.resolve("plotly.js-cartesian-dist-min"), "utf8");
  await writeAtomically(file, reportHtml(content, plotly));
}

/**
 * The page: weights and images, verdicts, the figure of the last cell tagged `summary`, then the chapters, folded.
 * @param plotly source of Plotly, for the figures' own scripts to find.
 */
export function reportHtml({ assets, claims, chapters }: ReportContent, plotly: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Low-rank compression of ResNet-18</title>
<style>${besides("report.css")}</style>
<script>${insideScript(plotly)}</script>
</head>
<body>
<main>
<h1>Low-rank compression of ResNet-18 <span dir="rtl" lang="fa">بازتولید و سنجش گزارشی دربارهٔ فشرده‌سازی کم‌رتبهٔ ResNet-18</span></h1>
${bannerHtml(assets)}
${claims.length > 0 ? verdictsHtml(claims, chapters) : ""}
${summaryFigure(chapters)}
<h2>Chapters <span dir="rtl" lang="fa">فصل‌ها</span></h2>
${chapters.map((chapter) => chapterHtml(chapter, chapters)).join("\n")}
</main>
<script>${besides("report.js")}</script>
</body>
</html>
`;
}

/** All code cells, each with its chapter's name. */
const cellsOf = (chapters: Chapter[]) =>
  chapters.flatMap(({ name, notebook }) => codeCells(notebook).map((cell) => ({ name, cell })));

/** The claims in two tables, of which a screen shows one. */
function verdictsHtml(claims: Claim[], chapters: Chapter[]): string {
  const cells = cellsOf(chapters);
  const placeOf = (id: string): Place | undefined => {
    const shows = (output: Output) => htmlOf(output).includes(`<code>${id}</code>`);
    const found = cells.find(({ cell }) => cell.outputs.some(shows));
    return found && { href: `#${anchor(found.name, found.cell)}`, cell: found.cell.execution_count };
  };
  return `<section class="overview" aria-labelledby="verdicts">
<h2 id="verdicts">Verdicts <span dir="rtl" lang="fa">حکم‌ها</span></h2>
<input type="radio" name="language" id="english" checked><label for="english">English</label>
<input type="radio" name="language" id="persian"><label for="persian" lang="fa">فارسی</label>
<div class="scrolls">
${overviewHtml(claims, placeOf)}
</div>
</section>`;
}

/** What the last cell tagged `summary` shows. */
function summaryFigure(chapters: Chapter[]): string {
  const last = cellsOf(chapters)
    .filter(({ cell }) => hasTag(cell, "summary"))
    .at(-1);
  if (!last) return "";
  const link = `<a href="#${anchor(last.name, last.cell)}">the cell that drew this</a>`;
  return `<figure>\n${outputsHtml(last.cell)}\n<figcaption>${link}</figcaption>\n</figure>`;
}

/** A chapter begins with its title in both languages: here that is what the fold shows. */
function chapterHtml({ name, notebook }: Chapter, chapters: Chapter[]): string {
  const start = notebook.cells[0]?.source.match(/^# (.+)\n*(<div dir="rtl".*<\/div>)?/);
  const [opening, title, persian = ""] = start ?? ["", name];
  const sections: string[] = [];
  const body = notebook.cells.map((cell, i) => {
    if (cell.cell_type === "code") return codeHtml(cell, anchor(name, cell));
    const source = i === 0 ? cell.source.slice(opening.length) : cell.source;
    return cell.cell_type === "markdown" ? markdownHtml(source, slug(name), sections) : "";
  });
  return `<details class="chapter" id="${slug(name)}">
<summary><h2>${markdown.renderInline(title)}</h2> ${persian}</summary>
<nav aria-label="${escapeHtml(title)}">${sections.join("\n")}</nav>
${linkedWithin(body.join("\n"), chapters)}
</details>`;
}

/** Renders Markdown, headings one level lower than in the notebook; those of level 2 get anchors, and links in `sections`. */
function markdownHtml(source: string, chapter: string, sections: string[]): string {
  const tokens = markdown.parse(source, {});
  for (const [i, token] of tokens.entries()) {
    if (!token.type.startsWith("heading_")) continue;
    if (token.type === "heading_open" && token.tag === "h2") {
      const id = `${chapter}-section-${sections.length + 1}`;
      token.attrSet("id", id);
      sections.push(`<a href="#${id}">${markdown.renderInline(tokens[i + 1].content)}</a>`);
    }
    token.tag = `h${Number(token.tag[1]) + 1}`;
  }
  return markdown.renderer.render(tokens, markdown.options, {});
}

function codeHtml(cell: CodeCell, id: string): string {
  const summary = `[${cell.execution_count ?? " "}] ${escapeHtml(cellLabel(cell.source))}`;
  const code = `<details class="code"><summary>${summary}</summary><pre><code>${escapeHtml(cell.source)}</code></pre></details>`;
  return `<div id="${id}">\n${code}\n${outputsHtml(cell)}\n</div>`;
}

/** A figure's picture has what the interactive figure after it says of itself. */
function outputsHtml({ outputs }: CodeCell): string {
  const labels = outputs.map(
    (output) => htmlOf(output).match(/class="low-rank-figure"[^>]* aria-label="([^"]*)"/)?.[1],
  );
  const altOf = (i: number) => labels.slice(i + 1).find(Boolean);
  return outputs.map((output, i) => `<div class="scrolls">${outputHtml(output, altOf(i))}</div>`).join("\n");
}

const htmlOf = (output: Output) => ("data" in output ? String(output.data["text/html"] ?? "") : "");

/** The richest form that an output offers. @param alt what a picture shows, as an attribute's text. */
function outputHtml(output: Output, alt = ""): string {
  if (output.output_type === "stream") return `<pre class="${output.name}">${escapeHtml(output.text)}</pre>`;
  if (output.output_type === "error") return `<pre class="stderr">${escapeHtml(output.traceback.join("\n"))}</pre>`;
  const { data } = output;
  const text = (mime: string) => data[mime] as string;
  if ("text/html" in data) return text("text/html");
  if ("image/svg+xml" in data) return text("image/svg+xml");
  if ("image/png" in data) return `<img alt="${alt}" src="data:image/png;base64,${text("image/png").trim()}">`;
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

/** A file beside this one. */
const besides = (name: string) => readFileSync(join(__dirname, name), "utf8");

const anchor = (name: string, cell: CodeCell) => `${slug(name)}-${slug(cell.id)}`;

function slug(name: string): string {
  return name.replace(/[^\w-]+/g, "-");
}
