import { type Assets, loadAssets } from "../assets/assets";
import type { Engine } from "../engines/engine";
import { onnxRuntime } from "../engines/onnxRuntime";
import { showBanner, sourceLine } from "../display/banner";
import type { Network } from "../network/network";
import { resnet18 } from "../network/resnet18";
import { currentSettings } from "../core/settings";
import { requireReportClasses } from "./reportClasses";

/** What every chapter starts from: the assets in use, the network they make, and the engine that runs it. */
export interface Chapter {
  number: number;
  assets: Assets;
  network: Network;
  engine: Engine;
  /** "weights: demo · images: demo": stands in every figure and table. */
  source: string;
  fresh: boolean;
}

/**
 * Loads the weights and images in use, builds the network, and shows at the top of the chapter which they are.
 * @throws FileError if one of the reader's own files is missing or damaged, or the images are not of ten classes.
 */
export async function openChapter(number: number): Promise<Chapter> {
  const settings = currentSettings();
  const assets = await loadAssets(settings);
  requireReportClasses(assets);
  const engine = onnxRuntime(settings.threads);
  const network = resnet18(assets.weights.stateDict, assets.weights.file);
  showBanner(assets, engine);
  return { number, assets, network, engine, source: sourceLine(assets), fresh: settings.fresh };
}
