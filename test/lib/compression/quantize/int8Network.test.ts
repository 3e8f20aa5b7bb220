import assert from "node:assert/strict";
import { test } from "node:test";
import { int8Network } from "../../../../lib/compression/quantize/int8Network";
import { convolutionsOf } from "../../../../lib/compression/quantize/quantizeNetwork";
import { relativeError, tensor } from "../../../../lib/core/tensor";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { inputSplit } from "../../../../lib/network/inputSplit";
import { convOf } from "../../../../lib/network/layerOf";
import type { Network } from "../../../../lib/network/network";
import { replaceNode } from "../../../../lib/network/rewire";
import { colouredImages, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const small = smallResnet(1, 32);
const [seen, unseen] = [colouredImages(16, 1), colouredImages(16, 2)];

/** What rounding to int8 changes on images that no range was taken over. */
async function change(network: Network): Promise<number> {
  const layers = convolutionsOf(network);
  const rounded = await int8Network(network, { layers, mostWeight: 127 }, { images: seen, engine });
  return relativeError(await run(network, unseen, engine), await run(rounded, unseen, engine));
}

test("rounding changes the outputs by less than a tenth, also of images that it has not seen", async () => {
  const error = await change(small);
  assert.ok(error > 1e-4 && error < 0.1, String(error));
});

test("channels between two convolutions may differ a hundredfold: they are equalized before they are rounded", async () => {
  const [first, second] = inputSplit(convOf(small, "b.conv2"), 32);
  const factor = (channel: number) => 10 ** ((channel % 3) - 1);
  const unlike = [
    {
      ...first,
      weight: tensor(
        first.weight.shape,
        first.weight.data.map((w, i) => w * factor(Math.floor(i / 48))),
      ),
    },
    {
      ...second,
      weight: tensor(
        second.weight.shape,
        second.weight.data.map((w, i) => w / factor(Math.floor(i / 9) % 32)),
      ),
    },
  ];
  const split = replaceNode(small, "b.conv2", [first, second]);
  const hard = replaceNode(small, "b.conv2", unlike);
  assert.ok(relativeError(await run(split, unseen, engine), await run(hard, unseen, engine)) < 1e-5);
  assert.ok((await change(hard)) < 1.3 * (await change(split)));
});
