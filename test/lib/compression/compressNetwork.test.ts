import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { readImages } from "../../../lib/assets/images/imageSource";
import { firstImages, type LabelledImages } from "../../../lib/assets/images/labelledImages";
import { drawDemoImages } from "../../../lib/assets/demo";
import { preprocess } from "../../../lib/assets/images/preprocess";
import { type SpeedPlan, splitsNothing } from "../../../lib/compression/allocate/speedPlan";
import { pointsLost } from "../../../lib/compression/comparePredictions";
import { type Candidate, type CompressRequest, compressNetwork } from "../../../lib/compression/compressNetwork";
import type { LayerMeasurements } from "../../../lib/compression/measure/measureLayers";
import type { Timer } from "../../../lib/compression/measureCompressed";
import { ownHead } from "../../../lib/compression/prepareCompression";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { beside } from "../../../lib/engines/timeBeside";
import { run } from "../../../lib/engines/run";
import { UserError } from "../../../lib/core/errors";
import { withHead, linearHeads } from "../../../lib/network/head";
import { type Conv, imageInput, type Network, nodeOf } from "../../../lib/network/network";
import { buildFolder, demoFolder } from "../../../lib/core/paths";
import { Random } from "../../../lib/core/random";
import { sizeOf, type Tensor, tensor } from "../../../lib/core/tensor";
import { timing } from "../../support/madeUp";
import { bothEndsAt } from "../../support/plans";
import { accuracyOf, predictions } from "../../../lib/training/evaluate";

const engine = onnxRuntime(1);
const folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
after(() => rmSync(folder, { recursive: true }));

let request: CompressRequest;
let manyTestImages: LabelledImages;
before(async () => {
  const images = join(buildFolder, "cache", "demo-images");
  await drawDemoImages(images, demoFolder);
  const { train, test } = await readImages(images, undefined, { size: 128, folder });
  manyTestImages = firstImages(test, 500);
  request = {
    network: smallNetwork(),
    train: firstImages(train, 120),
    classes: 10,
    test: firstImages(test, 64),
    engine,
    batch: 32,
    speedup: 1.2,
    planner,
    ladder: ([measured]) => [1.1, 1.2, 1.3, 1.4].map((speedup) => planFor(measured, speedup)),
    timer: async (_prepared, { plan }) => beside(timing(plan.speedup), timing(1)),
    cache: { fresh: false, folder },
    sizes: { calibrationImages: 32, responsesImages: 16, sensitivityImages: 4 },
  };
});

const channels = 64;

/** A ResNet of one block with made-up numbers, that names its features and its head as ResNet-18 does; seven classes. */
function smallNetwork(): Network {
  const random = new Random(3);
  const conv = (name: string, input: string, shape: number[], stride: number): Conv => {
    const deviation = Math.sqrt(2 / sizeOf(shape.slice(1)));
    const numbers = Float32Array.from({ length: sizeOf(shape) }, () => deviation * random.normal());
    const padding = (shape[2] - 1) / 2;
    const weight = tensor(shape, numbers);
    return { kind: "conv", name, input, weight, stride: [stride, stride], padding: [padding, padding] };
  };
  return {
    nodes: [
      conv("conv1", imageInput, [channels, 3, 7, 7], 8),
      { kind: "relu", name: "relu", input: "conv1" },
      conv("block.conv1", "relu", [channels, channels, 3, 3], 1),
      { kind: "relu", name: "block.relu1", input: "block.conv1" },
      conv("block.conv2", "block.relu1", [channels, channels, 3, 3], 1),
      { kind: "add", name: "block.add", inputs: ["block.conv2", "relu"] },
      { kind: "relu", name: "block.relu2", input: "block.add" },
      { kind: "globalAveragePool", name: "avgpool", input: "block.relu2" },
      { kind: "linear", name: "fc", input: "avgpool", ...linearHeads(channels, 7, [3])[0][0] },
    ],
  };
}

