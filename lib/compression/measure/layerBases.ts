import { type DoubleProducts, doubleProducts } from "../../engines/doubleProducts";
import type { Conv, Network } from "../../network/network";
import type { Tensor } from "../../core/tensor";
import type { Calibration } from "./calibration";
import { type InputBasis, inputBasis, type InputStatistics, isNarrowable } from "./inputBases";
import { MomentStream } from "./moments";
import { offsetCorrelations } from "./offsetCorrelations";
import { type ResponseBasis, responseBasis } from "./responseBases";
import { type LayerVisit, walkLayers } from "./walk";

/** Directions to keep of layers' answers, and of their inputs where those are narrowed too. */
export interface LayerBases {
  bases: ReadonlyMap<string, ResponseBasis>;
  inputs: ReadonlyMap<string, InputBasis>;
}

/** The bases of the layers named, from what they see and answer in the network as it is, in one walk through it. */
export async function layerBases(
  network: Network,
  layers: Iterable<string>,
  { images, engine, onLayer }: Calibration,
): Promise<LayerBases> {
  const products = await doubleProducts(engine.threads);
  const bases = new Map<string, ResponseBasis>();
  const inputs = new Map<string, InputBasis>();
  const visit = async ({ conv, batches }: LayerVisit) => {
    const channels = conv.weight.shape[0];
    const answers = new MomentStream(products, channels, channels);
    const seen = isNarrowable(conv) ? new InputStream(conv, products) : undefined;
    for await (const { input, response } of batches()) {
      await answers.add(response, response);
      await seen?.add(input);
    }
    bases.set(conv.name, responseBasis(answers.moments()));
    if (seen) inputs.set(conv.name, await inputBasis(conv, seen.statistics(), products));
    return undefined;
  };
  await walkLayers(network, new Set(layers), images, engine, visit, onLayer);
  return { bases, inputs };
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
