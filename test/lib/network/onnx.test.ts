import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { onnx } from "onnx-proto";
import { InferenceSession } from "onnxruntime-node";
import { version } from "../../../package.json";
import { factorizeLinear, withHead } from "../../../lib/network/lowRank";
import { type Conv, cutAfter, imageInput, type Linear, type Network, nodeOf } from "../../../lib/network/network";
import { onnxVersions, toOnnx } from "../../../lib/network/onnx";
import { resnet18 } from "../../../lib/network/resnet18";
import { pythonWith } from "../../../lib/python";
import { tensor } from "../../../lib/tensor";
import { formulaStateDict } from "../../support/formulaWeights";

const network = resnet18(formulaStateDict(10), "formula");
const linear: Linear = { kind: "linear", name: "fc", input: imageInput, weight: tensor([4, 8]) };
const variants: [string, Network, number][] = [
  ["ResNet-18", network, 2],
  ["a low-rank head", withHead(network, factorizeLinear(nodeOf(network, "fc") as Linear, 5)), 2],
  ["a network cut at its features", cutAfter(network, "avgpool"), 2],
  ["a network cut at a feature map", cutAfter(network, "layer2.0.downsample.1"), 4],
  ["a linear layer alone", { nodes: [linear] }, 2],
];

const metadata = { weights: "demo", ranks: '{"conv1":8}', note: "", شرح: "فشرده" };
const propertiesOf = (props: onnx.IStringStringEntryProto[]) => props.map(({ key, value }) => [key, value]);

const python = pythonWith("onnx");
const check = "import onnx, sys; onnx.checker.check_model(onnx.load_from_string(sys.stdin.buffer.read()), True)";

for (const [name, variant] of variants) {
  const skip = python ? false : "no python3 with the package onnx";
  test(`ONNX's own checker accepts ${name}`, { skip }, () => {
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

test("nodes, values and constants keep their names; batch, height and width are free", () => {
  for (const [name, variant, rank] of variants) {
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