/** Ranks that fall as the speed-up rises. No clock decides. */
function planFor({ network, layers, int8 }: LayerMeasurements, speedup: number): SpeedPlan {
  const rank = speedup > 1.35 ? 8 : 16;
  return {
    ranks: bothEndsAt(
      network,
      layers.map(({ layer }) => [layer, layer === "conv1" ? undefined : rank]),
    ),
    precision: int8 ? "int8" : "fp32",
    loss: int8?.loss ?? 0,
    predictedMs: { original: speedup, compressed: 1 },
    speedup,
    inFp32: new Set<string>(),
    busy: 0,
  };
}

/** A speed-up above 100 is out of reach. */
const planner: CompressRequest["planner"] = async (measured, _engine, speedup) => {
  if (speedup > 100) throw new UserError(`${speedup} × is out of reach`);
  return planFor(measured, speedup);
};

const logits = (network: Network, { count, ...rest }: LabelledImages): Promise<Tensor> =>
  run(network, preprocess({ count, ...rest }, 0, count), engine);

/** The network with ten classes of which none is the likeliest on average, so that small changes change answers. */
async function undecided(network: Network, images: LabelledImages): Promise<Network> {
  const [[head]] = linearHeads(channels, 10, [1]);
  const { data } = await logits(withHead(network, [head]), images);
  const bias = Float32Array.from(head.bias?.data ?? []);
  data.forEach((value, i) => {
    bias[i % 10] -= value / images.count;
  });
  return withHead(network, [{ weight: head.weight, bias: tensor([10], bias) }]);
}

/** For each image the class with the smallest of its logits. */
function unlikeliest({ shape: [count, classes], data }: Tensor): Int32Array {
  return predictions({ shape: [count, classes], data: data.map((value) => -value) });
}

test("a network is compressed with a head of its own; what was measured is what the network does", async () => {
  const steps = new Set<string>();
  const parts: string[] = [];
  const outcome = await compressNetwork({
    ...request,
    // By the clock, which cannot miss so little.
    speedup: 0.1,
    timer: undefined,
    onStep: (step) => steps.add(step),
    onSeconds: (part) => parts.push(part),
  });
  assert.ok(outcome.kind === "met");
  const { prepared, attempt } = outcome;
  const { learning, calibration, heldOut } = prepared;
  assert.deepEqual([learning.count, calibration.count, heldOut.count], [108, 32, 12]);
  assert.deepEqual(heldOut.labels, request.train.labels.subarray(108));
  assert.notEqual(prepared.head, nodeOf(request.network, "fc"));
  const { copy, measured } = attempt;
  assert.equal(copy.plan.speedup, 0.1);
  assert.equal(measured.speedup, measured.ms.before.usual / measured.ms.after.usual);
  const { correct } = accuracyOf(predictions(await logits(copy.network, request.test)), request.test.labels);
  assert.equal(measured.after.correct, correct);
  const { bothRight, onlyFirst, onlySecond, neither } = measured.counts;
  assert.deepEqual([measured.before.correct, correct], [bothRight + onlyFirst, bothRight + onlySecond]);
  assert.equal(bothRight + onlyFirst + onlySecond + neither, 64);
  assert.ok(measured.bytes.after < measured.bytes.before);
  assert.deepEqual(parts, ["head, times, sensitivity", "plan", "fit", "measurement"]);
  for (const step of ["head", "responses", "sensitivity", "fitting the layers", "timing both networks"])
    assert.ok(steps.has(step), step);
});

