import assert from "node:assert/strict";
import { test } from "node:test";
import { cifarClassNames } from "../../../lib/assets/officialFiles";
import { recordedLabels } from "../../../lib/claims/recorded";

test("the recorded labels are those of 512 images of CIFAR-10's ten classes, in label order", () => {
  assert.deepEqual(Object.keys(recordedLabels.counts), cifarClassNames);
  assert.equal(recordedLabels.total, 512);
  assert.equal(
    Object.values(recordedLabels.counts).reduce((sum, count) => sum + count),
    512,
  );
});
