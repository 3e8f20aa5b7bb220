import assert from "node:assert/strict";
import { test } from "node:test";
import { costs, cutAfter, inputsOf, type Network, nodeOf, parameterCount } from "../../../lib/network/network";
import { readNetwork } from "../../../lib/network/resnet";
import { tensor } from "../../../lib/core/tensor";
import { formulaStateDict } from "../../support/formulaWeights";

const perChannel = () => tensor([4]);

/** A stem, two branches that meet, and a head: each kind of node once. */
const branched: Network = {
  nodes: [
    {
      kind: "conv",
      name: "stem",
      input: "image",
      weight: tensor([4, 3, 3, 5]),
      bias: tensor([4]),
      stride: [2, 1],
      padding: [1, 2],
    },
    { kind: "conv", name: "left", input: "stem", weight: tensor([4, 4, 1, 1]), stride: [1, 1], padding: [0, 0] },
    {
      kind: "batchNorm",
      name: "leftNorm",
      input: "left",
      scale: perChannel(),
      shift: perChannel(),
      mean: perChannel(),
      variance: perChannel(),
      epsilon: 1e-5,
    },
    { kind: "relu", name: "right", input: "stem" },
    { kind: "add", name: "sum", inputs: ["leftNorm", "right"] },
    { kind: "maxPool", name: "pool", input: "sum", size: 3, stride: 2, padding: 1 },
    { kind: "globalAveragePool", name: "avgpool", input: "pool" },
    { kind: "linear", name: "fc", input: "avgpool", weight: tensor([10, 4]), bias: tensor([10]) },
  ],
};

const names = ({ nodes }: Network) => nodes.map(({ name }) => name);

test("costs by hand: a 3 × 9 × 11 image", () => {
  const rows = costs(branched, [3, 9, 11]).map(({ name, outputShape, parameters, macs, bytes }) => [
    name,
    outputShape.join("×"),
    parameters,
    macs,
    bytes / 4,
  ]);
  // Height (9 + 2 − 3)/2 + 1 = 5, width (11 + 4 − 5)/1 + 1 = 11; bytes/4 = inputs + parameters + output.
  assert.deepEqual(rows, [
    ["stem", "4×5×11", 184, 180 * 55, 297 + 184 + 220],
    ["left", "4×5×11", 16, 16 * 55, 220 + 16 + 220],
    ["leftNorm", "4×5×11", 8, 0, 220 + 8 + 220],
    ["right", "4×5×11", 0, 0, 220 + 220],
    ["sum", "4×5×11", 0, 0, 220 + 220 + 220],
    ["pool", "4×3×6", 0, 0, 220 + 72],
    ["avgpool", "4", 0, 0, 72 + 4],
    ["fc", "10", 50, 40, 4 + 50 + 10],
  ]);
});

test("ResNet-18 costs what is published: 11,689,512 parameters, 1.814 · 10⁹ MACs at 224 × 224", () => {
  const network = readNetwork(formulaStateDict(1000), "formula").network;
  assert.equal(parameterCount(network), 11689512);
  const rows = costs(network, [3, 224, 224]);
  assert.equal(
    rows.reduce((sum, { macs }) => sum + macs, 0),
    1814073344,
  );
  assert.equal(
    rows.reduce((sum, { parameters }) => sum + parameters, 0),
    11689512,
  );
  assert.deepEqual(rows.find(({ name }) => name === "layer4.1.add")?.outputShape, [512, 7, 7]);
});

test("parameters are what training changes: no running statistics", () => {
  assert.equal(parameterCount(branched), 184 + 16 + 8 + 50);
  assert.equal(parameterCount({ nodes: [] }), 0);
});

test("a cut keeps what its end needs, in order, and nothing else", () => {
  assert.deepEqual(names(cutAfter(branched, "leftNorm")), ["stem", "left", "leftNorm"]);
  assert.deepEqual(names(cutAfter(branched, "right")), ["stem", "right"]);
  assert.deepEqual(names(cutAfter(branched, "sum")), ["stem", "left", "leftNorm", "right", "sum"]);
  assert.deepEqual(cutAfter(branched, "fc"), branched);
  assert.equal(names(branched).length, 8, "the network itself stays whole");
});

test("every cut is a network: each input comes before, and the end is last", () => {
  for (const end of names(branched)) {
    const { nodes } = cutAfter(branched, end);
    const known = new Set(["image"]);
    for (const node of nodes) {
      assert.ok(inputsOf(node).every((input) => known.has(input)));
      known.add(node.name);
    }
    assert.equal(nodes[nodes.length - 1].name, end);
  }
});

test("a node that is not there is named, beside the nearest that are", () => {
  assert.equal(nodeOf(branched, "sum").kind, "add");
  for (const ask of [() => nodeOf(branched, "layer9"), () => cutAfter(branched, "layer9")])
    assert.throws(ask, /^UserError: there is no node layer9: choose for instance left, stem, leftNorm$/);
});