test("its layers are trained where that is asked for, the first stays", async () => {
  const progressed: number[] = [];
  const tuning = { epochs: 12, progress: () => (done: number) => void progressed.push(done) };
  const sure = { ...(await sureOfItself()), speedup: request.speedup };
  const [plain, trained] = [await compressNetwork(sure), await compressNetwork({ ...sure, tuning })];
  assert.ok(plain.kind === "met" && trained.kind === "met");
  const [{ copy: before }, { copy: after, measured }] = [plain.attempt, trained.attempt];
  assert.equal(before.tuned, undefined);
  assert.ok(after.tuned?.heldOut && after.tuned.improved);
  assert.ok(after.tuned.heldOut.after.loss < after.tuned.heldOut.before.loss);
  assert.ok(after.tuned.heldOut.after.accuracy >= after.tuned.heldOut.before.accuracy);
  const changed = after.network.nodes.filter((node, i) => !isDeepStrictEqual(node, before.network.nodes[i]));
  const layers = before.network.nodes.filter(({ kind }) => kind === "conv" || kind === "linear");
  assert.deepEqual(
    changed.map(({ name }) => name),
    layers.slice(1).map(({ name }) => name),
  );
  const { correct } = accuracyOf(predictions(await logits(after.network, request.test)), request.test.labels);
  assert.equal(measured.after.correct, correct);
  assert.equal(progressed.at(-1), 1);
});

test("a speed-up out of reach is told of, with one in reach, and nothing is fitted", async () => {
  const onPlan = () => assert.fail("nothing was to be fitted");
  const outcome = await compressNetwork({ ...request, speedup: 1000, onPlan });
  assert.ok(outcome.kind === "unreachable");
  assert.match(outcome.reason, /^1000 × is out of reach/);
  assert.equal(outcome.instead?.speedup, 1.4);
});

/** The outcome where the final timings are these ratios, one after the other, and how many were taken. */
async function timedAs(...ratios: number[]) {
  let taken = 0;
  const timer = async (): ReturnType<Timer> => beside(timing(1.2), timing(1.2 / ratios[taken++]));
  return { outcome: await compressNetwork({ ...request, timer }), taken: () => taken };
}

test("a final timing within a hundredth of the speed-up counts as it, and is the only one", async () => {
  const { outcome, taken } = await timedAs(1.189);
  assert.equal(outcome.kind, "met");
  assert.equal(taken(), 1);
});

test("one that misses it is repeated, and the short runs of both count: what else ran only ever added time", async () => {
  const { outcome, taken } = await timedAs(1.1, 1.35);
  assert.ok(outcome.kind === "met");
  const { ms, speedup, interval, doubtful } = outcome.attempt.measured;
  assert.equal(taken(), 2);
  assert.equal(ms.before.runs.length, 100);
  assert.ok(Math.abs(speedup - 1.35) < 1e-9, String(speedup));
  assert.ok(interval.low <= speedup && speedup <= interval.high);
  assert.equal(doubtful, false);
});

test("one that misses it twice was missed, and is doubtful where the second contradicts both together", async () => {
  const { outcome } = await timedAs(1.1, 1);
  assert.ok(outcome.kind === "too slow");
  assert.equal(outcome.instead?.speedup, 1.1);
  assert.equal(outcome.attempt.measured.doubtful, true);
});

test("where the network is no faster at all, nothing is offered instead", async () => {
  const { outcome } = await timedAs(1.003, 1.003);
  assert.ok(outcome.kind === "too slow");
  assert.equal(outcome.instead, undefined);
});

test("one that costs too much gives way to a lesser one, chosen on images that nothing learnt from", async () => {
  const network = await undecided(request.network, request.test);
  // Only what compression changes counts on the test images; of the held-out ones neither network gets any right.
  const testLabels = predictions(await logits(network, request.test));
  const labels = Int32Array.from(unlikeliest(await logits(network, request.train)));
  const costly: CompressRequest = {
    ...request,
    network,
    test: { ...request.test, labels: testLabels },
    train: { ...request.train, labels },
    speedup: 1.4,
    maxDrop: 0,
  };
  let tried: readonly Candidate[] = [];
  const onTried: CompressRequest["onTried"] = (all) => {
    tried = all;
  };
  const outcome = await compressNetwork({ ...costly, onTried });
  assert.ok(outcome.kind === "too costly");
  assert.equal(outcome.attempt.measured.before.share, 1);
  assert.ok(pointsLost(outcome.attempt.measured) > 0);
  assert.equal(outcome.instead?.copy.plan.predictedMs.original, 1.3);
  assert.ok(tried.length > 0);
  for (const { heldOut } of tried) assert.deepEqual([pointsLost(heldOut), heldOut.before.total], [0, 12]);
});

