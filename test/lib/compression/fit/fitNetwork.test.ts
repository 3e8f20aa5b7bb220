import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { firstImages, type LabelledImages } from "../../../../lib/assets/images/labelledImages";
import { preprocess } from "../../../../lib/assets/images/preprocess";
import { type Fit, fitNetwork, fits } from "../../../../lib/compression/fit/fitNetwork";
import { splitByBases } from "../../../../lib/compression/fit/splitByBases";
import { responseBases } from "../../../../lib/compression/measure/responseBases";
import { weightBases } from "../../../../lib/compression/measure/weightBases";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { UserError } from "../../../../lib/core/errors";
import { matrixOf, timesTransposed } from "../../../../lib/linalg/matrix";
import { convOf } from "../../../../lib/network/layerOf";
import { cutAfter, type Network } from "../../../../lib/network/network";
import { outputSplit } from "../../../../lib/network/outputSplit";
import { replaceNode } from "../../../../lib/network/rewire";
import { Random } from "../../../../lib/core/random";
import { allFinite, logitDifference, relativeError, shareOf } from "../../../support/outputErrors";
import type { RankPlan } from "../../../../lib/network/rankPlan";
import { outputsAt } from "../../../support/plans";
import { colouredImages, normalTensor, smallLayers, smallResnet } from "../../../support/smallResnet";

const engine = onnxRuntime(1);
const network = smallResnet();
const images = colouredImages(12);
const inputs = preprocess(images, 0, images.count);

/** What regularisation may cost of a layer's variance: the ridge is 1e-5 of the mean variance. */
const ridge = 1e-5;

const fitted = (of: Network, ranks: RankPlan, fit: Fit, on: LabelledImages = images) =>
  fitNetwork(of, ranks, fit, { images: on, engine });

const valueAt = (of: Network, name: string, on = inputs) => run(cutAfter(of, name), on, engine);

test("the weights fit is the truncated SVD", async () => {
  const ranks = shareOf(network, 0.5);
  const split = await fitted(network, ranks, "weights");
  const expected = [...ranks].reduce(
    (before, [layer, own]) => replaceNode(before, layer, outputSplit(convOf(before, layer), own?.output ?? 0)),
    network,
  );
  assert.deepEqual(
    split.nodes.map(({ name }) => name),
    expected.nodes.map(({ name }) => name),
  );
  assert.ok((await logitDifference(expected, split, inputs)) < 1e-5);
});

describe("one layer alone, error of its outputs over all positions of the calibration images", () => {
  for (const layer of ["stem", "a.conv2", "b.conv1", "b.down"])
    test(`${layer}: asymmetric ≤ responses ≤ weights, and both fall with the rank`, async () => {
      const original = await valueAt(network, layer);
      const before: Partial<Record<Fit, number>> = {};
      for (const rank of [1, 3, 5, 8]) {
        const errors = {} as Record<Fit, number>;
        for (const fit of fits.slice(0, 3)) {
          const split = await fitted(network, outputsAt([[layer, rank]]), fit);
          errors[fit] = relativeError(original, await valueAt(split, `${layer}.1`));
        }
        const { weights, responses, asymmetric } = errors;
        assert.ok(responses <= weights + 1e-9, `rank ${rank}: ${responses} by responses, ${weights} by weights`);
        // On the inputs of the original network both solve the same problem, but for the ridge.
        assert.ok(asymmetric <= responses + ridge, `rank ${rank}: ${asymmetric} asymmetric, ${responses} by responses`);
        for (const fit of ["responses", "asymmetric"] as const) {
          assert.ok(errors[fit] < (before[fit] ?? 1) + 1e-9, `${fit} at rank ${rank}`);
          before[fit] = errors[fit];
        }
      }
    });
});

