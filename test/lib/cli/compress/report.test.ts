import assert from "node:assert/strict";
import { test } from "node:test";
import { type CompressionRecord, compressionReport, headOf, onnxMetadata } from "../../../../lib/cli/compress/report";
import { tuningText } from "../../../../lib/cli/compress/tuningText";
import { reportPreprocessing } from "../../../../lib/assets/images/preprocessing";
import { tensor } from "../../../../lib/core/tensor";
import { comparePredictions } from "../../../../lib/compression/comparePredictions";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import type { Network } from "../../../../lib/network/network";
import type { Tuned } from "../../../../lib/training/backbone/tune";
import { bothEndsAt } from "../../../support/plans";
import { smallLayers, smallResnet } from "../../../support/smallResnet";

// Of 32 and 48 outputs; the stem's three inputs and those of a 1 × 1 kernel are never narrowed.
const ranks = bothEndsAt(smallResnet(1, 32), [
  ["stem", 8],
  ["a.conv1", 16],
  ["a.conv2", undefined],
  ["b.conv1", 24],
  ["b.conv2", undefined],
  ["b.down", 8],
]);
const layers = smallLayers.map((layer) => ({ layer, options: [{}, { ranks: ranks.get(layer) }] }));
const images = { count: 3, sha256: "of images", preprocessing: reportPreprocessing };
const headed: Network = { nodes: [{ kind: "linear", name: "fc", input: "avgpool", weight: tensor([10, 512]) }] };
const record = {
  loaded: {
    weights: { provenance: "custom", file: "own.pth", sha256: "of weights", notes: ['entry "ema"'] },
    images: {
      ...{ provenance: "custom", folder: "own", kind: "class folders", notes: ["split"] },
      ...{ train: images, test: images, classNames: ["cat", "dog"] },
    },
    read: { network: headed, kind: "ResNet-18", classes: 10, notes: ["prefix module. taken off"] },
  },
  asked: { settings: { entry: "ema" }, speedup: 1.5, batch: 8 },
  prepared: {
    options: { engine: onnxRuntime(1), network: headed, classes: 2 },
    learning: images,
    calibration: images,
    heldOut: images,
    measured: { network: smallResnet(1, 32), imageShape: [3, 64, 64], restMs: 1, layers },
  },
  attempt: { copy: { plan: { ranks, inFp32: new Set(), predictedMs: {}, speedup: 1.5 } }, measured: {} },
  seconds: {},
} as unknown as CompressionRecord;

test("the file names its source, every layer's rank, the narrowed layers' input ranks, and the classes", () => {
  const metadata = onnxMetadata(record);
  assert.equal(metadata.source_sha256, "of weights");
  assert.equal(metadata.source, 'ResNet-18, 10 classes; entry "ema"; prefix module. taken off');
  assert.deepEqual(JSON.parse(metadata.ranks), {
    stem: 8,
    "a.conv1": 16,
    "a.conv2": null,
    "b.conv1": 24,
    "b.conv2": null,
    "b.down": 8,
  });
  assert.deepEqual(JSON.parse(metadata.input_ranks), { "a.conv1": 16, "b.conv1": 16 });
  assert.deepEqual(JSON.parse(metadata.classes), ["cat", "dog"]);
});

test("which head was compressed is said with both numbers of classes", () => {
  assert.match(headOf({ network: headed, classes: 10 }), /^the checkpoint's own, of 10 classes$/);
  for (const classes of [9, 11])
    assert.match(headOf({ network: headed, classes }), new RegExp(`linear probe .* of ${classes} classes, .* of 10$`));
  assert.match(headOf({ network: { nodes: [] }, classes: 10 }), /^a linear probe .* of 10 classes, .* has no head$/);
  assert.match(onnxMetadata(record).head, /linear probe .* of 2 classes, .* of 10, refitted/);
});

test("the report states the file's operator set and IR version, and both ranks of each layer", () => {
  const { onnx, plan } = compressionReport(record, { file: "m.onnx", bytes: 5, sha256: "of it" });
  assert.deepEqual(onnx, { file: "m.onnx", bytes: 5, sha256: "of it", irVersion: 8, opset: 15 });
  assert.deepEqual(
    plan.layers.map(({ layer, rank, inputRank }) => [layer, rank, inputRank]),
    [
      ["stem", 8, null],
      ["a.conv1", 16, 16],
      ["a.conv2", null, null],
      ["b.conv1", 24, 16],
      ["b.conv2", null, null],
      ["b.down", 8, null],
    ],
  );
});

test("the report states the entry that was chosen and all that was said of what was read", () => {
  const { weights, images } = compressionReport(record, { file: "m.onnx", bytes: 5, sha256: "of it" });
  assert.deepEqual(
    [weights.entry, weights.network, weights.notes],
    ["ema", "ResNet-18", ['entry "ema"', "prefix module. taken off"]],
  );
  assert.deepEqual([images.kind, images.notes], ["class folders", ["split"]]);
  const { asked } = record;
  const plain = { ...record, asked: { ...asked, settings: { ...asked.settings, entry: undefined } } };
  assert.equal(compressionReport(plain, { file: "m.onnx", bytes: 5, sha256: "of it" }).weights.entry, null);
});

test("the report holds what was tried, and what each lost on the held-out images", () => {
  const onnx = { file: "m.onnx", bytes: 5, sha256: "of it" };
  assert.equal(compressionReport(record, onnx).candidates, null);
  const labels = new Int32Array(3);
  const heldOut = comparePredictions(labels, labels, labels);
  const { candidates } = compressionReport({ ...record, tried: [{ copy: record.attempt.copy, heldOut }] }, onnx);
  assert.deepEqual(
    candidates?.map(({ speedup }) => speedup),
    [1.5],
  );
  assert.deepEqual(candidates?.[0].heldOut, heldOut);
  assert.equal(candidates?.[0].ranks["a.conv1"], 16);
});

test("a training of the layers is said in the file, and only then", () => {
  assert.equal("tuning" in onnxMetadata(record), false);
  const score = (loss: number) => ({ loss, accuracy: 0.9 });
  const tuned: Tuned = {
    network: { nodes: [] },
    improved: true,
    heldOut: { before: score(0.5), after: score(0.25) },
    learningRate: 0.003,
    epochs: 10,
    ended: "all epochs",
  };
  const { attempt } = record;
  const withTuning = { ...record, attempt: { ...attempt, copy: { ...attempt.copy, tuned } } };
  assert.match(
    onnxMetadata(withTuning).tuning,
    /^10 epochs .* 0\.003, all epochs; .* loss 0\.500 → 0\.250, top-1 90\.00 → 90\.00 %$/,
  );
  assert.match(tuningText({ ...tuned, improved: false }), /closed form stays$/);
  assert.match(tuningText({ ...tuned, heldOut: undefined }), /closed form stays$/);
});
