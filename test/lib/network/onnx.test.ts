import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { onnx } from "onnx-proto";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { version } from "../../../package.json";
import { splitByBases } from "../../../lib/compression/fit/splitByBases";
import { placeholderInt8 } from "../../../lib/compression/placeholders";
import { weightBases } from "../../../lib/compression/measure/weightBases";
import { tensorflow } from "../../../lib/engines/tensorflow";
import { factorize, withHead } from "../../../lib/network/head";
import { type Conv, cutAfter, imageInput, type Linear, type Network, nodeOf } from "../../../lib/network/network";
import { toOnnx } from "../../../lib/network/onnx";
import { onnxVersions } from "../../../lib/network/onnxGraph";
import { readNetwork } from "../../../lib/network/resnet";
import { replaceNode } from "../../../lib/network/rewire";
import { spatialSplit } from "../../../lib/network/spatialSplit";
import { partsOf } from "../../../lib/network/rankPlan";
import { pythonWith } from "../../../lib/cli/bench/pytorch";
import { type Tensor, tensor } from "../../../lib/core/tensor";
import { temporaryFolder } from "../../fixtures/assets/hostile";
import { byDefinition } from "../../support/byDefinition";
import { formulaImages, formulaStateDict } from "../../support/formulaWeights";
import { bothEndsAt } from "../../support/plans";
import { smallLayers, smallResnet } from "../../support/smallResnet";

const network = readNetwork(formulaStateDict(10), "formula").network;
const linear: Linear = { kind: "linear", name: "fc", input: imageInput, weight: tensor([4, 8]) };
/** With logits of a trained network's size: a single rounding of larger ones comes near to 1e-5. */
const small: Network = {
  nodes: smallResnet(1, 32).nodes.map((node) =>
    node.kind === "linear"
      ? {
          ...node,
          weight: tensor(
            node.weight.shape,
            node.weight.data.map((w) => w / 10),
          ),
        }
      : node,
  ),
};

/** Inputs narrowed and outputs split, where there are inputs enough; the others at their outputs alone. */
async function tucker(): Promise<Network> {
  const plan = bothEndsAt(
    small,
    smallLayers.map((layer) => [layer, 16]),
  );
  return await splitByBases(small, plan, await weightBases(small, smallLayers, 1), 1);
}

/** Every kernel larger than 1 × 1 as a column and a row. */
function spatial(): Network {
  const kernels = small.nodes.filter((node): node is Conv => node.kind === "conv" && node.weight.shape[2] > 1);
  return kernels.reduce((before, conv) => replaceNode(before, conv.name, spatialSplit(conv, 12)), small);
}

const compressed: [string, Promise<Network>][] = [
  ["a ResNet split at inputs and outputs", tucker()],
  ["a ResNet split into columns and rows", Promise.resolve(spatial())],
];
const variants: [string, Network | Promise<Network>, number][] = [
  ["ResNet-18", network, 2],
  ["a low-rank head", withHead(network, factorize([nodeOf(network, "fc") as Linear], 5)), 2],
  ["a network cut at its features", cutAfter(network, "avgpool"), 2],
  ["a network cut at a feature map", cutAfter(network, "layer2.0.downsample.1"), 4],
  ["a linear layer alone", { nodes: [linear] }, 2],
  ["a network in int8", placeholderInt8(small), 2],
  ["a feature map in int8", cutAfter(placeholderInt8(small), "b.relu2.quantized"), 4],
  ...compressed.map(([name, made]): [string, Promise<Network>, number] => [name, made, 2]),
];

const metadata = { weights: "demo", ranks: '{"conv1":8}', note: "", شرح: "فشرده" };
const propertiesOf = (props: onnx.IStringStringEntryProto[]) => props.map(({ key, value }) => [key, value]);

const python = pythonWith("onnx");
const check = "import onnx, sys; onnx.checker.check_model(onnx.load_from_string(sys.stdin.buffer.read()), True)";

for (const [name, made] of variants) {
  const skip = python ? false : "no python3 with the package onnx";
  test(`ONNX's own checker accepts ${name}`, { skip }, async () => {
    const variant = await made;
    for (const input of [toOnnx(variant), toOnnx(variant, metadata)]) {
      const { status, stderr } = spawnSync(python as string, ["-c", check], { input });
      assert.equal(status, 0, String(stderr));
    }
  });
}

test("the checker of this test does refuse what is no model", {
  skip: !python && "no python3 with the package onnx",
}, () => {
  const model = onnx.ModelProto.decode(toOnnx({ nodes: [linear] }));
  model.graph!.node![0].input![0] = "nothing";
  const broken = onnx.ModelProto.encode(model).finish();
  assert.notEqual(spawnSync(python as string, ["-c", check], { input: broken }).status, 0);
});

test("nodes, values and constants keep their names; batch, height and width are free", async () => {
  for (const [name, made, rank] of variants) {
    const variant = await made;
    const { graph, metadataProps, producerName, producerVersion } = onnx.ModelProto.decode(toOnnx(variant));
    const names = graph?.node?.map((node) => node.name);
    for (const node of variant.nodes) assert(names?.includes(node.name), `${name}: ${node.name}`);
    assert.equal(producerName, "low-rank-resnet");
    assert.equal(producerVersion, version);
    assert.deepEqual(propertiesOf(metadataProps), [["producer", "low-rank-resnet"]]);
    const [input] = graph?.input ?? [];
    const sides = input.type?.tensorType?.shape?.dim?.map(({ dimParam, dimValue }) => dimParam || Number(dimValue));
    assert.deepEqual(sides, name.startsWith("a linear") ? ["batch", 8] : ["batch", 3, "height", "width"]);
    assert.equal(graph?.output?.[0].type?.tensorType?.shape?.dim?.length, rank);
    assert.equal(graph?.output?.[0].name, variant.nodes[variant.nodes.length - 1].name);
  }
});

