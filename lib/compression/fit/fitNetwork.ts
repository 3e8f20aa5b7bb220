import { type DoubleProducts, doubleProducts } from "../../engines/doubleProducts";
import type { Engine } from "../../engines/engine";
import { UserError } from "../../core/errors";
import { checkRank } from "../../network/checkRank";
import { convOf } from "../../network/convOf";
import type { Conv, Network } from "../../network/network";
import { narrowingOf } from "../../network/splitRanks";
import type { Calibration, Ranks } from "../measure/calibration";
import { type Refit, refitKernel } from "./kernelRefit";
import { MomentStream } from "../measure/moments";
import { reducedRankRegression } from "./reducedRank";
import { reluAware } from "./reluAware";
import { layerBases } from "../measure/layerBases";
import { splitByBases } from "../measure/responseBases";
import { PositionSamples } from "../measure/samples";
import { splitOf } from "./splitOf";
import { type LayerVisit, walkLayers } from "../measure/walk";
import { weightBases } from "../measure/weightBases";

/**
 * Ways to fit the factors of an output split:
 * - `weights`: the truncated SVD, nearest to the weights; looks at no image;
 * - `responses`: the principal components of the layer's answers (Zhang et al. 2015, section 3.1);
 * - `asymmetric`: reduced-rank regression of the true answers on those to the inputs that the network compressed so far
 *   hands over (section 3.3); where a layer's inputs are narrowed, after its kernel was refitted to these;
 * - `ReLU-aware`: the same, with what counts measured after the ReLU (section 3.2).
 */
export const fits = ["weights", "responses", "asymmetric", "ReLU-aware"] as const;
export type Fit = (typeof fits)[number];

/**
 * The network with its convolutions split at the ranks given, in closed form: no gradient is computed and no label used.
 * @param network with batch norms folded.
 * @param start the network whose layers are split, where it is no longer the original: with inputs narrowed already.
 * @throws UserError if a rank is out of range or there are no calibration images for a fit that needs some; Error if a
 * layer is no convolution of the network.
 */
export async function fitNetwork(
  network: Network,
  ranks: Ranks,
  fit: Fit,
  calibration: Calibration,
  start = network,
): Promise<Network> {
  const layers = new Set([...ranks].flatMap(([layer, rank]) => (rank === undefined ? [] : [layer])));
  for (const layer of layers) checkLayer(convOf(start, layer), ranks.get(layer) as number);
  const { images, engine, onLayer } = calibration;
  const { threads } = engine;
  if (fit === "weights") return splitByBases(start, ranks, await weightBases(network, layers, threads), threads);
  if (images.count === 0) throw new UserError(`the fit "${fit}" needs calibration images: give at least one`);
  if (fit === "responses")
    return splitByBases(start, ranks, (await layerBases(network, layers, calibration)).bases, threads);
  const tools = { products: await doubleProducts(threads), engine, images: images.count, fit };
  const rewrite = (layer: LayerVisit) => fitLayer(layer, ranks.get(layer.conv.name) as number, tools);
  return walkLayers(network, layers, images, engine, rewrite, onLayer, start);
}

function checkLayer({ name, weight: { shape, data } }: Conv, rank: number): void {
  checkRank(name, rank, Math.min(shape[0], data.length / shape[0]));
}

/**
 * Samples for each channel below which a layer keeps its asymmetric fit: on made-up layers of 12 channels the refinement
 * raised the error on positions it had not seen by 4 to 36 % at 4 samples for each channel, and changed it by −5 to 4 % at 27.
 */
const leastSamples = 20;

/** Whether the layer's inputs are narrowed: its kernel was made for the true ones, as far as those are kept. */
const isNarrowed = ({ name, input }: Conv) => input === narrowingOf(name);

interface Tools {
  products: DoubleProducts;
  engine: Engine;
  images: number;
  fit: "asymmetric" | "ReLU-aware";
}

async function fitLayer(visit: LayerVisit, rank: number, tools: Tools): Promise<[Conv, Conv]> {
  const { products, engine, images, fit } = tools;
  const positions = fit === "ReLU-aware" && visit.relu ? new PositionSamples(images) : undefined;
  const refit = isNarrowed(visit.conv) ? await refitKernel(visit, images, tools, positions) : undefined;
  const { conv, moments, samples } = refit ?? (await asItIs(visit, products, positions));
  let map = await reducedRankRegression(moments, rank, products);
  if (samples && samples.x.shape[0] >= leastSamples * conv.weight.shape[0])
    map = await reluAware(map, samples, engine, products);
  return splitOf(conv, map, products);
}

/** As a Refit, of a layer that keeps its kernel, over all positions. */
async function asItIs(
  { conv, batches }: LayerVisit,
  products: DoubleProducts,
  positions?: PositionSamples,
): Promise<Refit> {
  const channels = conv.weight.shape[0];
  const stream = new MomentStream(products, channels, channels);
  for await (const batch of batches()) {
    await stream.add(batch.response, batch.target);
    positions?.add(batch);
  }
  return { conv, moments: stream.moments(), samples: positions?.samples() };
}