describe("a layer whose inputs come from layers already compressed, the same for every fit", () => {
  /** Layer, what comes before it, and where its error counts: at its own outputs, or at the sum they are added to. */
  const cases: [string, string[], string][] = [
    ["a.conv1", ["stem"], "a.conv1.1"],
    ["a.conv2", ["stem", "a.conv1"], "a.add"],
    ["b.conv1", ["stem", "a.conv1", "a.conv2"], "b.conv1.1"],
    ["b.conv2", ["stem", "b.conv1"], "b.add"],
    ["b.down", ["a.conv2", "b.conv2"], "b.add"],
  ];
  for (const [layer, earlier, end] of cases)
    test(`${layer}, error at ${end.replace(".1", "")}: asymmetric is the best, strictly`, async () => {
      const original = await valueAt(network, end.endsWith(".1") ? layer : end);
      const bases = await responseBases(network, [layer], { images, engine });
      for (const rank of [2, 5]) {
        const ranks = shareOf(network, 0.4, earlier);
        const start = await fitted(network, ranks, "asymmetric");
        const own = outputsAt([[layer, rank]]);
        const asymmetric = await fitted(network, new Map([...ranks, ...own]), "asymmetric");
        // The layers before were fitted alike, so that only the last one differs.
        for (const name of earlier)
          assert.deepEqual(convOf(asymmetric, `${name}.1`).weight, convOf(start, `${name}.1`).weight);
        const error = async (of: Network) => relativeError(original, await valueAt(of, end));
        const best = await error(asymmetric);
        const others = {
          responses: await error(await splitByBases(start, own, bases, 1)),
          weights: await error(await splitByBases(start, own, await weightBases(network, [layer], 1), 1)),
        };
        for (const [fit, other] of Object.entries(others))
          assert.ok(best < other, `rank ${rank}: ${best} asymmetric, ${other} by ${fit}`);
      }
    });
});

test("one layer before a ReLU: ReLU-aware is never worse than asymmetric after it on the images it was fitted to", async () => {
  const few = colouredImages(40);
  const on = preprocess(few, 0, few.count);
  for (const [layer, after] of [
    ["a.conv1", "a.relu1"],
    ["a.conv2", "a.relu2"],
    ["b.conv1", "b.relu1"],
  ])
    for (const rank of [1, 3, 5]) {
      const original = await valueAt(network, after, on);
      const [asymmetric, aware] = await Promise.all(
        (["asymmetric", "ReLU-aware"] as const).map(async (fit) =>
          relativeError(
            original,
            await valueAt(await fitted(network, outputsAt([[layer, rank]]), fit, few), after, on),
          ),
        ),
      );
      // Positions are drawn with repetitions: what is never worse on those drawn may be a little on all.
      assert.ok(aware <= asymmetric * 1.01, `${layer} at rank ${rank}: ${aware}, asymmetric ${asymmetric}`);
    }
});

describe("the whole network", () => {
  for (const fit of fits) {
    test(`${fit}: at full rank the logits stay, on images never seen too`, async () => {
      const split = await fitted(network, shareOf(network, 1), fit);
      assert.equal(split.nodes.length, network.nodes.length + smallLayers.length);
      assert.ok((await logitDifference(network, split, inputs)) < 1e-4);
      assert.ok((await logitDifference(network, split, preprocess(colouredImages(8, 9), 0, 8))) < 1e-3);
    });

    test(`${fit}: the features' error falls with the rank`, async () => {
      const original = await valueAt(network, "features");
      let before = Number.POSITIVE_INFINITY;
      // The nearest weights need not make the nearest outputs: half of the ranks and two thirds may change places.
      for (const share of fit === "weights" ? [0.25, 1] : [0.25, 0.5, 0.75, 1]) {
        const split = await fitted(network, shareOf(network, share), fit);
        const error = relativeError(original, await valueAt(split, "features"));
        assert.ok(error < before, `share ${share}: ${error} after ${before}`);
        before = error;
      }
    });
  }

  test("half the ranks: weights lose most of the features, fits to the inputs there are least, over three networks together", async () => {
    const lost = new Map<Fit, number>(fits.map((fit) => [fit, 0]));
    for (const seed of [1, 2, 3]) {
      const own = smallResnet(seed);
      const original = await valueAt(own, "features");
      for (const fit of fits) {
        const split = await fitted(own, shareOf(own, 0.5), fit);
        const error = relativeError(original, await valueAt(split, "features"));
        lost.set(fit, (lost.get(fit) as number) + error / 3);
      }
    }
    const [weights, responses, asymmetric, reluAware] = fits.map((fit) => lost.get(fit) as number);
    const shown = [...lost].map(([fit, error]) => `${fit} ${error}`).join(", ");
    assert.ok(
      weights > responses && responses > asymmetric && Math.abs(reluAware - asymmetric) < 0.05 * asymmetric,
      shown,
    );
  });
});

