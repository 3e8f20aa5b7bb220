import assert from "node:assert/strict";
import { test } from "node:test";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { run } from "../../../lib/engines/run";
import { continueFrom, lastSeparator } from "../../../lib/network/continueFrom";
import { deepNetwork } from "../../../lib/network/deepNetwork";
import { cutAfter } from "../../../lib/network/network";
import { readNetwork } from "../../../lib/network/resnet";
import { formulaImages, formulaStateDict } from "../../support/formulaWeights";

const engine = onnxRuntime(1);

test("the rest of a network on the value of the cut is the whole network", async () => {
  const network = deepNetwork(6);
  const images = formulaImages(3, 32);
  const whole = await run(network, images, engine);
  for (const cut of ["relu", "maxpool", "block0.relu2", "avgpool"]) {
    const values = await run(cutAfter(network, cut), images, engine);
    const rest = await run(continueFrom(network, cut), values, engine);
    whole.data.forEach((value, i) => {
      assert(Math.abs(value - rest.data[i]) <= 1e-4 * (1 + Math.abs(value)), `${cut}: ${value}, ${rest.data[i]}`);
    });
  }
});

test("everything flows through the block inputs, and nothing else within a block", () => {
  const network = readNetwork(formulaStateDict(10), "formula").network;
  const expected = {
    conv1: undefined,
    "layer1.0.conv1": "maxpool",
    "layer1.0.conv2": "maxpool",
    "layer2.0.downsample.0": "layer1.1.relu2",
    "layer4.1.conv2": "layer4.0.relu2",
    fc: "avgpool",
  };
  for (const [layer, separator] of Object.entries(expected)) assert.equal(lastSeparator(network, layer), separator);
});

test("a cut that a shortcut crosses, and nodes that are not there, are refused", () => {
  const network = deepNetwork(4);
  assert.throws(() => continueFrom(network, "block0.relu1"), /also needs maxpool/);
  assert.throws(() => continueFrom(network, "layer9"), /no node layer9/);
  assert.throws(() => lastSeparator(network, "layer9"), /no node layer9/);
});
