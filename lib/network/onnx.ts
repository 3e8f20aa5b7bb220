import { onnx } from "onnx-proto";
import { version } from "../../package.json";
import {
  type Conv,
  costs,
  imageChannels,
  imageInput,
  imageReader,
  inputsOf,
  type Linear,
  type Network,
  type Node,
} from "./network";
import { type Constant, constantTensor, encodeModel, float, int, ints, operator, valueInfo } from "./onnxGraph";
import { int8Parameters, quantizeOperators } from "./onnxInt8";

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
  const constant: Constant = (name, value) => {
    initializer.push(constantTensor(name, value));
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

/** The operators that compute a node, the last one named after it. */
function operators(node: Node, constant: Constant): onnx.INodeProto[] {
  const { name } = node;
  const inputs = inputsOf(node);
  switch (node.kind) {
    case "conv": {
      const made = node.int8 ? int8Parameters(node, node.int8, constant) : [];
      const parameters = node.int8 ? made.map((each) => each.name as string) : floatParameters(node, constant);
      const attributes = [
        ints("kernel_shape", node.weight.shape.slice(2)),
        ints("strides", node.stride),
        ints("pads", [...node.padding, ...node.padding]),
        ...(node.groups ? [int("group", node.groups)] : []),
      ];
      return [...made, operator("Conv", [...inputs, ...parameters], name, attributes)];
    }
    case "batchNorm": {
      const constants = (["scale", "shift", "mean", "variance"] as const).map((part) =>
        constant(`${name}.${part}`, node[part]),
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
    case "linear":
      return [operator("Gemm", [...inputs, ...floatParameters(node, constant)], name, [int("transB", 1)])];
    case "quantize":
      return quantizeOperators(node, constant);
  }
}

function floatParameters({ name, weight, bias }: Conv | Linear, constant: Constant): string[] {
  const weights = constant(`${name}.weight`, weight);
  return bias ? [weights, constant(`${name}.bias`, bias)] : [weights];
}

function inputSides(network: Network): (number | string)[] {
  const first = imageReader(network);
  if (first?.kind === "linear") return ["batch", first.weight.shape[1]];
  return ["batch", imageChannels(network) ?? "channels", "height", "width"];
}

function outputSides(network: Network): (number | string)[] {
  const { name, outputShape } = costs(network, [3, 224, 224])[network.nodes.length - 1];
  return [
    "batch",
    outputShape[0],
    ...["height", "width"].slice(0, outputShape.length - 1).map((side) => `${name}.${side}`),
  ];
}
