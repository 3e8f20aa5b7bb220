import { firstImages } from "../../assets/images/labelledImages";
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
  { engine, batch, imageShape, images, sensitivityImages, rounds = 5, mostWeight, cache, onStep }: MeasureInt8Options,
): Promise<LayerMeasurements> {
  const { network, layers } = measured;
  const progressOf = (step: string) => (done: number, total: number) => onStep?.(step, done, total);
  const candidates = new Map(layers.map(({ layer, options }) => [layer, options.flatMap(({ ranks }) => ranks ?? [])]));
  const table = await measureLatencyTable(network, candidates, {
    threads: engine.threads,
    batch,
    imageShape,
    precision: "int8",
    runs: rounds,
    cache,
    onProgress: progressOf("latency table, int8"),
  });
  const int8 = { layers: convolutionsOf(network), mostWeight };
  const calibration = { images: firstImages(images, rangeImages), engine, onProgress: progressOf("ranges") };
  const quantized = await int8Network(network, int8, calibration);
  const few = firstImages(images, sensitivityImages);
  return {
    ...measured,
    restMs: table.restMs,
    busy: Math.max(measured.busy, table.busy),
    int8: {
      fp32Ms: predictMs(measured, new Map()),
      loss: meanDivergence(await run(network, few, engine), await run(quantized, few, engine)),
    },
    layers: layers.map(({ options, ...layer }, i) => ({
      ...layer,
      options: options.map((option) => {
        const { ms } = optionOf(table.layers[i], option.ranks);
        return ms <= option.ms ? { ...option, ms } : { ...option, keepsFp32: true };
      }),
    })),
  };
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
