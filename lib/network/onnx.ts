import { onnx } from "onnx-proto";
import { version } from "../../package.json";
import type { Tensor } from "../core/tensor";
import { costs, imageInput, inputsOf, type Network, type Node } from "./network";
import { encodeModel, float, int, ints, operator, valueInfo } from "./onnxGraph";

const { FLOAT } = onnx.TensorProto.DataType;
const producer = "low-rank-resnet";

/**
 * A network as an ONNX model.
 * Input `image`: (batch, channels, height, width), or (batch, inputs) if the first node is linear; all but the channels
 * are free. Nodes and the values they compute keep the network's names; the last one is the output.
 * @param metadata what else the file is to say of itself; `producer` is this project whatever stands there.
 */
export function toOnnx(network: Network, metadata: Record<string, string> = {}): Uint8Array {
  const output = network.nodes[network.nodes.length - 1];
  const initializer: onnx.ITensorProto[] = [];
  const constant = (owner: Node, part: string, value: Tensor): string => {
    const name = `${owner.name}.${part}`;
    initializer.push(tensorProto(name, value));
    return name;
  };
  const graph = {
    node: network.nodes.flatMap((node) => operators(node, constant)),
    initializer,
    input: [valueInfo(imageInput, FLOAT, inputSides(network))],
    output: [valueInfo(output.name, FLOAT, outputSides(network))],
  };
  const metadataProps = Object.entries({ ...metadata, producer }).map(([key, value]) => ({ key, value }));
  return encodeModel(graph, { producerName: producer, producerVersion: version, metadataProps });
}

type Constant = (owner: Node, part: string, value: Tensor) => string;

/** The operators that compute a node; each is named after its result. */
function operators(node: Node, constant: Constant): onnx.INodeProto[] {
  const { name } = node;
  const inputs = inputsOf(node);
  switch (node.kind) {
    case "conv": {
      const constants = [constant(node, "weight", node.weight)];
      if (node.bias) constants.push(constant(node, "bias", node.bias));
      const attributes = [
        ints("kernel_shape", node.weight.shape.slice(2)),
        ints("strides", node.stride),
        ints("pads", [...node.padding, ...node.padding]),
      ];
      return [operator("Conv", [...inputs, ...constants], name, attributes)];
    }
    case "batchNorm": {
      const constants = (["scale", "shift", "mean", "variance"] as const).map((part) =>
        constant(node, part, node[part]),
      );
      return [operator("BatchNormalization", [...inputs, ...constants], name, [float("epsilon", node.epsilon)])];
    }
    case "relu":
      return [operator("Relu", inputs, name)];
    case "maxPool": {
      const [size, stride, padding] = [node.size, node.stride, node.padding];
      const attributes = [
        ints("kernel_shape", [size, size]),
        ints("strides", [stride, stride]),
        ints("pads", [padding, padding, padding, padding]),
      ];
      return [operator("MaxPool", inputs, name, attributes)];
    }
    case "add":
      return [operator("Add", inputs, name)];
    case "globalAveragePool": {
      const pooled = `${name}.pooled`;
      return [operator("GlobalAveragePool", inputs, pooled), operator("Flatten", [pooled], name)];
    }
    case "linear": {
      const constants = [constant(node, "weight", node.weight)];
      if (node.bias) constants.push(constant(node, "bias", node.bias));
      return [operator("Gemm", [...inputs, ...constants], name, [int("transB", 1)])];
    }
  }
}

function inputSides(network: Network): (number | string)[] {
  const first = network.nodes.find((node) => inputsOf(node).includes(imageInput));
  if (first?.kind === "linear") return ["batch", first.weight.shape[1]];
  return ["batch", first?.kind === "conv" ? first.weight.shape[1] : "channels", "height", "width"];
}

function outputSides(network: Network): (number | string)[] {
  const { name, outputShape } = costs(network, [3, 224, 224])[network.nodes.length - 1];
  return [
    "batch",
    outputShape[0],
    ...["height", "width"].slice(0, outputShape.length - 1).map((side) => `${name}.${side}`),
  ];
}

function tensorProto(name: string, { shape, data }: Tensor): onnx.ITensorProto {
  // Raw data is little-endian, as are all machines for which Node is built in practice.
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: shape, dataType: FLOAT, rawData };
}
