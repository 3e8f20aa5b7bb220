import assert from "node:assert/strict";
import { test } from "node:test";
import { deepNetwork } from "../../../lib/network/deepNetwork";
import { type Conv, inputsOf, type Network, type Node, nodeOf } from "../../../lib/network/network";
import { replaceNode, rewired } from "../../../lib/network/rewire";

const network = deepNetwork(4);
const relu = (name: string, input: string): Node => ({ kind: "relu", name, input });

test("a node reads the new name wherever it read the old one, and nothing else changes", () => {
  const add: Node = { kind: "add", name: "sum", inputs: ["a", "a"] };
  assert.deepEqual(rewired(add, "a", "b"), { ...add, inputs: ["b", "b"] });
  assert.deepEqual(rewired(add, "c", "b"), add);
  assert.deepEqual(rewired(relu("r", "a"), "a", "b"), relu("r", "b"));
});

test("a chain takes a node's place, in order, and every reader of the node reads the chain's last", () => {
  const chain = [relu("first", "relu"), relu("second", "first")];
  const changed = replaceNode(network, "maxpool", chain);
  const names = ({ nodes }: Network) => nodes.map(({ name }) => name);
  assert.deepEqual(
    names(changed),
    names(network).flatMap((name) => (name === "maxpool" ? ["first", "second"] : [name])),
  );
  for (const node of network.nodes.filter(({ name }) => name !== "maxpool")) {
    const inputs = inputsOf(node).map((input) => (input === "maxpool" ? "second" : input));
    assert.deepEqual(inputsOf(nodeOf(changed, node.name)), inputs);
  }
  assert.deepEqual(network, deepNetwork(4));
});

test("a node may give way to one of its own name, and the last node to a chain", () => {
  const conv = nodeOf(network, "conv1") as Conv;
  assert.deepEqual(replaceNode(network, "conv1", [{ ...conv, stride: [1, 1] }]).nodes.slice(1), network.nodes.slice(1));
  const { nodes } = replaceNode(network, "fc", [relu("a", "avgpool"), relu("b", "a")]);
  assert.equal(nodes[nodes.length - 1].name, "b");
});

test("nodes that are not there, empty chains and names that are taken are refused", () => {
  assert.throws(() => replaceNode(network, "layer9", [relu("a", "relu")]), /no node layer9/);
  assert.throws(() => replaceNode(network, "maxpool", []), /in place of maxpool/);
  assert.throws(() => replaceNode(network, "maxpool", [relu("conv1", "relu")]), /a node conv1 already/);
});
