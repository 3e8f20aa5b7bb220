import assert from "node:assert/strict";
import { test } from "node:test";
import { responseBases } from "../../../lib/compression/measure/responseBases";
import { narrowInputs } from "../../../lib/compression/fit/narrowInputs";
import { placeholderSplits, placeholderSvd } from "../../../lib/compression/placeholders";
import { weightMatrix } from "../../../lib/linalg/matrix";
import { inputSplit, inputUnfolding } from "../../../lib/network/inputSplit";
import { convOf } from "../../../lib/network/layerOf";
import { outputSplit } from "../../../lib/network/outputSplit";
import { spatialSplit, spatialUnfolding } from "../../../lib/network/spatialSplit";
import { tucker2 } from "../../../lib/network/tucker2";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { run } from "../../../lib/engines/run";
import { foldBatchNorms } from "../../../lib/network/foldBatchNorms";
import { withLowRankLayer } from "../../../lib/network/lowRank";
import { type Conv, costs, inputsOf } from "../../../lib/network/network";
import { readNetwork } from "../../../lib/network/resnet";
import { partsOf } from "../../../lib/network/rankPlan";
import { bothEndsAt, outputsAt } from "../../support/plans";
import { formulaImages, formulaStateDict } from "../../support/formulaWeights";
import { colouredImages } from "../../support/smallResnet";

const network = foldBatchNorms(readNetwork(formulaStateDict(10), "formula").network);

test("placeholder factors cost and stand where those of an SVD do, where inputs stay as they are", () => {
  for (const [layer, rank] of [
    ["conv1", 8],
    ["layer2.0.downsample.0", 16],
  ] as const) {
    const split = placeholderSplits(network, outputsAt([[layer, rank]]));
    const real = withLowRankLayer(network, layer, rank);
    assert.deepEqual(costs(split, [3, 64, 64]), costs(real, [3, 64, 64]));
    assert.deepEqual(split.nodes.map(inputsOf), real.nodes.map(inputsOf));
  }
  assert.deepEqual(placeholderSplits(network, outputsAt([["conv1", undefined]])), network);
});

test("where inputs are narrowed, they cost and stand as fitted ones do", async () => {
  const layers = ["layer1.0.conv2", "layer2.0.conv1"];
  const engine = onnxRuntime(1);
  const { inputs } = await responseBases(network, layers, { images: colouredImages(4), engine });
  for (const layer of layers) {
    const ranks = bothEndsAt(network, [[layer, 24]]);
    const real = withLowRankLayer(narrowInputs(network, ranks, inputs), layer, 24);
    const split = placeholderSplits(network, ranks);
    assert.deepEqual(costs(split, [3, 64, 64]), costs(real, [3, 64, 64]));
    assert.deepEqual(split.nodes.map(inputsOf), real.nodes.map(inputsOf));
    assert.deepEqual(
      split.nodes.map(({ name }) => name).filter((name) => name.startsWith(layer)),
      partsOf(layer),
    );
  }
});

test("values of a network of placeholders throughout stay far from denormal ones", async () => {
  const layers = network.nodes.filter(({ kind }) => kind === "conv").map(({ name }) => name);
  const split = placeholderSplits(
    network,
    bothEndsAt(
      network,
      layers.map((layer) => [layer, 16]),
    ),
  );
  const logits = await run(split, formulaImages(2, 64), onnxRuntime(1));
  assert(logits.data.every((value) => Math.abs(value) > 1e-6 && Math.abs(value) < 1e6));
});

test("ranks beyond the outputs and nodes that are no convolutions are refused", () => {
  for (const rank of [0, 65, 1.5])
    assert.throws(() => placeholderSplits(network, outputsAt([["conv1", rank]])), /rank .* 1 to 64/);
  assert.throws(() => placeholderSplits(network, outputsAt([["fc", 4]])), /fc is a linear/);
  assert.throws(() => placeholderSplits(network, outputsAt([["layer9", 4]])), /no node layer9/);
});

test("placeholder factors have the shapes of an SVD's, in every form of a split", () => {
  const conv = convOf(network, "layer2.0.conv1");
  const forms: ((rank: number, made?: typeof placeholderSvd) => Conv[])[] = [
    (rank, made) => outputSplit(conv, rank, made?.(weightMatrix(conv.weight), rank)),
    (rank, made) => inputSplit(conv, rank, made?.(inputUnfolding(conv.weight), rank)),
    (rank, made) => spatialSplit(conv, rank, made?.(spatialUnfolding(conv.weight), rank)),
    (rank, made) =>
      tucker2(
        conv,
        [rank, rank],
        made && { input: made(inputUnfolding(conv.weight), rank), output: made(weightMatrix(conv.weight), rank) },
      ),
  ];
  const shapesOf = (nodes: Conv[]) => nodes.map(({ name, weight, stride }) => [name, weight.shape, stride]);
  for (const form of forms) assert.deepEqual(shapesOf(form(8, placeholderSvd)), shapesOf(form(8)));
});