/** The small network with weights of exactly rank `rank` in every convolution: products of random factors, scaled. */
function planted(rank: number): Network {
  const random = new Random(77);
  const nodes = network.nodes.map((node) => {
    if (node.kind !== "conv") return node;
    const { shape, data } = node.weight;
    const columns = data.length / shape[0];
    const factors = [shape[0], columns].map((count) => matrixOf(normalTensor(random, [count, rank])));
    const scale = Math.sqrt(2 / columns / rank);
    const product = timesTransposed(factors[0], factors[1]).mul(scale).to1DArray();
    return { ...node, weight: { shape, data: Float32Array.from(product) } };
  });
  return { nodes };
}

describe("a planted network of rank 3", () => {
  const low = planted(3);
  for (const fit of fits)
    test(`${fit}: found exactly at rank 3, on images never seen too, and not at rank 2`, async () => {
      const unseen = preprocess(colouredImages(8, 9), 0, 8);
      const ranks = (rank: number) => outputsAt(smallLayers.map((layer) => [layer, rank]));
      const [exact, below] = [await fitted(low, ranks(3), fit), await fitted(low, ranks(2), fit)];
      assert.ok((await logitDifference(low, exact, inputs)) < 1e-3);
      assert.ok((await logitDifference(low, exact, unseen)) < 1e-3);
      assert.ok((await logitDifference(low, below, inputs)) > 1e-2);
    });
});

test("the images' number does not matter to exact outputs: batches are pooled", async () => {
  const ranks = shareOf(network, 0.5);
  // The same images twice: 70 are two batches.
  const once = colouredImages(35);
  const pixels = (from: number, to: number) => {
    const parts = [once.pixels(from, Math.min(to, 35)), once.pixels(Math.max(0, from - 35), Math.max(0, to - 35))];
    return Buffer.concat(parts);
  };
  const twice = { ...once, count: 70, pixels };
  for (const fit of ["responses", "asymmetric"] as const) {
    const [a, b] = [await fitted(network, ranks, fit, once), await fitted(network, ranks, fit, twice)];
    assert.ok((await logitDifference(a, b, inputs)) < 1e-3);
  }
});

test("layers without a rank stay as they are; progress; arguments are not changed", async () => {
  const ranks = outputsAt([
    ["stem", undefined],
    ["a.conv2", 4],
    ["b.down", undefined],
  ]);
  for (const fit of fits) {
    const calls: number[] = [];
    const onProgress = (done: number, total: number) => calls.push(done, total);
    const split = await fitNetwork(network, ranks, fit, { images, engine, onProgress });
    assert.deepEqual(
      split.nodes.filter(({ kind }) => kind === "conv").map(({ name }) => name),
      ["stem", "a.conv1", "a.conv2.0", "a.conv2.1", "b.conv1", "b.conv2", "b.down"],
    );
    assert.deepEqual(calls, fit === "weights" ? [] : [1, 1]);
    assert.deepEqual(await fitNetwork(network, outputsAt([["stem", undefined]]), fit, { images, engine }), network);
  }
  assert.deepEqual(network, smallResnet());
});

test("the same images give the same network", async () => {
  for (const fit of fits) {
    const [a, b] = [
      await fitted(network, shareOf(network, 0.5), fit),
      await fitted(network, shareOf(network, 0.5), fit),
    ];
    assert.deepEqual(a, b);
  }
});

describe("what cannot be fitted is refused", () => {
  for (const fit of fits) {
    test(`${fit}: ranks out of range`, async () => {
      // 1 × 1 from 8 channels: beyond 8 a pair has more numbers and nothing more to say.
      for (const [layer, rank] of [
        ["stem", 0],
        ["stem", 9],
        ["stem", 1.5],
        ["stem", -1],
        ["stem", Number.NaN],
        ["b.down", 9],
      ] as const)
        await assert.rejects(
          () => fitted(network, outputsAt([[layer, rank]]), fit),
          (error: Error) => error instanceof UserError && error.message.includes(`rank ${rank} for ${layer}`),
          `rank ${rank} of ${layer}`,
        );
    });

    test(`${fit}: layers that are no convolutions of the network`, async () => {
      await assert.rejects(() => fitted(network, outputsAt([["head", 2]]), fit), /head is a linear/);
      await assert.rejects(() => fitted(network, outputsAt([["layer9", 2]]), fit), /no node layer9/);
    });

    test(`${fit}: no images`, async () => {
      const none = firstImages(images, 0);
      const split = () => fitted(network, outputsAt([["stem", 2]]), fit, none);
      if (fit === "weights") assert.ok(allFinite(await split()));
      else await assert.rejects(split, /^UserError: .*needs calibration images/);
    });
  }
});
