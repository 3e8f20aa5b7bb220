import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { UserError } from "../../../../lib/core/errors";
import { interruptible } from "../../../../lib/core/interrupt";
import { normalTensor, Random } from "../../../../lib/core/random";
import { relativeError } from "../../../../lib/core/tensor";
import { loadTensorflow } from "../../../../lib/engines/loadTensorflow";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { layerOf } from "../../../../lib/network/layerOf";
import { cutAfter, type Network } from "../../../../lib/network/network";
import { heldOutJudge } from "../../../../lib/training/backbone/heldOutJudge";
import { tensorflowTuner } from "../../../../lib/training/backbone/tensorflowTuner";
import { onnxTuner, type OpenTuner } from "../../../../lib/training/backbone/tuner";
import { tune, type TuningOptions } from "../../../../lib/training/backbone/tune";
import { predictions } from "../../../../lib/training/evaluate";
import { withoutHeldOut } from "../../../../lib/training/heldOut";
import { assertNear } from "../../../support/close";
import { colouredImages, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const teacher = smallResnet(1, 4);

/** The teacher, its layers after the first off by a share of their own size. */
function disturbed(share: number): Network {
  const random = new Random(5);
  const nodes = teacher.nodes.map((node) => {
    if (node.kind !== "conv" || node.name === "stem") return node;
    const size = Math.sqrt(node.weight.data.reduce((sum, value) => sum + value ** 2, 0) / node.weight.data.length);
    const noise = normalTensor(node.weight.shape, random).data;
    const data = node.weight.data.map((value, i) => value + share * size * noise[i]);
    return { ...node, weight: { shape: node.weight.shape, data } };
  });
  return { nodes };
}

/** Labelled as the teacher sees them. */
async function taughtImages(count: number) {
  const images = colouredImages(count);
  return { ...images, labels: Int32Array.from(predictions(await run(teacher, images, engine))) };
}

const options = (changed: Partial<TuningOptions> = {}): TuningOptions => ({
  epochs: 4,
  engine,
  teacher,
  ...changed,
});

const start = disturbed(0.5);

describe("tuning", async () => {
  const images = await taughtImages(448);
  const { learning, heldOut } = withoutHeldOut(images);
  const scoreOf = heldOutJudge(heldOut, engine);
  const accuracy = async (network: Network) => (await scoreOf(network)).accuracy;

  for (const [name, taught] of [
    ["a teacher's answers", teacher],
    ["the labels", undefined],
  ] as const)
    test(`by ${name} brings a disturbed network nearer`, async () => {
      const shares: number[] = [];
      const tuned = await tune(start, images, options({ teacher: taught, onProgress: (done) => shares.push(done) }));
      assert.ok(tuned.improved);
      const { before, after } = tuned.heldOut!;
      assert.ok(after.loss < before.loss && after.accuracy > before.accuracy, JSON.stringify(tuned.heldOut));
      assert.equal(after.accuracy, await accuracy(tuned.network));
      assert.equal(before.accuracy, await accuracy(start));
      assert.deepEqual([tuned.epochs, tuned.ended], [4, "all epochs"]);
      assert.deepEqual(tuned.network.nodes[0], start.nodes[0]);
      assert.deepEqual(
        [...shares].sort((a, b) => a - b),
        shares,
      );
      assert.equal(shares.at(-1), 1);
    });

  test("a rate that does worse than guessing is given up at once, and the best goes on from its trial", async () => {
    const runs: { network: Network; rates: number[]; trained: Network[] }[] = [];
    const openTuner: OpenTuner = async (network, ...rest) => {
      const tuner = await onnxTuner(network, ...rest);
      const run = { network, rates: [] as number[], trained: [] as Network[] };
      runs.push(run);
      return {
        ...tuner,
        step: async (lesson, settings) => {
          run.rates.push(settings.learningRate);
          const loss = await tuner.step(lesson, settings);
          return settings.learningRate > 0.00009 ? 100 : loss;
        },
        trained: () => {
          run.trained.push(tuner.trained());
          return run.trained.at(-1)!;
        },
      };
    };
    const tuned = await tune(start, images, options({ epochs: 12, openTuner }));
    assert.deepEqual([tuned.learningRate, tuned.epochs, tuned.ended], [0.00003, 12, "all epochs"]);
    const [lowest, tooHigh, rest] = runs;
    assert.equal(runs.length, 3);
    assert.ok(
      tooHigh.rates.length < lowest.rates.length / 2,
      `${tooHigh.rates.length} of ${lowest.rates.length} steps`,
    );
    assert.deepEqual([lowest.network, tooHigh.network, rest.network], [start, start, lowest.trained.at(-1)]);
    const steps = 12 * Math.floor(learning.count / 64);
    assert.equal(lowest.rates.length + rest.rates.length, steps);
    for (const { rates } of [lowest, rest]) {
      const highest = rates.indexOf(Math.max(...rates));
      assert.ok(highest < rates.length / 4 && rates[0] < rates[highest] && rates.at(-1)! < 0.000003, rates.join());
    }
  });

  test("is the same twice", async () => {
    const [first, second] = [
      await tune(start, images, options({ epochs: 1 })),
      await tune(start, images, options({ epochs: 1 })),
    ];
    assert.deepEqual(first, second);
  });

  test("by TensorFlow ends where it does by ONNX Runtime", async () => {
    const { tf, backend } = await loadTensorflow();
    // WebAssembly trains no convolutions, plain loops do.
    if (backend === "WASM") await tf.setBackend("cpu");
    const ours = await tune(start, images, options({ epochs: 1 }));
    const theirs = await tune(start, images, options({ epochs: 1, openTuner: tensorflowTuner }));
    if (backend === "WASM") await tf.setBackend("wasm");
    assert.ok(ours.improved);
    assert.deepEqual([theirs.learningRate, theirs.ended], [ours.learningRate, ours.ended]);
    assertNear(theirs.heldOut!.after.loss, ours.heldOut!.after.loss, 1e-4);
    for (const layer of ["a.conv1", "b.down", "head"])
      assert.ok(
        relativeError(layerOf(ours.network, layer).weight, layerOf(theirs.network, layer).weight) < 1e-4,
        layer,
      );
  });

  test("keeps the network where what is learnt makes it worse", async () => {
    const wrong = Int32Array.from(images.labels, (label, i) => (i < learning.count ? (label + 1) % 5 : label));
    const tuned = await tune(teacher, { ...images, labels: wrong }, options({ teacher: undefined, epochs: 1 }));
    assert.equal(tuned.improved, false);
    assert.deepEqual(tuned.network, teacher);
    assert.deepEqual(tuned.heldOut!.after, tuned.heldOut!.before);
  });

  test("trains no layer up to the stated one", async () => {
    const tuned = await tune(start, images, options({ epochs: 1, frozen: "a.relu2" }));
    const changed = tuned.network.nodes.filter((node, i) => node !== start.nodes[i]).map(({ name }) => name);
    assert.deepEqual(changed, ["b.conv1", "b.conv2", "b.down", "head"]);
  });

  test("ends when its time is up", async () => {
    const begun = performance.now();
    const tuned = await tune(start, images, options({ epochs: 10_000, minutes: 0.05 }));
    assert.equal(tuned.ended, "time is up");
    assert.ok(tuned.epochs > 0 && tuned.epochs < 10_000);
    assert.ok(performance.now() - begun < 60_000);
  });

  test("an interrupt leaves the best so far", async () => {
    const controller = new AbortController();
    const onProgress = (done: number) => {
      if (done > 0.6) controller.abort();
    };
    const tuned = await interruptible(controller.signal, () => tune(start, images, options({ onProgress })));
    assert.equal(tuned.ended, "interrupted");
    assert.ok(tuned.improved && tuned.epochs < 4);
    assert.equal(tuned.heldOut!.after.accuracy, await accuracy(tuned.network));
  });

  test("an interrupt before all leaves the network", async () => {
    const tuned = await interruptible(AbortSignal.abort(), () => tune(start, images, options()));
    assert.deepEqual([tuned.network, tuned.improved, tuned.heldOut], [start, false, undefined]);
  });

  test("settings that make no sense are refused", async () => {
    for (const changed of [
      { epochs: undefined },
      { teacher: cutAfter(teacher, "features") },
      { epochs: 0 },
      { epochs: 1.5 },
      { minutes: 0 },
      { frozen: "head" },
    ])
      await assert.rejects(tune(start, images, options(changed)), UserError);
  });
});
