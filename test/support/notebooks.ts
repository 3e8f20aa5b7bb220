import { readFileSync } from "node:fs";
import type { Claim } from "../../lib/claims/claims";
import { report } from "../../lib/claims/report";
import type { Verdict } from "../../lib/claims/verdicts";
import type { ReportContent } from "../../lib/cli/notebooks/htmlReport";
import { type Cell, codeCells, type Notebook, parseNotebook } from "../../lib/cli/notebooks/notebookFile";
import { Results } from "../../lib/cli/results";

const { JSDOM } = require("jsdom");

/** A notebook with these code cells, nothing run yet. */
export function notebookOf(...sources: string[]): Notebook {
  const cells = sources.map(
    (source, i): Cell => ({
      cell_type: "code",
      id: `cell-${i}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    }),
  );
  const kernelspec = { display_name: "TypeScript (low-rank-resnet)", language: "typescript", name: "low-rank-resnet" };
  return { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}

export const madeUpAssets: ReportContent["assets"] = {
  weights: { provenance: "demo", sha256: "0".repeat(64), file: "weights.safetensors" },
  images: { provenance: "demo", sha256: "1".repeat(64), folder: "images", notes: [] },
};

/** A claim of data/report.json, settled like this. */
export function claimOf(id: string, verdict: Verdict, computed: string | number = "1"): Claim {
  const { chapter, english, reported } = report.claims[id];
  const assets = { weights: "demo", images: "demo", assets: "" } as const;
  const says = { note: "", mustHold: false, holds: verdict === "reproduced", timed: false };
  return { id, chapter, claim: english, reported, computed, verdict, ...assets, ...says };
}

/** What the page of all committed notebooks shows; the claims as their tables say. */
export function committedReport(): ReportContent {
  const results = new Results();
  const chapters = results.all().map((chapter) => {
    const path = results.source(chapter);
    return { name: chapter.name, notebook: parseNotebook(readFileSync(path, "utf8"), path) };
  });
  const outputs = chapters.flatMap(({ notebook }) => codeCells(notebook).flatMap((cell) => cell.outputs));
  const tables = outputs.flatMap((output) => ("data" in output ? [String(output.data["text/html"] ?? "")] : []));
  const claims = tables.filter((html) => /Claims of chapter \d, settled/.test(html)).flatMap(claimsIn);
  return { assets: madeUpAssets, claims, chapters };
}

function claimsIn(html: string): Claim[] {
  const rows = [...new JSDOM(html).window.document.querySelectorAll("tbody tr")] as {
    cells: { innerHTML: string; textContent: string }[];
  }[];
  return rows.map(({ cells: [id, , , computed, verdict] }) =>
    claimOf(id.textContent, verdict.innerHTML.match(/>. ([a-z ]+)</)![1] as Verdict, computed.textContent),
  );
}