test("the checkpoint's own head counts where its classes are the labels'", () => {
  assert.equal(ownHead(request.network, 10), undefined);
  assert.equal(ownHead(request.network, 7), nodeOf(request.network, "fc"));
});

test("images of four classes get a probe of four answers, or the checkpoint's own head of four", async () => {
  const images = ({ labels, ...rest }: LabelledImages) => ({ ...rest, labels: labels.map((label) => label % 4) });
  const own = withHead(request.network, linearHeads(channels, 4, [0])[0]);
  for (const [network, keepsOwn] of [
    [request.network, false],
    [own, true],
  ] as const) {
    const four = { ...request, network, classes: 4, train: images(request.train), test: images(request.test) };
    const outcome = await compressNetwork(four);
    assert.ok(outcome.kind === "met");
    const { prepared, attempt } = outcome;
    assert.equal(prepared.head === nodeOf(network, "fc"), keepsOwn);
    const answers = await logits(attempt.copy.network, four.test);
    assert.deepEqual(answers.shape, [64, 4]);
    const { correct } = accuracyOf(predictions(answers), four.test.labels);
    assert.equal(attempt.measured.after.correct, correct);
  }
});

test("one training image is too few", async () => {
  const train = firstImages(request.train, 1);
  await assert.rejects(compressNetwork({ ...request, train }), UserError);
});

test("in int8 the network is split, then rounded, its head refitted to that; int8 alone is measured beside it", async () => {
  const outcome = await compressNetwork({ ...request, precisions: ["int8"], speedup: 50 });
  assert.ok(outcome.kind === "met");
  const { attempt, int8Alone, prepared } = outcome;
  const names = (of: Network) => of.nodes.flatMap(({ name, kind }) => (kind === "conv" ? [name] : []));
  assert.ok(names(attempt.copy.network).includes("block.conv2.1"));
  assert.deepEqual(names(int8Alone!.copy.network), names(request.network));
  for (const { copy, measured } of [attempt, int8Alone!]) {
    assert.equal(copy.plan.precision, "int8");
    assert.ok(copy.network.nodes.every((node) => node.kind !== "conv" || node.int8));
    assert.ok(measured.bytes.after < 0.4 * measured.bytes.before);
    const { correct } = accuracyOf(predictions(await logits(copy.network, request.test)), request.test.labels);
    assert.equal(measured.after.correct, correct);
  }
  assert.ok(prepared.measuredInt8!.int8!.loss > 0);
});

test("of both precisions the one that is predicted to lose less is taken, and what either would reach is said", async () => {
  const ways: string[][] = [];
  for (const better of ["fp32", "int8"]) {
    const outcome = await compressNetwork({
      ...request,
      precisions: ["fp32", "int8"],
      planner: async (measured, ...rest) => {
        const plan = await planner!(measured, ...rest);
        return { ...plan, loss: plan.precision === better ? 1 : 2 };
      },
      onWays: (plans) => ways.push(plans.map(({ precision }) => precision).sort()),
    });
    assert.ok(outcome.kind === "met");
    assert.equal(outcome.attempt.copy.plan.precision, better);
    assert.equal(
      outcome.attempt.copy.network.nodes.some(({ kind }) => kind === "quantize"),
      better === "int8",
    );
    assert.equal(outcome.int8Alone?.copy.plan.precision, "int8");
  }
  assert.deepEqual(ways, Array(2).fill(["fp32", "int8", "int8"]));
});

/** A network whose own answers are the labels of the training images, so that a drop is the share of answers that change. */
async function sureOfItself(): Promise<CompressRequest> {
  const network = await undecided(request.network, request.train);
  const labels = predictions(await logits(network, request.train));
  return { ...request, network, train: { ...request.train, labels }, speedup: undefined };
}

