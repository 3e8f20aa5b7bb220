import assert from "node:assert/strict";
import { test } from "node:test";
import { varied } from "../../../../lib/assets/images/varied";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { heldOutJudge } from "../../../../lib/training/backbone/heldOutJudge";
import { accuracyOf, predictions } from "../../../../lib/training/evaluate";
import { assertNear } from "../../../support/close";
import { colouredImages, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const [network, other] = [smallResnet(1, 4), smallResnet(2, 4)];
const images = colouredImages(40);

test("accuracy is that on the images and on varied copies of them, in equal parts", async () => {
  const shares: number[] = [];
  for (const shown of [images, varied(images, 0)])
    shares.push(accuracyOf(predictions(await run(network, shown, engine)), images.labels).share);
  const { accuracy } = await heldOutJudge(images, engine)(network);
  assertNear(accuracy, (shares[0] + shares[1]) / 2, 1e-12);
});

test("no network has a lower loss by a teacher's answers than the teacher", async () => {
  const scoreOf = heldOutJudge(images, engine, network);
  const [own, others] = [await scoreOf(network), await scoreOf(other)];
  assert.ok(own.loss > 0 && own.loss < others.loss, `${own.loss}, ${others.loss}`);
  assert.deepEqual(await scoreOf(network), own);
});