for (const [name, made] of compressed) {
  test(`${name}: ONNX Runtime computes from the file, and TensorFlow.js, what the network is defined to`, async () => {
    const network = await made;
    const images = formulaImages(3, 64);
    const expected = byDefinition(network, images);
    const session = await InferenceSession.create(toOnnx(network, metadata));
    const { head } = await session.run({ image: new OrtTensor("float32", images.data, images.shape) });
    await session.release();
    assertWithin({ shape: [...head.dims], data: head.data as Float32Array }, expected, 1e-5);
    const tensorflowSession = await (await tensorflow()).open(network);
    assertWithin(await tensorflowSession.run(images), expected, 1e-4);
    await tensorflowSession.close();
  });
}

function assertWithin(actual: Tensor, expected: Tensor, tolerance: number) {
  assert.deepEqual(actual.shape, expected.shape);
  const worst = Math.max(...expected.data.map((value, i) => Math.abs(value - actual.data[i])));
  assert(worst <= tolerance, `differs by ${worst}`);
}

/** Programs that read a model's file, of images from stdin in the shape of the arguments, and write what it computes. */
const readers: Record<string, string> = {
  onnxruntime: `onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"]).run(None, {"image": images})[0]`,
  cv2: `(lambda net: (net.setInput(images), net.forward())[1])(cv2.dnn.readNetFromONNX(sys.argv[1]))`,
};
for (const [module, outputs] of Object.entries(readers)) {
  const other = pythonWith(module, "numpy");
  test(`Python's ${module} computes the same from the file, at 32 to 224 pixels`, {
    skip: !other && `no python3 with the packages ${module} and numpy`,
  }, async () => {
    const script = `import ${module}, numpy, sys
images = numpy.frombuffer(sys.stdin.buffer.read(), numpy.float32).reshape([int(side) for side in sys.argv[2:]])
sys.stdout.buffer.write(${outputs}.astype(numpy.float32).tobytes())`;
    const file = join(temporaryFolder(), "model.onnx");
    for (const [name, made] of compressed) {
      const network = await made;
      writeFileSync(file, toOnnx(network, metadata));
      for (const side of [32, 96, 128, 224]) {
        const images = formulaImages(2, side);
        const options = { input: Buffer.from(images.data.buffer), maxBuffer: 2 ** 26 };
        const { stdout, stderr } = spawnSync(
          other as string,
          ["-c", script, file, ...images.shape.map(String)],
          options,
        );
        const data = new Float32Array(Uint8Array.from(stdout).buffer);
        assert.ok(data.length > 0, `${name}, ${side}: ${stderr}`);
        assertWithin({ shape: [2, data.length / 2], data }, byDefinition(network, images), 1e-4);
      }
    }
  });
}

test("the variants are split indeed, in both ways", async () => {
  const [both, kernels] = await Promise.all(compressed.map(([, made]) => made));
  const names = new Set(both.nodes.map(({ name }) => name));
  assert(partsOf("b.conv2").every((part) => names.has(part)));
  assert.deepEqual(
    ["a.conv1.0", "a.conv1.1"].map((name) => (nodeOf(kernels, name) as Conv).weight.shape),
    [
      [12, 32, 3, 1],
      [32, 12, 1, 3],
    ],
  );
});

test("the file states the operator set and the IR version that the project says it has", () => {
  const { irVersion, opsetImport } = onnx.ModelProto.decode(toOnnx(network));
  assert.equal(Number(irVersion), onnxVersions.irVersion);
  assert.deepEqual(
    opsetImport.map(({ domain, version: opset }) => [domain, Number(opset)]),
    [["", onnxVersions.opset]],
  );
});

test("constants hold the network's own bits", () => {
  const { graph } = onnx.ModelProto.decode(toOnnx(network));
  const stored = graph?.initializer?.find(({ name }) => name === "layer4.1.conv2.weight");
  const { weight } = nodeOf(network, "layer4.1.conv2") as Conv;
  assert.deepEqual(stored?.dims?.map(Number), weight.shape);
  assert(Buffer.from(weight.data.buffer).equals(stored?.rawData as Uint8Array));
});

test("metadata stand beside the producer, which they cannot change, and the network stays the same", async () => {
  const file = toOnnx(network, { ...metadata, producer: "another" });
  const { metadataProps, ...model } = onnx.ModelProto.decode(file);
  assert.deepEqual(
    new Map(propertiesOf(metadataProps) as [string, string][]),
    new Map(Object.entries({ ...metadata, producer: "low-rank-resnet" })),
  );
  const { metadataProps: _, ...plain } = onnx.ModelProto.decode(toOnnx(network));
  assert.deepEqual(model, plain);
  const session = await InferenceSession.create(file);
  assert.deepEqual(session.outputNames, ["fc"]);
  await session.release();
});
