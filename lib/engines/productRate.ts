import { quantile } from "../statistics/summary";
import { imageInput, type Network } from "../network/network";
import { Random } from "../core/random";
import { tensor } from "../core/tensor";
import type { Engine } from "./engine";

const side = 2048;
const repeats = 7;

/**
 * GFLOP/s that an engine reaches on a 2048 × 2048 × 2048 matrix product, two operations a MAC, median of seven.
 * A yardstick for networks, not their limit: ONNX Runtime's convolutions, in a blocked layout of their own, can be faster.
 */
export async function productRate(engine: Engine): Promise<number> {
  const random = new Random(0);
  const matrix = () =>
    tensor(
      [side, side],
      Float32Array.from({ length: side * side }, () => random.uniform(-1, 1)),
    );
  const network: Network = { nodes: [{ kind: "linear", name: "product", input: imageInput, weight: matrix() }] };
  const session = await engine.open(network);
  const input = matrix();
  await session.run(input);
  const rates: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await session.run(input);
    rates.push((2 * side ** 3) / (1e6 * (performance.now() - start)));
  }
  await session.close();
  return quantile(rates, 0.5);
}
