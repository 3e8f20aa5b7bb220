import { contentKey, firstImages } from "../../assets/images/labelledImages";
import { cached } from "../../core/cache";
import { run } from "../../engines/run";
import type { Network } from "../../network/network";
import { partsOf, type RankPlan } from "../../network/rankPlan";
import { int8Network, rangeImages } from "../quantize/int8Network";
import { convolutionsOf } from "../quantize/quantizeNetwork";
import { measureLatencyTable, optionOf, predictMs } from "./latencyTable";
import type { LayerMeasurements, MeasureOptions } from "./measureLayers";
import { meanDivergence } from "./sensitivity";

export interface MeasureInt8Options extends MeasureOptions {
  /** The largest whole number that a weight may be. */
  mostWeight: number;
}

/**
 * What was measured of a network, its times taken in int8 instead; where a layer is slower so, that of fp32 stands.
 * @param measured in fp32, by the same options.
 */
export async function measureInt8(
  measured: LayerMeasurements,
  options: MeasureInt8Options,
): Promise<LayerMeasurements> {
  const { engine, batch, imageShape, rounds = 5, cache, onStep } = options;
  const { network, layers } = measured;
  const candidates = new Map(layers.map(({ layer, options }) => [layer, options.flatMap(({ ranks }) => ranks ?? [])]));
  const table = await measureLatencyTable(network, candidates, {
    threads: engine.threads,
    batch,
    imageShape,
    precision: "int8",
    runs: rounds,
    cache,
    onProgress: (done, total) => onStep?.("latency table, int8", done, total),
  });
  return {
    ...measured,
    restMs: table.restMs,
    busy: Math.max(measured.busy, table.busy),
    int8: { fp32Ms: predictMs(measured, new Map()), loss: await roundingLoss(network, options) },
    layers: layers.map(({ options, ...layer }, i) => ({
      ...layer,
      options: options.map((option) => {
        const { ms } = optionOf(table.layers[i], option.ranks);
        return ms <= option.ms ? { ...option, ms } : { ...option, keepsFp32: true };
      }),
    })),
  };
}

/** What rounding all convolutions costs a network, in the unit of the sensitivity; kept by content. */
async function roundingLoss(network: Network, options: MeasureInt8Options): Promise<number> {
  const { engine, images, sensitivityImages, mostWeight, cache, onStep } = options;
  const few = firstImages(images, sensitivityImages);
  const measure = async () => {
    const onProgress = (done: number, total: number) => onStep?.("ranges", done, total);
    const calibration = { images: firstImages(images, rangeImages), engine, onProgress };
    const rounded = await int8Network(network, { layers: convolutionsOf(network), mostWeight }, calibration);
    return meanDivergence(await run(network, few, engine), await run(rounded, few, engine));
  };
  const origin = { network, images: contentKey(images), sensitivityImages, mostWeight, engine: engine.version };
  return cached("rounding-loss-1", origin, cache, measure);
}

/** The layers that by the table are slower in int8, at their ranks in a plan. */
export function slowerInInt8({ layers }: Pick<LayerMeasurements, "layers">, ranks: RankPlan): Set<string> {
  const slower = layers.filter((measured) => optionOf(measured, ranks.get(measured.layer)).keepsFp32);
  return new Set(slower.map(({ layer }) => layer));
}

/** The convolutions of a split network that compute in int8. @param inFp32 layers that do not, split or whole. */
export function int8LayersOf(split: Network, inFp32: ReadonlySet<string>): Set<string> {
  const kept = new Set([...inFp32].flatMap((layer) => [layer, ...partsOf(layer)]));
  return new Set([...convolutionsOf(split)].filter((name) => !kept.has(name)));
}
