import assert from "node:assert/strict";
import { test } from "node:test";
import { splitByBases } from "../../../../lib/compression/fit/splitByBases";
import { weightBases } from "../../../../lib/compression/measure/weightBases";
import { equalize } from "../../../../lib/compression/quantize/equalize";
import { Random } from "../../../../lib/core/random";
import { relativeError, type Tensor } from "../../../../lib/core/tensor";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { type Conv, cutAfter, imageInput, type Network, nodeOf } from "../../../../lib/network/network";
import { randomImages } from "../../../support/countingEngine";
import { bothEndsAt } from "../../../support/plans";
import { biasedConv, smallLayers, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const images = randomImages(4);
const small = smallResnet(1, 32);

/** Every layer as two or three convolutions in series. */
async function tucker(): Promise<Network> {
  const plan = bothEndsAt(
    small,
    smallLayers.map((layer) => [layer, 16]),
  );
  return splitByBases(small, plan, await weightBases(small, smallLayers, 1), 1);
}

function ranges({ shape: [, channels, rows, columns], data }: Tensor): number[] {
  const all = new Array<number>(channels).fill(0);
  for (const [i, value] of data.entries()) {
    const channel = Math.floor(i / rows / columns) % channels;
    all[channel] = Math.max(all[channel], Math.abs(value));
  }
  return all;
}

test("the network computes the same, to 1e-5, and keeps its form", async () => {
  const split = await tucker();
  const even = await equalize(split, { images, engine });
  assert.ok(relativeError(await run(split, images, engine), await run(even, images, engine)) < 1e-5);
  const form = ({ nodes }: Network) => nodes.map((node) => ({ ...node, weight: undefined, bias: undefined }));
  assert.deepEqual(form(even), form(split));
});

test("a channel between two convolutions gets the geometric mean of its range and the widest", async () => {
  const split = await tucker();
  const even = await equalize(split, { images, engine });
  for (const name of ["b.conv2.in", "b.conv2.0", "stem.0"]) {
    const [before, after] = await Promise.all(
      [split, even].map(async (network) => ranges(await run(cutAfter(network, name), images, engine))),
    );
    const widest = Math.max(...before);
    assert.ok(Math.min(...before) < 0.5 * widest, "the ranges are unlike");
    for (const [channel, range] of before.entries())
      assert.ok(Math.abs(after[channel] / Math.sqrt(widest * range) - 1) < 1e-4, `${name} ${channel}`);
  }
});

test("what a ReLU, an addition or two readers follow stays; a channel that is always 0 does, too", async () => {
  const even = await equalize(small, { images, engine });
  assert.deepEqual(even, small);
  const split = await tucker();
  const first = nodeOf(split, "b.conv2.0") as Conv;
  const size = first.weight.data.length / first.weight.shape[0];
  const dead = { ...first.weight, data: first.weight.data.map((value, i) => (i < size ? 0 : value)) };
  const nodes = split.nodes.map((node) => (node === first ? { ...first, weight: dead } : node));
  const equalized = await equalize({ nodes }, { images, engine });
  const weights = equalized.nodes.flatMap((node) => (node.kind === "conv" ? [...node.weight.data] : []));
  assert.ok(weights.every(Number.isFinite));
});

test("a convolution in groups divides by the factors of its own group's inputs", async () => {
  const random = new Random(1);
  const first = biasedConv(random, "first", imageInput, [8, 3, 3, 3]);
  const second = { ...biasedConv(random, "second", "first", [6, 4, 3, 3]), groups: 2 };
  const grouped: Network = { nodes: [first, second] };
  const even = await equalize(grouped, { images, engine });
  assert.notDeepEqual(even, grouped);
  assert.ok(relativeError(await run(grouped, images, engine), await run(even, images, engine)) < 1e-5);
});
