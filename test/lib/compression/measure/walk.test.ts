import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { preprocess } from "../../../../lib/assets/images/preprocess";
import { type LayerBatch, type Rewrite, walkLayers } from "../../../../lib/compression/measure/walk";
import type { Engine } from "../../../../lib/engines/engine";
import { onnxRuntime } from "../../../../lib/engines/onnxRuntime";
import { run } from "../../../../lib/engines/run";
import { type Conv, cutAfter, imageInput, type Network } from "../../../../lib/network/network";
import { outputSplit } from "../../../../lib/network/outputSplit";
import { Random } from "../../../../lib/core/random";
import { sizeOf, type Tensor } from "../../../../lib/core/tensor";
import { biasedConv, colouredImages, smallLayers, smallResnet } from "../../../support/smallResnet";

/** A temporary folder of its own, that other processes leave no files in. */
const folder = mkdtempSync(join(tmpdir(), "walk-test-"));
process.env.TMPDIR = folder;
after(() => rmSync(folder, { recursive: true }));

const engine = onnxRuntime(1);
const network = smallResnet();
const images = colouredImages(6);
const all = new Set(smallLayers);
const inputs = preprocess(images, 0, images.count);
const valueAt = (of: Network, name: string) => run(cutAfter(of, name), inputs, engine);

async function joined(batches: AsyncIterable<LayerBatch>): Promise<Record<keyof LayerBatch, number[]>> {
  const parts: Record<keyof LayerBatch, Tensor[]> = { input: [], response: [], target: [], added: [] };
  for await (const { input, response, target, added } of batches) {
    parts.input.push(input);
    parts.response.push(response);
    parts.target.push(target);
    if (added) parts.added.push(added);
  }
  const numbers = (of: Tensor[]) => of.flatMap(({ data }) => [...data]);
  return {
    input: numbers(parts.input),
    response: numbers(parts.response),
    target: numbers(parts.target),
    added: numbers(parts.added),
  };
}

const bytesIn = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes("low-rank-batches-"))
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

/** Folders of batches there are; ONNX Runtime keeps files of its own beside them. */
const leftOver = () => readdirSync(folder).filter((name) => name.startsWith("low-rank-"));

function assertClose(actual: readonly number[], expected: Iterable<number>, tolerance = 1e-4): void {
  const wanted = [...expected];
  assert.equal(actual.length, wanted.length);
  const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
  assert.ok(worst <= tolerance * scale, `off by ${worst} where numbers go up to ${scale}`);
}

/** Halves every filter's rank, and so changes what all later layers see. */
const halve = (conv: Conv): Conv[] => outputSplit(conv, conv.weight.shape[0] / 4);

test("layers are visited once, in the network's order, each with all images and progress", async () => {
  const seen: string[] = [];
  const calls: number[] = [];
  // Two batches, the second not full.
  const many = colouredImages(70);
  const result = await walkLayers(
    network,
    all,
    many,
    engine,
    async ({ conv, batches }) => {
      seen.push(conv.name);
      for (const _ of [1, 2]) {
        let count = 0;
        for await (const { response, target } of batches()) {
          assert.deepEqual(response.shape, target.shape);
          assert.equal(response.shape[1], conv.weight.shape[0]);
          count += response.shape[0];
        }
        assert.equal(count, many.count);
      }
      return undefined;
    },
    (done, total) => calls.push(done, total),
  );
  assert.deepEqual(seen, smallLayers);
  assert.deepEqual(calls, [1, 6, 2, 6, 3, 6, 4, 6, 5, 6, 6, 6]);
  assert.deepEqual(result, network);
});

test("only the layers named are visited, and none need be", async () => {
  const seen: string[] = [];
  const rewrite: Rewrite = async ({ conv }) => void seen.push(conv.name);
  await walkLayers(network, new Set(["b.down", "a.conv1"]), images, engine, rewrite);
  assert.deepEqual(seen, ["a.conv1", "b.down"]);
  assert.deepEqual(await walkLayers(network, new Set(), images, engine, rewrite), network);
  assert.equal(seen.length, 2);
});

test("nothing rewritten: what a layer answers is its target, less the shortcut where one is added next", async () => {
  await walkLayers(network, all, images, engine, async ({ conv, batches }) => {
    const { response, target, added } = await joined(batches());
    assertClose(response, (await valueAt(network, conv.name)).data);
    assertClose(target, response);
    const shortcut = { "a.conv2": "pool", "b.conv2": "b.down", "b.down": "b.conv2" }[conv.name];
    if (shortcut) assertClose(added, (await valueAt(network, shortcut)).data);
    else assert.deepEqual(added, []);
    return undefined;
  });
});

test("everything rewritten: answers come from the network so far, targets from the original, the shortcut's error included", async () => {
  let current = network;
  const sums: Record<string, [string, string]> = {
    "a.conv2": ["a.add", "pool"],
    "b.conv2": ["b.add", "b.down"],
    "b.down": ["b.add", "b.conv2.1"],
  };
  const result = await walkLayers(network, all, images, engine, async ({ conv, batches }) => {
    const { response, target, added } = await joined(batches());
    assertClose(response, (await valueAt(current, conv.name)).data);
    const sum = sums[conv.name];
    if (sum) {
      const [wanted, shortcut] = [await valueAt(network, sum[0]), await valueAt(current, sum[1])];
      assertClose(added, shortcut.data);
      assertClose(
        target,
        wanted.data.map((value, i) => value - shortcut.data[i]),
      );
    } else assertClose(target, (await valueAt(network, conv.name)).data);
    // The network so far, put together here: halve every layer up to this one.
    const before = smallLayers.slice(0, smallLayers.indexOf(conv.name) + 1);
    current = await walkLayers(network, new Set(before), colouredImages(1), engine, async (layer) => halve(layer.conv));
    return halve(conv);
  });
  assert.deepEqual(result, current);
  assert.equal(result.nodes.filter(({ kind }) => kind === "conv").length, 2 * smallLayers.length);
});

