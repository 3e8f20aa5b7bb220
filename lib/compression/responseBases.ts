import { doubleProducts } from "../engines/doubleProducts";
import type { Rows } from "../linalg/rows";
import { leadingEigenvectors } from "../linalg/subspace";
import { type Network, nodeOf } from "../network/network";
import { replaceNode } from "../network/rewire";
import type { Calibration, Ranks } from "./calibration";
import { type Moments, MomentStream } from "./moments";
import { principalComponents } from "./reducedRank";
import { splitOf } from "./splitOf";
import { walkLayers } from "./walk";

/** Principal components of a layer's answers in the original network. */
export interface ResponseBasis {
  moments: Moments;
  /** All eigenvectors of the answers' covariance as rows, most important first. */
  components: Rows;
  /** Their variances, descending. */
  variances: Float64Array;
}

/** The bases of the layers named, in one walk through the network. */
export async function responseBases(
  network: Network,
  layers: ReadonlySet<string>,
  { images, engine, onLayer }: Calibration,
): Promise<Map<string, ResponseBasis>> {
  const products = await doubleProducts(engine.threads);
  const bases = new Map<string, ResponseBasis>();
  try {
    await walkLayers(
      network,
      layers,
      images,
      engine,
      async ({ conv, batches }) => {
        const channels = conv.weight.shape[0];
        const stream = new MomentStream(products, channels, channels);
        for await (const { response } of batches()) await stream.add(response, response);
        const moments = stream.moments();
        const { vectors, values } = leadingEigenvectors(moments.xx, channels);
        bases.set(conv.name, { moments, components: vectors, variances: values });
        return undefined;
      },
      onLayer,
    );
    return bases;
  } finally {
    await products.close();
  }
}

/** Share of the answers' variance that a projection on the first `rank` components loses; 0 for answers that never vary. */
export function energyLost({ variances }: ResponseBasis, rank: number): number {
  const total = variances.reduce((sum, value) => sum + Math.max(0, value), 0);
  const lost = variances.slice(rank).reduceRight((sum, value) => sum + Math.max(0, value), 0);
  return total > 0 ? lost / total : 0;
}

/** The network with its convolutions split by the leading vectors of their bases (Zhang et al. 2015, section 3.1). */
export function splitByBases(network: Network, ranks: Ranks, bases: ReadonlyMap<string, ResponseBasis>): Network {
  let result = network;
  for (const [layer, rank] of ranks) {
    const basis = bases.get(layer);
    const conv = nodeOf(result, layer);
    if (rank === undefined || !basis || conv.kind !== "conv") continue;
    result = replaceNode(result, layer, splitOf(conv, principalComponents(basis.moments, basis.components, rank)));
  }
  return result;
}
