import assert from "node:assert/strict";
import { test } from "node:test";
import type { Assets } from "../../../../lib/assets/assets";
import { asRead } from "../../../../lib/cli/compress/asRead";
import { tensor } from "../../../../lib/core/tensor";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { withHead } from "../../../../lib/network/head";
import { readNetwork } from "../../../../lib/network/resnet";
import { recordedResnet } from "../../../fixtures/resnets/recorded";
import { colouredImages } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const { network } = readNetwork(recordedResnet("basic blocks").stateDict, "own.pth");
/** A head that says the same of every image. */
const constant = (classes: number, always: number) =>
  withHead(network, [
    {
      weight: tensor([classes, 64]),
      bias: tensor(
        [classes],
        Float32Array.from({ length: classes }, (_, c) => Number(c === always)),
      ),
    },
  ]);
const images = (count: number, classNames = ["a", "b", "c", "d", "e"]) => {
  const test = colouredImages(count);
  return { test, train: test, classNames } as unknown as Assets["images"];
};

test("the share of the first 500 test images that the checkpoint's own head gets right, with a warning at chance", async () => {
  const [line, warning] = await asRead(constant(5, 2), images(7), engine);
  assert.match(line, /^as read: 14\.3 % top-1 of the first 7 test images/);
  assert.match(warning, /^warning: guessing gives 20\.0 %/);
  assert.match((await asRead(constant(5, 2), images(503), engine))[0], /of the first 500 test images/);
});

test("no warning where the head knows better", async () => {
  const set = images(4);
  set.test.labels.fill(3);
  const lines = await asRead(constant(5, 3), set, engine);
  assert.equal(lines.length, 1);
  assert.match(lines[0], /^as read: 100\.0 %/);
});

test("nothing is said of a head of other classes, or of none", async () => {
  assert.deepEqual(await asRead(constant(6, 0), images(4), engine), []);
  const headless = { nodes: network.nodes.filter(({ name }) => name !== "fc") };
  assert.deepEqual(await asRead(headless, images(4), engine), []);
});
