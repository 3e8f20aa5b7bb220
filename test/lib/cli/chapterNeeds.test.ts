import assert from "node:assert/strict";
import { test } from "node:test";
import { reportPreprocessing } from "../../../lib/assets/images/preprocessing";
import { type Loaded, obstacleTo } from "../../../lib/cli/chapterNeeds";
import { inUse, shown } from "../../../lib/cli/inUse";
import { FileError } from "../../../lib/core/errors";

const labelled = { count: 1024, preprocessing: reportPreprocessing };
const loaded = (images: number, classes?: number, provenance = "custom") =>
  ({
    weights: { provenance, file: "own.pth", sha256: "0123456789abcdef", notes: ['entry "model"'] },
    images: {
      provenance: "custom",
      folder: "own",
      kind: "class folders",
      train: labelled,
      test: labelled,
      classNames: new Array(images).fill("c"),
      notes: [],
    },
    read: { network: { nodes: [] }, kind: "ResNet-50", classes, notes: ["prefix module. taken off"] },
  }) as unknown as Loaded;

const left = (of: Loaded) => [1, 2, 3, 4, 5, 6, 7].filter((chapter) => obstacleTo(chapter, of));

test("on ten classes of images and any head all chapters run, on other numbers 1, 2, 5 and 7", () => {
  for (const classes of [1, 2, 10, 1000]) {
    assert.deepEqual(left(loaded(10, classes)), []);
    for (const images of [2, 9, 100]) assert.deepEqual(left(loaded(images, classes)), [3, 4, 6]);
  }
});

test("without a head all but those that look at it run", () => {
  assert.deepEqual(left(loaded(10)), [2, 6]);
  assert.deepEqual(left(loaded(4)), [2, 3, 4, 6]);
});

test("what is in the way is said of the file that it lies in", () => {
  const classes = obstacleTo(3, loaded(4, 4));
  assert.ok(classes instanceof FileError && classes.file === "own");
  assert.match(classes.reason, /^holds images of 4 classes, .* 10: .*npm run compress/);
  const head = obstacleTo(2, loaded(10));
  assert.ok(head instanceof FileError && head.file === "own.pth");
  assert.match(head.reason, /^has no head, which chapters 2 and 6 /);
});

test("two lines say what is in use; a banner says it of the reader's own network only", () => {
  const [weights, images, ...more] = inUse(loaded(10, 1000)).split("\n");
  assert.match(
    weights,
    /^weights: custom, own\.pth, .*: ResNet-50, 1000 classes; entry "model"; prefix module\. taken off$/,
  );
  assert.match(images, /^images: custom, own, class folders; 10 classes, 1024 to learn from, .*128 × 128/);
  assert.deepEqual(more, []);
  assert.match(inUse(loaded(10)), /ResNet-50, no head/);
  assert.match(shown(loaded(10, 1)).weights.network ?? "", /^ResNet-50, 1 class;/);
  assert.equal(shown(loaded(10, 1000, "demo")).weights.network, undefined);
});