test("original values do not depend on what was rewritten, bit by bit", async () => {
  const originals = async (rewrite: (conv: Conv) => Conv[] | undefined) => {
    const values = new Map<string, number[]>();
    await walkLayers(network, all, images, engine, async ({ conv, batches }) => {
      const { target, added } = await joined(batches());
      if (added.length === 0) values.set(conv.name, target);
      return rewrite(conv);
    });
    return values;
  };
  const [kept, changed] = [await originals(() => undefined), await originals(halve)];
  assert.deepEqual([...kept.keys()], ["stem", "a.conv1", "b.conv1"]);
  assert.deepEqual(changed, kept);
});

test("whatever room the files have, layers see the same values, and the files never take more", async () => {
  const many = colouredImages(150);
  const walked = async (room?: number) => {
    const seen: number[][] = [];
    let most = 0;
    const rewrite: Rewrite = async ({ conv, batches }) => {
      const { input, response, target, added } = await joined(batches());
      seen.push(input, response, target, added);
      most = Math.max(most, bytesIn());
      return halve(conv);
    };
    const result = await walkLayers(network, all, many, engine, rewrite, undefined, network, room);
    return { seen, result, most };
  };
  const roomy = await walked();
  assert.ok(roomy.most > 5e5, String(roomy.most));
  for (const room of [0, roomy.most / 3]) {
    const { seen, result, most } = await walked(room);
    assert.ok(most <= room, `${most} bytes of ${room}`);
    assert.equal(seen.length, roomy.seen.length);
    for (const [i, values] of seen.entries()) assertClose(values, roomy.seen[i], 1e-5);
    assert.deepEqual(result, roomy.result);
  }
});

test("a ReLU follows right away, after the shortcut's addition, or not at all", async () => {
  const random = new Random(2);
  const relu = (name: string, input: string) => ({ kind: "relu", name, input }) as const;
  const conv = (name: string, input: string) => biasedConv(random, name, input, [4, 4, 3, 3]);
  const made: Network = {
    nodes: [
      biasedConv(random, "first", imageInput, [4, 3, 3, 3], 16),
      conv("second", "first"),
      relu("relu1", "second"),
      conv("third", "relu1"),
      conv("fourth", "third"),
      { kind: "add", name: "add", inputs: ["relu1", "fourth"] },
      relu("relu2", "add"),
      conv("fifth", "relu2"),
      { kind: "add", name: "add2", inputs: ["fifth", "relu2"] },
      conv("last", "add2"),
    ],
  };
  const flags: Record<string, boolean> = {};
  const names = new Set(["first", "second", "third", "fourth", "fifth", "last"]);
  const few = colouredImages(2);
  const split = await walkLayers(made, names, few, engine, async (layer) => {
    flags[layer.conv.name] = layer.relu;
    for await (const { response, target } of layer.batches()) assert.deepEqual(response.shape, target.shape);
    return outputSplit(layer.conv, 4);
  });
  assert.deepEqual(flags, { first: false, second: true, third: false, fourth: true, fifth: false, last: false });
  const [a, b] = [made, split].map((each) => run(each, preprocess(few, 0, 2), engine));
  assertClose([...(await a).data], (await b).data, 1e-5);
});

/** An engine whose sessions fail at a run of a network that ends with the node named. */
function failing(at: string, when: "open" | "run", countdown = 1): Engine {
  let left = countdown;
  return {
    ...engine,
    async open(opened) {
      const session = await engine.open(opened);
      const fails = opened.nodes[opened.nodes.length - 1].name === at && --left === 0;
      if (fails && when === "open") {
        await session.close();
        throw new Error("made to fail");
      }
      const run = async (input: Tensor) => {
        if (fails) throw new Error("made to fail");
        return session.run(input);
      };
      return { run, close: () => session.close() };
    },
  };
}

test("temporary files are gone afterwards", async () => {
  let during = 0;
  const rewrite: Rewrite = async ({ conv }) => {
    during = Math.max(during, leftOver().length);
    return halve(conv);
  };
  await walkLayers(network, all, images, engine, rewrite);
  assert.equal(during, 1);
  assert.deepEqual(leftOver(), []);
});

test("temporary files are gone after a rewrite threw, also in the middle of its batches", async () => {
  for (const at of smallLayers) {
    const rewrite: Rewrite = async ({ conv, batches }) => {
      for await (const { response } of batches())
        if (conv.name === at && sizeOf(response.shape) > 0) throw new Error("made to fail");
      return halve(conv);
    };
    await assert.rejects(() => walkLayers(network, all, images, engine, rewrite), /made to fail/);
    assert.deepEqual(leftOver(), [], at);
  }
});

test("temporary files are gone after the engine failed on the way from one block to the next", async () => {
  for (const at of ["pool", "a.relu2"])
    for (const when of ["open", "run"] as const)
      for (const countdown of [1, 2]) {
        const rewrite: Rewrite = async ({ conv }) => halve(conv);
        const broken = failing(at, when, countdown);
        await assert.rejects(() => walkLayers(network, all, images, broken, rewrite), /made to fail/);
        assert.deepEqual(leftOver(), [], `${at}, ${when}, ${countdown}`);
      }
});

test("temporary files are gone after images that cannot be read", async () => {
  const broken = { ...images, pixels: undefined as never };
  await assert.rejects(() => walkLayers(network, all, broken, engine, async () => undefined), TypeError);
  assert.deepEqual(leftOver(), []);
});
