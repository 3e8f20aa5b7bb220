import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { onnx } from "onnx-proto";
import { pythonWith } from "../../../lib/cli/bench/pytorch";
import { placeholderInt8 } from "../../../lib/compression/placeholders";
import { relativeError, tensor } from "../../../lib/core/tensor";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { type Conv, type Network, nodeOf } from "../../../lib/network/network";
import { toOnnx } from "../../../lib/network/onnx";
import { replaceNode } from "../../../lib/network/rewire";
import { formulaImages } from "../../support/formulaWeights";
import { smallResnet } from "../../support/smallResnet";

const network = placeholderInt8(smallResnet());
const { graph } = onnx.ModelProto.decode(toOnnx(network));

test("weights are stored as int8, biases as int32, by output channel; the operators are standard ones", () => {
  const { INT8, INT32 } = onnx.TensorProto.DataType;
  const typeOf = (name: string) => graph?.initializer?.find((each) => each.name === name)?.dataType;
  for (const node of network.nodes)
    if (node.kind === "conv") {
      assert.equal(typeOf(`${node.name}.weight.whole`), INT8);
      assert.equal(typeOf(`${node.name}.bias.whole`), INT32);
    }
  for (const { opType, domain, attribute } of graph?.node ?? []) {
    assert.equal(domain ?? "", "", opType as string);
    if (opType === "DequantizeLinear" && attribute?.length) assert.equal(Number(attribute[0].i), 0);
  }
});

test("every convolution, the first one too, reads what DequantizeLinear gives", () => {
  const makers = new Map(graph?.node?.map((node) => [node.output?.[0], node.opType]));
  for (const { opType, input } of graph?.node ?? [])
    if (opType === "Conv")
      assert.deepEqual(
        input?.map((name) => makers.get(name)),
        Array(3).fill("DequantizeLinear"),
      );
});

test("the file is about a quarter of that in fp32", () => {
  const wide = smallResnet(1, 64);
  const share = toOnnx(placeholderInt8(wide)).length / toOnnx(wide).length;
  assert.ok(share > 0.25 && share < 0.3, String(share));
});

test("a layer that was changed after it was quantized is no int8 layer any more, and is not written as one", () => {
  const conv = nodeOf(network, "a.conv1") as Conv;
  const weight = tensor(
    conv.weight.shape,
    conv.weight.data.map((value) => value * 1.01),
  );
  assert.throws(
    () => toOnnx(replaceNode(network, "a.conv1", [{ ...conv, weight }])),
    /a\.conv1\.weight .*quantize last/,
  );
});

const python = pythonWith("numpy", "onnxruntime");
const skip = python ? false : "no python3 with the packages numpy and onnxruntime";

test("ONNX Runtime of another version, from Python, opens the file and computes the same", { skip }, async () => {
  const images = formulaImages(2, 64);
  const expected = await outputs(network, images);
  const script = `import json, sys, numpy as np, onnxruntime
given = json.load(sys.stdin)
model = bytes(given["model"])
images = np.array(given["images"], np.float32).reshape(2, 3, 64, 64)
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
out = session.run(None, {"image": images})[0]
print(json.dumps(out.flatten().tolist()))`;
  const input = JSON.stringify({ model: [...toOnnx(network)], images: [...images.data] });
  const { status, stdout, stderr } = spawnSync(python as string, ["-c", script], { input, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const actual = tensor(expected.shape, Float32Array.from(JSON.parse(stdout)));
  assert.ok(relativeError(expected, actual) < 0.01);
});

async function outputs(of: Network, images: ReturnType<typeof formulaImages>) {
  const session = await onnxRuntime(1).open(of);
  const result = await session.run(images);
  await session.close();
  return result;
}
