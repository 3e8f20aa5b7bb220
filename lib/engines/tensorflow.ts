import { setImmediate } from "node:timers/promises";
import type * as tf from "@tensorflow/tfjs";
import { UserError } from "../core/errors";
import { stopIfInterrupted } from "../core/interrupt";
import { foldBatchNorms } from "../network/foldBatchNorms";
import { imageInput, inputsOf, type Network, type Node, type Quantize } from "../network/network";
import { sizeOf, type Tensor, tensor } from "../core/tensor";
import type { Engine, Session } from "./engine";
import { loadTensorflow, type TensorflowModule } from "./loadTensorflow";

type FloatNode = Exclude<Node, Quantize>;

/** Images a step: the intermediate results of 64 images of 224 × 224 would outgrow WASM's memory. */
const imagesAtOnce = 8;

/** TensorFlow.js; the engine's name says whether its native backend or WebAssembly runs. It refuses quantized networks. */
export async function tensorflow(): Promise<Engine> {
  const { tf, backend, threads } = await loadTensorflow();
  return {
    name: `TensorFlow.js ${backend}`,
    version: tf.version["tfjs-core"],
    threads,
    open: async (network) => new TensorflowSession(tf, network),
  };
}

function floatNode(node: Node): FloatNode {
  if (node.kind !== "quantize") return node;
  throw new UserError("TensorFlow.js has no int8 arithmetic: run this network on ONNX Runtime");
}

/** A network, batch norms folded, in TensorFlow.js's operations. */
export class TensorflowSession implements Session {
  private readonly nodes: FloatNode[];
  private readonly weights = new Map<Tensor, tf.Tensor>();

  /** @param variables what stands for some of the weights, so that the outputs can be differentiated by them. */
  constructor(
    private readonly tf: TensorflowModule,
    network: Network,
    private readonly variables: ReadonlyMap<Tensor, tf.Variable> = new Map(),
  ) {
    this.nodes = foldBatchNorms(network).nodes.map(floatNode);
  }

  async run({ shape: [count, ...sides], data }: Tensor): Promise<Tensor> {
    const imageSize = sizeOf(sides);
    let outputs: Tensor | undefined;
    for (let from = 0; from < count; from += imagesAtOnce) {
      const to = Math.min(count, from + imagesAtOnce);
      await setImmediate(); // WebAssembly never lets go of the thread by itself
      stopIfInterrupted();
      const output = this.forward(tensor([to - from, ...sides], data.subarray(from * imageSize, to * imageSize)));
      outputs ??= tensor([count, ...output.shape.slice(1)]);
      outputs.data.set(await output.data(), (from * output.size) / (to - from));
      output.dispose();
    }
    return outputs ?? tensor([0]);
  }

  async close(): Promise<void> {
    for (const weight of this.weights.values()) weight.dispose();
    this.weights.clear();
  }

  /** The outputs in TensorFlow's memory. Its CPU kernels want channels last; (N, C, H, W) goes in and comes out. */
  forward({ shape, data }: Tensor): tf.Tensor {
    const { tf } = this;
    return tf.tidy(() => {
      const images = tf.tensor(data, shape);
      const values = new Map([[imageInput, shape.length === 4 ? tf.transpose(images, [0, 2, 3, 1]) : images]]);
      for (const node of this.nodes) {
        const inputs = inputsOf(node).map((name) => values.get(name) as tf.Tensor);
        values.set(node.name, this.compute(node, inputs));
      }
      const output = values.get(this.nodes[this.nodes.length - 1].name) as tf.Tensor;
      return output.rank === 4 ? tf.transpose(output, [0, 3, 1, 2]) : output;
    });
  }

  private compute(node: FloatNode, [input, second]: tf.Tensor[]): tf.Tensor {
    const { tf } = this;
    const images = input as tf.Tensor4D;
    switch (node.kind) {
      case "conv": {
        const filter = this.weight(node.weight, [2, 3, 1, 0]) as tf.Tensor4D;
        const [high, wide] = node.padding.map((side): [number, number] => [side, side]);
        const border: tf.backend_util.ExplicitPadding = [[0, 0], high, wide, [0, 0]];
        // The native backend differentiates no convolution with a padding of its own.
        const [padded, pad] = this.variables.size > 0 ? [tf.pad(images, border), "valid" as const] : [images, border];
        const bias = node.bias && this.weight(node.bias);
        const convolved = (x: tf.Tensor4D, part: tf.Tensor4D, own?: tf.Tensor) =>
          tf.fused.conv2d({ x, filter: part, strides: node.stride, pad, bias: own });
        if (!node.groups) return convolved(padded, filter, bias);
        // TensorFlow's convolutions know no groups.
        const [inputs, filters] = [padded, filter].map((each) => tf.split(each, node.groups as number, 3));
        const parts = inputs.map((part, i) => convolved(part as tf.Tensor4D, filters[i] as tf.Tensor4D));
        return bias ? tf.add(tf.concat(parts, 3), bias) : tf.concat(parts, 3);
      }
      case "batchNorm": {
        const [mean, variance, shift, scale] = [node.mean, node.variance, node.shift, node.scale].map(
          (value) => this.weight(value) as tf.Tensor1D,
        );
        return tf.batchNorm(images, mean, variance, shift, scale, node.epsilon);
      }
      case "relu":
        return tf.relu(input);
      case "maxPool": {
        // The native backend takes no padding of its own here.
        const border: [number, number] = [node.padding, node.padding];
        const padded = tf.pad(images, [[0, 0], border, border, [0, 0]], Number.NEGATIVE_INFINITY);
        return tf.maxPool(padded, node.size, node.stride, "valid");
      }
      case "add":
        return tf.add(input, second);
      case "globalAveragePool":
        return tf.mean(input, [1, 2]);
      case "linear": {
        const product = tf.matMul(input as tf.Tensor2D, this.weight(node.weight) as tf.Tensor2D, false, true);
        return node.bias ? tf.add(product, this.weight(node.bias)) : product;
      }
    }
  }

  /** A weight in TensorFlow's memory, its axes permuted, put there when it is first needed. */
  private weight(value: Tensor, axes?: number[]): tf.Tensor {
    const variable = this.variables.get(value);
    if (variable) return axes ? this.tf.transpose(variable, axes) : variable;
    const held = this.weights.get(value);
    if (held) return held;
    const given = this.tf.tensor(value.data, value.shape);
    const placed = this.tf.keep(axes ? this.tf.transpose(given, axes) : given);
    this.weights.set(value, placed);
    return placed;
  }
}
