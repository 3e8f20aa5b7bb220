import assert from "node:assert/strict";
import { test } from "node:test";
import { relativeError } from "../../../lib/core/tensor";
import type { Engine } from "../../../lib/engines/engine";
import { LayerVariants, outputErrors } from "../../../lib/engines/layerVariants";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { run } from "../../../lib/engines/run";
import { deepNetwork } from "../../../lib/network/deepNetwork";
import { withLowRankLayer } from "../../../lib/network/lowRank";
import { cutAfter, type Network } from "../../../lib/network/network";
import { randomImages } from "../../support/countingEngine";
import { formulaImages } from "../../support/formulaWeights";

const real = onnxRuntime(1);
const network = deepNetwork(6);
const layers = ["conv1", "block0.conv1", "block0.conv2", "block1.conv1", "block1.conv2", "fc"];
const halved = (of: Network, layer: string) => withLowRankLayer(of, layer, 4);

test("outputs are those of the whole network with that layer replaced, in any order of layers", async () => {
  const images = randomImages(7, 2);
  for (const inputs of [images, formulaImages(3, 48)]) {
    const variants = new LayerVariants(network, inputs, real);
    for (const layer of [...layers, "block0.conv2", "conv1", "fc"]) {
      const variant = halved(network, layer);
      const expected = await run(variant, inputs, real);
      assert.ok(relativeError(expected, await variants.outputs(layer, variant)) < 1e-5, layer);
    }
  }
});

test("what lies before a layer runs once for all its variants, and never again while layers follow each other", async () => {
  const ran: string[] = [];
  const engine: Engine = {
    ...real,
    open: (opened) => {
      ran.push(
        ...opened.nodes.map(({ name }) => name).filter((name) => name === "conv1" || name.startsWith("block0.conv")),
      );
      return real.open(opened);
    },
  };
  const variants = new LayerVariants(network, formulaImages(2, 32), engine);
  for (const layer of layers.slice(3)) for (const _ of [1, 2, 3]) await variants.outputs(layer, halved(network, layer));
  assert.deepEqual(ran, ["conv1", "block0.conv1", "block0.conv2"]);
});

test("a layer's own output error is that of its value in the network, its inputs as they are", async () => {
  const images = randomImages(5, 1);
  for (const layer of ["conv1", "block1.conv1"]) {
    const value = await run(cutAfter(network, layer), images, real);
    const found = await outputErrors(
      network,
      layer,
      (alone) => [2, 16].map((rank) => withLowRankLayer(alone, layer, rank)),
      images,
      real,
    );
    for (const [i, rank] of [2, 16].entries()) {
      const compressed = cutAfter(withLowRankLayer(network, layer, rank), `${layer}.1`);
      const error = relativeError(value, await run(compressed, images, real));
      assert.ok(error > 0.01 && Math.abs(found[i] - error) < 1e-4, `${layer}: ${found[i]}, ${error}`);
    }
    assert.ok(found[0] > found[1]);
  }
});

test("an addition has no single input that its variants could be given, and an unknown layer none", async () => {
  await assert.rejects(
    () => outputErrors(network, "block0.add", () => [], formulaImages(1, 32), real),
    /reads .* and /,
  );
  await assert.rejects(
    () => new LayerVariants(network, formulaImages(1, 32), real).outputs("nothing", network),
    /nothing/,
  );
});
