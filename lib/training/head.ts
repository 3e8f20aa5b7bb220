import type { LinearWeights } from "../network/lowRank";
import type { Random } from "../core/random";
import { type Tensor, tensor } from "../core/tensor";

/** A classifier on features: one linear layer, or two of a factorized one, the first without bias. */
export type Head = LinearWeights[];

/** A head of one layer as PyTorch initialises `Linear`: weight, then bias, uniform in ±1/√inputs. */
export function freshHead(inputs: number, classes: number, random: Random): Head {
  const bound = 1 / Math.sqrt(inputs);
  const drawn = (shape: number[]): Tensor => {
    const result = tensor(shape);
    for (let i = 0; i < result.data.length; i++) result.data[i] = random.uniform(-bound, bound);
    return result;
  };
  return [{ weight: drawn([classes, inputs]), bias: drawn([classes]) }];
}
