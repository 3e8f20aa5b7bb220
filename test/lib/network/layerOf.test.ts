import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../lib/core/errors";
import { convOf, layerOf } from "../../../lib/network/layerOf";
import { readNetwork } from "../../../lib/network/resnet";
import { formulaStateDict } from "../../support/formulaWeights";

const network = readNetwork(formulaStateDict(10), "formula").network;

test("a convolution or linear layer by its name", () => {
  assert.deepEqual(layerOf(network, "layer2.0.conv1").weight.shape, [128, 64, 3, 3]);
  assert.deepEqual(layerOf(network, "fc").weight.shape, [10, 512]);
  assert.equal(convOf(network, "conv1"), layerOf(network, "conv1"));
});

test("a wrong name is answered with the nearest ones that have a weight, in one line", () => {
  const message = "choose for instance layer2.0.conv1, layer1.0.conv1, layer2.0.conv2";
  assert.throws(() => layerOf(network, "layer2.0.cnv1"), new UserError(`there is no layer layer2.0.cnv1: ${message}`));
  assert.throws(
    () => layerOf(network, "layer2.0.bn1"),
    /^UserError: layer2\.0\.bn1 is a batchNorm, it has no weight: choose for instance layer2\.0\.conv1, /,
  );
  assert.throws(() => layerOf(network, ""), /^UserError: there is no layer : choose for instance fc, /);
  assert.throws(() => layerOf(network, ([] as string[])[0]), /^UserError: there is no layer undefined: /);
  assert.throws(() => convOf(network, "fc"), /fc is a linear, no convolution/);
});
