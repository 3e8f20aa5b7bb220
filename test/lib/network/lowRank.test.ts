import assert from "node:assert/strict";
import { test } from "node:test";
import { rankForShare, withLowRankLayer } from "../../../lib/network/lowRank";
import { type Conv, costs, nodeOf, parameterCount } from "../../../lib/network/network";
import { readNetwork } from "../../../lib/network/resnet";
import { formulaStateDict } from "../../support/formulaWeights";

test("two factors of the rank hold at most the share of the parameters, one more rank would not", () => {
  for (const [rows, columns] of [
    [64, 147],
    [512, 4608],
    [10, 512],
  ]) {
    for (const share of [0.5, 0.25]) {
      const rank = rankForShare(share, rows, columns);
      assert(rank * (rows + columns) <= share * rows * columns);
      assert((rank + 1) * (rows + columns) > share * rows * columns);
    }
  }
  assert.equal(rankForShare(0.001, 10, 10), 1);
  assert.equal(rankForShare(0.5, 10, 512), 4);
  assert.equal(rankForShare(0.6, 10, 10), 3); // 3.0000000000000004 or 2.9999999999999996, as the machine rounds
});

test("only the layer changes: its readers read the pair, shapes and other parameters stay", () => {
  const network = readNetwork(formulaStateDict(10), "formula").network;
  const before = costs(network, [3, 128, 128]);
  for (const name of ["conv1", "layer2.0.downsample.0", "layer1.1.conv2", "fc"]) {
    const compressed = withLowRankLayer(network, name, 2);
    const after = costs(compressed, [3, 128, 128]);
    const { weight } = nodeOf(network, name) as Conv;
    const columns = weight.data.length / weight.shape[0];
    assert.equal(
      parameterCount(network) - parameterCount(compressed),
      weight.data.length - 2 * (weight.shape[0] + columns),
    );
    for (const cost of before.filter((each) => each.name !== name))
      assert.deepEqual(after.find((each) => each.name === cost.name)?.outputShape, cost.outputShape);
  }
});

test("ranks beyond the matrix, and nodes without a weight, are refused", () => {
  const network = readNetwork(formulaStateDict(10), "formula").network;
  for (const rank of [0, 65, 1.5]) assert.throws(() => withLowRankLayer(network, "conv1", rank), /rank .* 1 to 64/);
  assert.throws(
    () => withLowRankLayer(network, "bn1", 2),
    /^UserError: bn1 is a batchNorm, it has no weight: choose for instance conv1, /,
  );
});
