import assert from "node:assert/strict";
import { test } from "node:test";
import { preprocess } from "../../../lib/assets/images/preprocess";
import { relativeError } from "../../../lib/core/tensor";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { run } from "../../../lib/engines/run";
import { valuesAt } from "../../../lib/engines/valuesAt";
import { cutAfter, imageInput } from "../../../lib/network/network";
import { randomImages } from "../../support/countingEngine";
import { smallResnet } from "../../support/smallResnet";

const network = smallResnet();
const engine = onnxRuntime(1);
const images = randomImages(3);

test("values are those of the network up to each node, in its order, the image first", async () => {
  const names = new Set(["head", "b.conv2", "a.relu2", imageInput, "a.conv2", "b.down"]);
  const seen: string[] = [];
  for await (const [name, values] of valuesAt(network, names, images, engine)) {
    seen.push(name);
    const expected =
      name === imageInput ? preprocess(images, 0, 3) : await run(cutAfter(network, name), images, engine);
    assert.ok(relativeError(expected, values) < 1e-6, name);
  }
  assert.deepEqual(seen, [imageInput, "a.conv2", "a.relu2", "b.conv2", "b.down", "head"]);
});

test("of no nodes there are no values", async () => {
  for await (const [name] of valuesAt(network, new Set(), images, engine)) assert.fail(name);
});
