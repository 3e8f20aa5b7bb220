import { normalTensor } from "../core/random";
import { imageInput, type Network } from "../network/network";
import type { Engine } from "./engine";
import { timeInTurn } from "./time";

const side = 2048;

/**
 * GFLOP/s that an engine reaches on a 2048 × 2048 × 2048 matrix product, two operations a MAC, best of seven.
 * A yardstick for networks, not their limit: ONNX Runtime's convolutions, in a blocked layout of their own, can be faster.
 */
export async function productRate(engine: Engine): Promise<number> {
  const shape = [side, side];
  const product: Network = {
    nodes: [{ kind: "linear", name: "product", input: imageInput, weight: normalTensor(shape, 1) }],
  };
  const [timing] = await timeInTurn({ product }, engine, { shape, warmUps: 1, runs: 7 });
  return (2 * side ** 3) / (1e6 * Math.min(...timing.runs));
}
