import { test } from "node:test";
import { varied } from "../../../../lib/assets/images/varied";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { heldOutJudge } from "../../../../lib/training/backbone/heldOutJudge";
import { accuracyOf, predictions } from "../../../../lib/training/evaluate";
import { mean } from "../../../../lib/statistics/summary";
import { assertNear } from "../../../support/close";
import { colouredImages, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const network = smallResnet(1, 4);
const images = colouredImages(40);
const sets = [images, varied(images, 0), varied(images, 1)];

test("accuracy is that on the images and on two varied copies of them, in equal parts", async () => {
  const shares: number[] = [];
  for (const shown of sets)
    shares.push(accuracyOf(predictions(await run(network, shown, engine)), images.labels).share);
  const { accuracy } = await heldOutJudge(images, engine)(network);
  assertNear(accuracy, (shares[0] + shares[1] + shares[2]) / 3, 1e-12);
});

test("loss is the mean cross-entropy to the labels", async () => {
  const losses: number[] = [];
  for (const shown of sets) {
    const logits = await run(network, shown, engine);
    const classes = logits.shape[1];
    for (let n = 0; n < shown.count; n++) {
      const powers = [...logits.data.subarray(n * classes, (n + 1) * classes)].map(Math.exp);
      losses.push(-Math.log(powers[shown.labels[n]] / powers.reduce((sum, value) => sum + value, 0)));
    }
  }
  assertNear((await heldOutJudge(images, engine)(network)).loss, mean(losses), 1e-5);
});
