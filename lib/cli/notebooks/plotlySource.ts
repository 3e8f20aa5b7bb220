import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { transform, version } from "esbuild";
import { readIfThere, sha256, writeAtomically } from "../../core/files";
import { buildFolder } from "../../core/paths";

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
