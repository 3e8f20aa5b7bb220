import type { Matrix } from "ml-matrix";
import type { DoubleProducts } from "../../engines/doubleProducts";
import type { Engine } from "../../engines/engine";
import { tensorOf } from "../../linalg/matrix";
import { imageInput, type Network } from "../../network/network";
import { type Tensor, tensor } from "../../core/tensor";
import { MomentStream } from "../measure/moments";
import type { Samples } from "../measure/samples";
import { inverseOf, type LowRankMap, reducedRankRegression } from "./reducedRank";

/**
 * Weights of the penalty that ties the auxiliary variables to the map's responses, two steps each. Zhang et al. 2015
 * take 25 steps at 0.01 and 25 at 1; the first steps of each bring most of what is gained.
 */
const penalties = [0.01, 0.01, 1, 1];

/**
 * Refines a low-rank map so that what counts is the error after the ReLU: minimises
 * Σ ‖relu(y + added) − relu(z + added)‖² + λ ‖z − map(x)‖² in turn over z, number by number, and over the map, a reduced-rank
 * regression onto z (Zhang et al. 2015, arXiv:1505.06798, section 3.2, eq. 9 to 13).
 * @returns the map with the least error after the ReLU among the given one and all steps' maps.
 */
export async function reluAware(
  start: LowRankMap,
  samples: Samples,
  engine: Engine,
  products: DoubleProducts,
): Promise<LowRankMap> {
  const p = samples.x.shape[1];
  const q = samples.y.shape[1];
  const x = asImages(samples.x);
  const towards = async (target: Tensor) => {
    const stream = new MomentStream(products, p, q);
    await stream.add(x, asImages(target));
    return stream.moments();
  };
  const rank = start.project.rows;
  let inverse: Matrix | undefined;
  let map = start;
  let responses = await mapped(map, samples.x, engine);
  let best = { map, error: errorAfterRelu(responses, samples) };
  for (const penalty of penalties) {
    const z = auxiliary(responses, samples, penalty);
    const moments = await towards(z);
    inverse ??= await inverseOf(moments, products);
    map = await reducedRankRegression(moments, rank, products, inverse, map);
    responses = await mapped(map, samples.x, engine);
    const error = errorAfterRelu(responses, samples);
    if (error < best.error) best = { map, error };
  }
  return best.map;
}

/** max(0, value) without a branch, which is taken wrongly every other time where signs are random: ten times as fast. */
const relu = (value: number) => (value + Math.abs(value)) / 2;

/** The z that is best for each response alone (Zhang et al. 2015, eq. 11): below or above the ReLU's corner. */
function auxiliary(responses: Tensor, { y, added }: Samples, penalty: number): Tensor {
  const z = tensor(y.shape);
  for (let i = 0; i < z.data.length; i++) {
    const shift = added ? added.data[i] : 0;
    const response = responses.data[i] + shift;
    const wanted = relu(y.data[i] + shift);
    const below = response - relu(response);
    const above = relu((penalty * response + wanted) / (penalty + 1));
    const [lowered, missed, raised] = [below - response, wanted - above, above - response];
    const costBelow = wanted * wanted + penalty * lowered * lowered;
    const costAbove = missed * missed + penalty * raised * raised;
    z.data[i] = above + Number(costBelow < costAbove) * (below - above) - shift;
  }
  return z;
}

/** Σ (relu(y + added) − relu(response + added))². */
export function errorAfterRelu(responses: Tensor, { y, added }: Samples): number {
  let sum = 0;
  for (let i = 0; i < y.data.length; i++) {
    const shift = added ? added.data[i] : 0;
    const error = relu(y.data[i] + shift) - relu(responses.data[i] + shift);
    sum += error * error;
  }
  return sum;
}

/** The map's values, (n, q), of rows (n, p). */
async function mapped({ project, expand, shift }: LowRankMap, rows: Tensor, engine: Engine): Promise<Tensor> {
  const network: Network = {
    nodes: [
      { kind: "linear", name: "project", input: imageInput, weight: tensorOf(project) },
      {
        kind: "linear",
        name: "expand",
        input: "project",
        weight: tensorOf(expand.transpose()),
        bias: tensor([shift.length], Float32Array.from(shift)),
      },
    ],
  };
  const session = await engine.open(network);
  try {
    return await session.run(rows);
  } finally {
    await session.close();
  }
}

const asImages = ({ shape: [rows, channels], data }: Tensor): Tensor => ({ shape: [rows, channels, 1, 1], data });