test("without a speed-up the fastest that was tried and keeps within the loss on held-out images is measured, once", async () => {
  const sure = await sureOfItself();
  for (const maxDrop of [0, 10, 100]) {
    let timed = 0;
    const planned: SpeedPlan[] = [];
    const outcome = await compressNetwork({
      ...sure,
      maxDrop,
      // Nothing of the first plan changes an answer.
      ladder: ([measured]) => [asItIs(planFor(measured, 1.1)), planFor(measured, 1.2), planFor(measured, 1.4)],
      timer: async (_prepared, { plan }) => {
        timed++;
        return beside(timing(plan.speedup), timing(1));
      },
      onPlan: (_prepared, plan) => planned.push(plan),
    });
    assert.ok(outcome.kind === "met" || outcome.kind === "too costly");
    const { attempt } = outcome;
    assert.deepEqual(planned, [attempt.copy.plan]);
    assert.equal(timed, 1);
    assert.equal(attempt.speedup, Math.floor(100 * attempt.copy.plan.speedup + 1e-9) / 100);
    if (outcome.kind === "too costly") continue;
    const tried = outcome.tried ?? [];
    assert.equal(tried.length, 2);
    for (const { copy, heldOut } of tried) {
      assert.equal(pointsLost(heldOut) <= maxDrop, rung(copy.plan) <= rung(attempt.copy.plan));
      assert.equal(heldOut.before.correct, 12);
    }
  }
});

const rung = ({ predictedMs }: SpeedPlan) => predictedMs.original;
const asItIs = (plan: SpeedPlan): SpeedPlan => ({
  ...plan,
  ranks: new Map([...plan.ranks.keys()].map((layer) => [layer, undefined])),
});

test("where all that was tried loses more than it may, nothing is measured", async () => {
  const timer = () => assert.fail("nothing was to be timed");
  const outcome = await compressNetwork({ ...(await sureOfItself()), maxDrop: -1, timer });
  assert.ok(outcome.kind === "none within");
  assert.ok(outcome.tried.length > 0);
});

test("a choice that the test images refute is no way out", async () => {
  const sure = await sureOfItself();
  const wrong = Int32Array.from(unlikeliest(await logits(sure.network, request.train)));
  const right = predictions(await logits(sure.network, manyTestImages));
  const outcome = await compressNetwork({
    ...sure,
    train: { ...request.train, labels: wrong },
    test: { ...manyTestImages, labels: right },
    maxDrop: 0,
  });
  assert.ok(outcome.kind === "too costly");
  assert.ok(outcome.attempt.measured.drop.low > 0);
  assert.equal(outcome.instead, undefined);
});

test("of all that are tried only the chosen one is trained, and kept unless it does worse", async () => {
  let trained = 0;
  const progress = () => {
    trained++;
    return () => {};
  };
  const outcome = await compressNetwork({ ...request, speedup: undefined, tuning: { epochs: 1, progress } });
  assert.ok(outcome.kind === "met" && outcome.attempt.copy.tuned);
  assert.equal(trained, 1);
  const { copy } = outcome.attempt;
  const untrained = outcome.tried?.find(({ copy: { plan } }) => plan === copy.plan);
  assert.equal(untrained?.copy.network === copy.network, !copy.tuned?.improved);
  assert.ok(outcome.tried?.every((each) => each.copy.tuned === undefined));
});

test("int8 alone, where it is fast enough, needs no layer measured", async () => {
  const steps = new Set<string>();
  const onStep = (step: string) => steps.add(step);
  const outcome = await compressNetwork({ ...request, precisions: ["int8"], speedup: 0.01, onStep });
  assert.ok(outcome.kind === "met");
  const { copy } = outcome.attempt;
  assert.ok(copy.plan.precision === "int8" && splitsNothing(copy.plan));
  assert.ok(copy.network.nodes.every((node) => node.kind !== "conv" || node.int8));
  assert.equal(outcome.int8Alone, undefined);
  assert.deepEqual([outcome.prepared.measured.layers, outcome.prepared.measuredInt8?.layers], [[], []]);
  for (const step of ["responses", "sensitivity"]) assert.ok(!steps.has(step), step);
});
