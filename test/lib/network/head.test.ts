import assert from "node:assert/strict";
import { test } from "node:test";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { UserError } from "../../../lib/core/errors";
import { factorize, type Head, keptRank, linearHeads, withHead } from "../../../lib/network/head";
import { type Linear, nodeOf, parameterCount } from "../../../lib/network/network";
import { mean } from "../../../lib/statistics/summary";
import { readNetwork } from "../../../lib/network/resnet";
import { type Tensor, tensor } from "../../../lib/core/tensor";
import { formulaImages, formulaStateDict } from "../../support/formulaWeights";

const network = readNetwork(formulaStateDict(10), "formula").network;
const fc = nodeOf(network, "fc") as Linear;

test("a fresh head is one layer whose weights and biases fill ±1/√inputs evenly, as PyTorch's Linear", () => {
  const [[{ weight, bias }, ...more]] = linearHeads(400, 10, [2]);
  assert.deepEqual([weight.shape, bias?.shape, more.length], [[10, 400], [10], 0]);
  const numbers = [...weight.data, ...(bias?.data ?? [])].map((value) => value * 20);
  assert.ok(numbers.every((value) => Math.abs(value) <= 1.000001));
  assert.ok(Math.abs(mean(numbers)) < 0.04);
  assert.ok(Math.abs(mean(numbers.map((value) => value * value)) - 1 / 3) < 0.02);
});

test("a seed gives its head again, whatever stands beside it, another seed another", () => {
  const [one, two, again] = linearHeads(16, 3, [1, 2, 1]);
  assert.deepEqual(one, again);
  assert.deepEqual(linearHeads(16, 3, [2]), [two]);
  assert.notDeepEqual(one, two);
  assert.deepEqual(linearHeads(16, 3, []), []);
});

test("the kept rank is max(1, ⌊keep · rank⌋)", () => {
  assert.equal(keptRank(0.5, 10), 5);
  assert.equal(keptRank(0.2, 10), 2);
  assert.equal(keptRank(0, 10), 1);
  assert.equal(keptRank(1, 10), 10);
  assert.equal(keptRank(0.59, 10), 5);
  assert.equal(keptRank(1 - 1e-6, 512), 511);
});

test("a ratio of whole ranks keeps exactly that rank, however its product rounds", () => {
  assert.equal(Math.floor(0.29 * 100), 28);
  assert.equal(keptRank(0.29, 100), 29);
  assert.equal(keptRank(1 - 0.9, 10), 1);
  assert.equal(keptRank(0.8 - 0.1, 10), 7);
  for (const fullRank of [3, 10, 64, 100, 128, 512, 4608]) {
    for (let rank = 1; rank <= fullRank; rank++) assert.equal(keptRank(rank / fullRank, fullRank), rank);
  }
});

test("a keep ratio outside 0 … 1 is an error", () => {
  for (const keep of [-0.01, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => keptRank(keep, 10), new UserError(`keep ratio ${keep}: choose one between 0 and 1`));
});

test("a rank that the layer cannot have is an error", () => {
  for (const rank of [0, 11, 2.5, -1, Number.NaN])
    assert.throws(
      () => factorize([fc], rank),
      new UserError(`rank ${rank} for a 10 × 512 layer: choose a whole number from 1 to 10`),
    );
  assert.throws(() => factorize(factorize([fc], 5), 2), UserError);
});

test("parameters are the report's (table 3-1)", () => {
  const compressed = (keep: number) => withHead(network, factorize([fc], keptRank(keep, 10)));
  assert.equal(parameterCount(network), 11_181_642);
  assert.equal(parameterCount(compressed(0.5)), 11_179_132);
  assert.equal(parameterCount(compressed(0.2)), 11_177_566);
});

test("the truncated product errs by the singular values left out (Eckart and Young)", () => {
  // Rows that are orthogonal, of lengths 4, 3, 2, 1: these are the singular values.
  const weight = tensor([4, 6]);
  [4, 3, 2, 1].forEach((length, row) => {
    weight.data[row * 6 + ((row * 2) % 5)] = length;
  });
  const [first, second] = factorize([{ weight }], 2);
  assert.deepEqual(
    [first.weight.shape, second.weight.shape],
    [
      [2, 6],
      [4, 2],
    ],
  );
  const product = times(second.weight, first.weight);
  const error = Math.hypot(...product.data.map((value, i) => value - weight.data[i]));
  assert(Math.abs(error - Math.hypot(2, 1)) < 1e-6);
});

test("names, wiring and bias are those of the report's pair", () => {
  const [first, second] = withHead(network, factorize([fc], 5)).nodes.slice(-2) as Linear[];
  assert.deepEqual([first.name, first.input, first.bias], ["fc.0", "avgpool", undefined]);
  assert.deepEqual([second.name, second.input, second.bias], ["fc.1", "fc.0", fc.bias]);
});

test("surgery at full rank leaves the logits as they are", async () => {
  // Logits of this network are of order 1 (their largest is 2), so 1e-5 is absolute and relative at once.
  const images = formulaImages(4, 64);
  const before = await logits(network.nodes.length, [fc]);
  const after = await logits(network.nodes.length + 1, factorize([fc], 10));
  assert(Math.max(...before.data.map(Math.abs)) > 1);
  assert(largestDifference(before, after) < 1e-5);
  assert(largestDifference(before, await logits(network.nodes.length + 1, factorize([fc], 9))) > 1e-3);

  async function logits(nodeCount: number, head: Head): Promise<Tensor> {
    const rebuilt = withHead(network, head);
    assert.equal(rebuilt.nodes.length, nodeCount);
    const session = await onnxRuntime(1).open(rebuilt);
    const result = await session.run(images);
    await session.close();
    return result;
  }
});

test("a factorized head gives way to a plain one again, and heads that do not fit are refused", () => {
  const compressed = withHead(network, factorize([fc], 5));
  assert.deepEqual(withHead(compressed, [fc]), network);
  assert.throws(() => withHead(network, [{ weight: tensor([10, 100]) }]), /fc takes 100 inputs, but gets 512/);
  assert.throws(() => withHead(network, [{ weight: tensor([5, 512]) }, { weight: tensor([10, 4]) }]), /fc\.1 takes 4/);
  assert.throws(() => withHead({ nodes: [] }, [fc]), UserError);
});

function times(left: Tensor, right: Tensor): Tensor {
  const product = tensor([left.shape[0], right.shape[1]]);
  for (let row = 0; row < left.shape[0]; row++)
    for (let column = 0; column < right.shape[1]; column++)
      for (let k = 0; k < left.shape[1]; k++)
        product.data[row * right.shape[1] + column] +=
          left.data[row * left.shape[1] + k] * right.data[k * right.shape[1] + column];
  return product;
}

function largestDifference(first: Tensor, second: Tensor): number {
  assert.deepEqual(first.shape, second.shape);
  return first.data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - second.data[i])), 0);
}
