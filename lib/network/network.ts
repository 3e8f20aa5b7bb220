import { UserError } from "../core/errors";
import { nearest } from "../core/nearest";
import { sizeOf, type Tensor } from "../core/tensor";

/** Name by which a network's nodes refer to the image that goes in, (N, channels, H, W). */
export const imageInput = "image";

interface Unary {
  name: string;
  input: string;
}

/** How int8 holds a layer: weights are whole numbers from −127 to 127 times the scale of their output channel. */
export interface Int8 {
  /** (out). */
  weightScales: Tensor;
  /** Of the values that the layer reads: biases are int32 times this times their channel's scale. */
  inputScale: number;
}

/** 2-D convolution: weight (out, in / groups, kernel height, kernel width), bias (out). */
export interface Conv extends Unary {
  kind: "conv";
  weight: Tensor;
  bias?: Tensor;
  /** Parts of inputs and outputs, each output reading its own part's inputs only; left out of one part. */
  groups?: number;
  /** Where given, weight and bias are such whole numbers times their scales. */
  int8?: Int8;
  stride: [number, number];
  padding: [number, number];
}

/** Batch normalisation with stored statistics, each of shape (channels). */
export interface BatchNorm extends Unary {
  kind: "batchNorm";
  scale: Tensor;
  shift: Tensor;
  mean: Tensor;
  variance: Tensor;
  epsilon: number;
}

export interface Relu extends Unary {
  kind: "relu";
}

export interface MaxPool extends Unary {
  kind: "maxPool";
  size: number;
  stride: number;
  padding: number;
}

export interface Add {
  kind: "add";
  name: string;
  inputs: [string, string];
}

/** Mean over height and width: (N, C, H, W) → (N, C). */
export interface GlobalAveragePool extends Unary {
  kind: "globalAveragePool";
}

/** y = W x + b: weight (out, in), bias (out). */
export interface Linear extends Unary {
  kind: "linear";
  weight: Tensor;
  bias?: Tensor;
}

/** Rounded to what uint8 holds: scale · (clamp(round(x / scale) + zeroPoint, 0, 255) − zeroPoint), ties to even. */
export interface Quantize extends Unary {
  kind: "quantize";
  scale: number;
  zeroPoint: number;
}

export type Node = Conv | BatchNorm | Relu | MaxPool | Add | GlobalAveragePool | Linear | Quantize;

/** A network as data: nodes in an order in which each comes after its inputs; the last one is the output. */
export interface Network {
  nodes: Node[];
}

/** What one node costs for one image. */
export interface Cost {
  name: string;
  kind: Node["kind"];
  /** Shape of its output for one image, without the batch axis. */
  outputShape: number[];
  /** Learned numbers; BatchNorm's running statistics are not counted. */
  parameters: number;
  /** Multiply-accumulates of convolutions and linear layers; 0 for the rest. */
  macs: number;
  /** Bytes read and written once: inputs, parameters and output as float32. */
  bytes: number;
}

/** The node of that name. @throws UserError that lists the nearest names if there is none. */
export function nodeOf(network: Network, name: string): Node {
  const found = network.nodes.find((node) => node.name === name);
  if (found) return found;
  const near = nearest(
    name,
    network.nodes.map((node) => node.name),
  );
  throw new UserError(`there is no node ${name}: choose for instance ${near.join(", ")}`);
}

/** Names of a node's inputs. */
export function inputsOf(node: Node): string[] {
  return node.kind === "add" ? [...node.inputs] : [node.input];
}

/** The layer that reads the image, perhaps quantized. */
export function imageReader({ nodes }: Network): Node | undefined {
  const readerOf = (name: string) => nodes.find((node) => inputsOf(node).includes(name));
  const reader = readerOf(imageInput);
  return reader?.kind === "quantize" ? readerOf(reader.name) : reader;
}

/** Channels of the images that a network takes; undefined where what reads them is no convolution. */
export function imageChannels(network: Network): number | undefined {
  const reader = imageReader(network);
  return reader?.kind === "conv" ? reader.weight.shape[1] * (reader.groups ?? 1) : undefined;
}

/** The network cut after the node `name`, whose value becomes the output. */
export function cutAfter(network: Network, name: string): Network {
  nodeOf(network, name);
  const needed = new Set([name]);
  const nodes = [...network.nodes].reverse().filter((node) => {
    if (!needed.has(node.name)) return false;
    for (const input of inputsOf(node)) needed.add(input);
    return true;
  });
  return { nodes: nodes.reverse() };
}

/** The tensors a node owns that training would change. */
export function parametersOf(node: Node): Tensor[] {
  if (node.kind === "batchNorm") return [node.scale, node.shift];
  if (node.kind === "conv" || node.kind === "linear") return node.bias ? [node.weight, node.bias] : [node.weight];
  return [];
}

/** Number of learned parameters, as PyTorch counts them. */
export function parameterCount(network: Network): number {
  return network.nodes.flatMap(parametersOf).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/**
 * Cost of every node for one image.
 * @param imageShape (channels, H, W).
 */
export function costs(network: Network, imageShape: number[]): Cost[] {
  const shapes = new Map<string, number[]>([[imageInput, imageShape]]);
  return network.nodes.map((node) => {
    const inputs = inputsOf(node).map((name) => shapes.get(name) as number[]);
    const outputShape = outputShapeOf(node, inputs[0]);
    shapes.set(node.name, outputShape);
    const parameters = parametersOf(node).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const moved = parameters + sizeOf(outputShape) + inputs.reduce((sum, shape) => sum + sizeOf(shape), 0);
    return {
      name: node.name,
      kind: node.kind,
      outputShape,
      parameters,
      macs: macsOf(node, outputShape),
      bytes: 4 * moved,
    };
  });
}

function outputShapeOf(node: Node, input: number[]): number[] {
  const slide = (side: number, kernel: number, stride: number, padding: number) =>
    Math.floor((side + 2 * padding - kernel) / stride) + 1;
  switch (node.kind) {
    case "conv": {
      const [out, , kernelHeight, kernelWidth] = node.weight.shape;
      return [
        out,
        slide(input[1], kernelHeight, node.stride[0], node.padding[0]),
        slide(input[2], kernelWidth, node.stride[1], node.padding[1]),
      ];
    }
    case "maxPool":
      return [
        input[0],
        slide(input[1], node.size, node.stride, node.padding),
        slide(input[2], node.size, node.stride, node.padding),
      ];
    case "globalAveragePool":
      return [input[0]];
    case "linear":
      return [node.weight.shape[0]];
    default:
      return input;
  }
}

function macsOf(node: Node, outputShape: number[]): number {
  if (node.kind === "linear") return sizeOf(node.weight.shape);
  if (node.kind === "conv") return sizeOf(node.weight.shape) * outputShape[1] * outputShape[2];
  return 0;
}
