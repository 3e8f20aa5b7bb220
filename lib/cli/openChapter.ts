import { totalmem } from "node:os";
import { join } from "node:path";
import type { Assets } from "../assets/assets";
import { shapeFor } from "../assets/images/labelledImages";
import { report } from "../claims/report";
import type { Cache } from "../core/cache";
import { UserError } from "../core/errors";
import { buildFolder } from "../core/paths";
import { currentSettings } from "../core/settings";
import { showBanner, sourceLine } from "../display/banner";
import { exportTo } from "../display/exports";
import type { Engine } from "../engines/engine";
import { onnxRuntime } from "../engines/onnxRuntime";
import type { Network } from "../network/network";
import { exportFolder } from "./arguments";
import { type Loaded, obstacleTo } from "./chapterNeeds";
import { load, shown } from "./inUse";

/** What a chapter starts from: the network and the images in use, the engine that runs them, and what the reader varied. */
export interface Chapter<N extends number = number> {
  number: N;
  network: Network;
  /** "ResNet-18"; see kindOf. */
  kind: string;
  weights: Pick<Assets["weights"], "provenance" | "file" | "sha256">;
  images: Assets["images"];
  engine: Engine;
  /** The report's shape of images, or of a batch of them, as the network takes these; another shape as it is. */
  asTaken(shape: readonly number[]): number[];
  /** For results of earlier runs. */
  cache: Cache;
  /** Whether to draw all points where fewer are the default. */
  full: boolean;
  /** "weights: demo · images: demo": stands in every figure and table. */
  source: string;
  /** The reader's note on the weights, such as which tensors are not the official ones. */
  note?: string;
  /** Settings that are not the report's: "threshold: 0.9 instead of 0.95". */
  varied: string[];
}

/**
 * Loads the weights and images that the environment's settings name, builds the network, and shows at the top of the chapter
 * which they are, and which of the chapter's parameters are not the report's settings. Figures and tables of varied
 * parameters are written apart.
 * @param parameters what the notebook's `parameters` cell holds; those left out count as the report's.
 * @throws UserError if there is too little memory; FileError if a file is missing, damaged, or none that the chapter can run on.
 */
export async function openChapter<N extends number>(
  number: N,
  parameters: Record<string, unknown> = {},
): Promise<Chapter<N>> {
  requireMemory(totalmem());
  const { fresh, full, note, threads, ...settings } = currentSettings(process.env);
  const loaded = await loadForReport(settings);
  const obstacle = obstacleTo(number, loaded);
  if (obstacle) throw obstacle;
  const { weights, images, read } = loaded;
  const engine = onnxRuntime(threads);
  const varied = variations(parameters, report.settings[number] ?? {});
  exportTo(varied.length > 0 ? join(buildFolder, "figures", "varied") : exportFolder(process.env));
  showBanner(shown(loaded), engine, varied);
  const source = sourceLine(loaded);
  const asTaken = (shape: readonly number[]) => shapeFor(images.train, shape);
  const { network, kind } = read;
  return { number, network, kind, weights, images, engine, asTaken, cache: { fresh }, full, source, note, varied };
}

/**
 * The weights and images that the settings name, and the network: for what repeats the report.
 * @throws FileError if a file is missing or damaged, holds no ResNet, or there are fewer images than the report's.
 */
export function loadForReport(settings: Parameters<typeof load>[0]): Promise<Loaded> {
  const { trainImages: train, testImages: test } = report.settings[3] as { trainImages: number; testImages: number };
  return load(settings, { train, test });
}

/** @throws UserError below the memory with which extracting features and drawing figures may fail. */
export function requireMemory(bytes: number): void {
  const [least, found] = [3, bytes / 2 ** 30];
  if (found < least) throw new UserError(`${found.toFixed(1)} GiB of memory: ${least} GiB are needed`);
}

/** A line for each parameter that is not the report's: "threshold: 0.9 instead of 0.95". Values are compared as JSON. */
export function variations(parameters: Record<string, unknown>, reported: Record<string, unknown>): string[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    if (!(name in reported)) return [`${name}: ${textOf(value)}, which the report does not set`];
    if (JSON.stringify(value) === JSON.stringify(reported[name])) return [];
    return [`${name}: ${textOf(value)} instead of ${textOf(reported[name])}`];
  });
}

/** As the reader would write it; JSON knows neither NaN nor undefined. */
const textOf = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));
