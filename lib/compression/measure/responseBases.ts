import { type DoubleProducts, doubleProducts } from "../../engines/doubleProducts";
import type { Conv, Network } from "../../network/network";
import type { Tensor } from "../../core/tensor";
import { type InputBasis, type LayerBases, type OutputBasis, outputBasis } from "./layerBases";
import { inputBasis, type InputStatistics, isNarrowable } from "./inputBasis";
import { type Calibration, MomentStream } from "./moments";
import { offsetCorrelations } from "./offsetCorrelations";
import { type LayerVisit, walkLayers } from "./walk";

/**
 * Principal components of layers' responses (Zhang et al. 2015, section 3.1), and the bases of their inputs, from what they
 * see and give in the network as it is: one walk through it.
 * @param network with batch norms folded.
 * @param layers names of convolutions.
 */
export async function responseBases(
  network: Network,
  layers: Iterable<string>,
  { images, engine, onProgress }: Calibration,
): Promise<LayerBases> {
  const products = await doubleProducts(engine.threads);
  const outputs = new Map<string, OutputBasis>();
  const inputs = new Map<string, InputBasis>();
  const visit = async ({ conv, batches }: LayerVisit) => {
    const channels = conv.weight.shape[0];
    const responses = new MomentStream(products, channels, channels);
    const seen = isNarrowable(conv) ? new InputStream(conv, products) : undefined;
    for await (const { input, response } of batches()) {
      await responses.add(response, response);
      await seen?.add(input);
    }
    outputs.set(conv.name, outputBasis(responses.moments()));
    if (seen) inputs.set(conv.name, await inputBasis(conv, seen.statistics(), products));
    return undefined;
  };
  await walkLayers(network, new Set(layers), images, engine, visit, onProgress);
  return { outputs, inputs };
}

/** What a layer sees, batch by batch. */
class InputStream {
  private readonly moments: MomentStream;
  private first?: Tensor;

  constructor(
    private readonly conv: Conv,
    products: DoubleProducts,
  ) {
    const channels = conv.weight.shape[1];
    this.moments = new MomentStream(products, channels, channels);
  }

  async add(input: Tensor): Promise<void> {
    this.first ??= input;
    await this.moments.add(input, input);
  }

  /** Correlations between places are those of the first batch. */
  statistics(): InputStatistics {
    const { xx, meanX } = this.moments.moments();
    const correlations = offsetCorrelations(this.first as Tensor, meanX, this.conv.weight.shape.slice(2));
    return { xx, meanX, correlations };
  }
}
