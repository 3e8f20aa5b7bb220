import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../../../lib/engines/engine";
import { productRate } from "../../../lib/engines/productRate";
import type { Network } from "../../../lib/network/network";
import { tensor } from "../../../lib/core/tensor";

/** An engine that computes nothing, in the milliseconds given run by run. */
function sleepingEngine(milliseconds: number[]) {
  const seen = { networks: [] as Network[], shapes: [] as string[], closed: 0 };
  const engine: Engine = {
    name: "sleeping",
    version: "1",
    threads: 1,
    open: async (network) => {
      seen.networks.push(network);
      return {
        run: async ({ shape }) => {
          const pause = milliseconds[seen.shapes.length] ?? 20;
          seen.shapes.push(shape.join("×"));
          await new Promise((resolve) => setTimeout(resolve, pause));
          return tensor([1]);
        },
        close: async () => {
          seen.closed++;
        },
      };
    },
  };
  return { engine, seen };
}

test("the rate follows from 2 · 2048³ operations and the median time; the first run warms up", async () => {
  const { engine, seen } = sleepingEngine([300, 20, 20, 20, 20, 200, 20, 200]);
  const rate = await productRate(engine);
  // 20 ms or more, and far from the 200 and 300 ms of the stragglers.
  const [fastest, slowest] = [19.5, 100].map((ms) => (2 * 2048 ** 3) / (ms * 1e6));
  assert.ok(rate <= fastest && rate >= slowest, `${rate} GFLOP/s`);
  assert.deepEqual(new Set(seen.shapes), new Set(["2048×2048"]));
  assert.equal(seen.shapes.length, 8);
  const [node] = seen.networks[0].nodes;
  assert.deepEqual(node.kind === "linear" && node.weight.shape, [2048, 2048]);
  assert.equal(seen.closed, 1);
});
