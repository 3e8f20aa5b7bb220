import { type DoubleProducts, doubleProducts } from "../../engines/doubleProducts";
import type { Engine } from "../../engines/engine";
import { UserError } from "../../core/errors";
import { checkRank, type LayerRanks, type RankPlan, requireOneGroup } from "../../network/rankPlan";
import { convOf } from "../../network/layerOf";
import type { Conv, Network } from "../../network/network";
import type { LayerBases } from "../measure/layerBases";
import { type Refit, refitKernel } from "./kernelRefit";
import { type Calibration, MomentStream } from "../measure/moments";
import { reducedRankRegression } from "./reducedRank";
import { reluAware } from "./reluAware";
import { responseBases } from "../measure/responseBases";
import { PositionSamples } from "../measure/samples";
import { narrowInputs } from "./narrowInputs";
import { splitByBases, splitOf } from "./splitByBases";
import { type LayerVisit, walkLayers } from "../measure/walk";
import { weightBases } from "../measure/weightBases";

/**
 * Ways to fit the factors of a split:
 * - `weights`: the truncated SVD, nearest to the weights; looks at no image;
 * - `responses`: the principal components of the layer's responses (Zhang et al. 2015, section 3.1);
 * - `asymmetric`: reduced-rank regression of the true outputs on those to the inputs that the network compressed so far
 *   hands over (section 3.3); where a layer's inputs are narrowed, after its kernel was refitted to these;
 * - `ReLU-aware`: the same, with what counts measured after the ReLU (section 3.2).
 */
export const fits = ["weights", "responses", "asymmetric", "ReLU-aware"] as const;
export type Fit = (typeof fits)[number];

export interface FitOptions extends Calibration {
  /** The weights' for the fit `weights`, else the responses', where they are known already. */
  bases?: LayerBases;
}

/**
 * The network with its convolutions split as the plan says, in closed form: no gradient is computed and no label used.
 * @param network with batch norms folded.
 * @throws UserError if a rank is out of range, a layer has groups, or there are no calibration images for a fit that needs some; Error if a
 * layer is no convolution of the network.
 */
export async function fitNetwork(network: Network, plan: RankPlan, fit: Fit, options: FitOptions): Promise<Network> {
  const layers = [...plan].flatMap(([layer, ranks]) => (ranks ? [layer] : []));
  for (const layer of layers) checkLayer(convOf(network, layer), plan.get(layer) as LayerRanks);
  const { images, engine, onProgress, bases } = options;
  const { threads } = engine;
  if (fit === "weights")
    return splitByBases(network, plan, bases ?? (await weightBases(network, layers, threads)), threads);
  if (images.count === 0) throw new UserError(`the fit "${fit}" needs calibration images: give at least one`);
  if (fit === "responses")
    return splitByBases(network, plan, bases ?? (await responseBases(network, layers, options)), threads);
  const narrowed = layers.filter((layer) => plan.get(layer)?.input !== undefined);
  const { inputs } = bases ?? (await responseBases(network, narrowed, { images, engine }));
  const tools = { products: await doubleProducts(threads), engine, images: images.count, fit };
  const rewrite = (layer: LayerVisit) => fitLayer(layer, plan.get(layer.conv.name) as LayerRanks, tools);
  const start = narrowInputs(network, plan, inputs);
  return walkLayers(network, new Set(layers), images, engine, rewrite, onProgress, start);
}

function checkLayer(conv: Conv, { output, input }: LayerRanks): void {
  requireOneGroup(conv);
  const { name, weight } = conv;
  const { shape, data } = weight;
  checkRank(name, output, Math.min(shape[0], ((input ?? shape[1]) * data.length) / shape[0] / shape[1]));
}

/**
 * Samples for each channel below which a layer keeps its asymmetric fit: on made-up layers of 12 channels the refinement
 * raised the error on positions it had not seen by 4 to 36 % at 4 samples for each channel, and changed it by −5 to 4 % at 27.
 */
const leastSamples = 20;

interface Tools {
  products: DoubleProducts;
  engine: Engine;
  images: number;
  fit: "asymmetric" | "ReLU-aware";
}

async function fitLayer(visit: LayerVisit, { output, input }: LayerRanks, tools: Tools): Promise<[Conv, Conv]> {
  const { products, engine, images, fit } = tools;
  const positions = fit === "ReLU-aware" && visit.relu ? new PositionSamples(images) : undefined;
  // The kernel of a narrowed layer was made for the true inputs, as far as those are kept.
  const refit = input !== undefined ? await refitKernel(visit, images, tools, positions) : undefined;
  const { conv, moments, samples } = refit ?? (await asItIs(visit, products, positions));
  let map = await reducedRankRegression(moments, output, products);
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
