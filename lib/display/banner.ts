import { basename, relative } from "node:path";
import type { AssetInUse, Provenance } from "../core/provenance";
import { coresAllowed } from "../core/usableCores";
import { root } from "../core/paths";
import { escapeHtml, show } from "./notebook";

/** What of the assets is shown. */
export interface AssetsInUse {
  /** `network`: what was read of the file, where that has to be said. */
  weights: AssetInUse & { file: string; network?: string };
  images: AssetInUse & { folder: string; notes: readonly string[] };
}

/** What of the engine is shown. */
type EngineInUse = Record<"name" | "version", string> & { threads: number };

type Provenances = Record<"weights" | "images", Pick<AssetInUse, "provenance">>;

/** "weights: demo · images: demo": stands in every figure, table and claim. */
export function sourceLine({ weights, images }: Provenances): string {
  return `weights: ${weights.provenance} · images: ${images.provenance}`;
}

/** What is said of the numbers, by the asset that is least like the report's. */
const comparability: Record<Provenance, { english: string; persian: string; colour: string; background: string }> = {
  demo: {
    english: "Demo numbers – not comparable with the report’s",
    persian: "اعداد نمایشی؛ با اعداد گزارش قابل مقایسه نیستند",
    colour: "#D55E00",
    background: "#FFF1E6",
  },
  custom: {
    english: "Custom weights or images – the report used the official ones",
    persian: "وزن‌ها یا تصاویر دلخواه؛ گزارش از نسخه‌های رسمی استفاده کرده است",
    colour: "#0072B2",
    background: "#E8F3FA",
  },
  official: {
    english: "Official weights and images, as in the report",
    persian: "وزن‌ها و تصاویر رسمی، همانند گزارش",
    colour: "#007A5A",
    background: "#E6F5F0",
  },
};

function comparabilityOf({ weights, images }: Provenances) {
  const used = [weights.provenance, images.provenance];
  return comparability[(["demo", "custom"] as const).find((each) => used.includes(each)) ?? "official"];
}

/** A file under the project by its path there, any other by its name: a notebook must not tell whose machine it ran on. */
function shortPath(file: string): string {
  const inside = relative(root, file);
  return inside.startsWith("..") ? basename(file) : inside;
}

/** The box's lines: which weights, images and, if it is told, engine. */
function linesOf({ weights, images }: AssetsInUse, engine?: EngineInUse): string[] {
  const asset = (what: string, provenance: string, file: string, sha256: string) =>
    `${what}: ${provenance} (${shortPath(file)}, sha256 ${sha256.slice(0, 12)}…)`;
  return [
    asset("weights", weights.provenance, weights.file, weights.sha256) +
      (weights.network ? `: ${weights.network}` : ""),
    [asset("images", images.provenance, images.folder, images.sha256), ...images.notes].join("; "),
    ...(engine ? [`engine: ${engine.name} ${engine.version}`] : []),
  ];
}

const variedTitle = "Not the report’s settings";
const variedTitleHtml = `<b>${variedTitle}</b> · <span dir="rtl" lang="fa">تنظیمات با گزارش متفاوت است</span>`;

/**
 * The banner as HTML: readable on white and on dark pages, in colour and without.
 * @param engine if there is one to tell.
 * @param cores that this process may use, where these are not all.
 */
export function bannerHtml(
  assets: AssetsInUse,
  engine?: EngineInUse,
  varied: readonly string[] = [],
  cores = coresAllowed(),
): string {
  const { english, persian, colour, background } = comparabilityOf(assets);
  const lines = linesOf(assets, engine).map(escapeHtml);
  const limit = cores && ` (this process may use ${cores})`;
  const threads = engine ? `<span class="machine">, threads: ${engine.threads}${limit}</span>` : "";
  const style = `border:1px solid ${colour};border-left-width:8px;background:${background};color:#222;padding:8px 14px;max-width:760px`;
  return [
    `<div style="${style}">`,
    `<b>${english}</b><br><b dir="rtl" lang="fa">${persian}</b><br>`,
    `${lines.join("<br>\n")}${threads}`,
    "</div>",
    ...(varied.length > 0 ? [`<p>${variedTitleHtml}<br>${varied.map(escapeHtml).join("; ")}</p>`] : []),
  ].join("\n");
}

/** Shows which weights, images and engine are in use, and whether numbers compare with the report's. @param varied settings that are not its. */
export function showBanner(assets: AssetsInUse, engine: EngineInUse, varied: readonly string[] = []): void {
  const settings = varied.map((each) => `${variedTitle}: ${each}`);
  const lines = [comparabilityOf(assets).english, ...linesOf(assets, engine), ...settings];
  show(bannerHtml(assets, engine, varied), lines.join("\n"));
}
