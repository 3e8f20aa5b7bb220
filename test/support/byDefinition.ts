import {
  type Conv,
  imageInput,
  inputsOf,
  type Linear,
  type MaxPool,
  type Network,
  type Node,
} from "../../lib/network/network";
import { sizeOf, type Tensor, tensor } from "../../lib/core/tensor";

/** Numbers as a Tensor has them, in double precision. */
interface Value {
  shape: number[];
  data: Float64Array;
}

/**
 * What a network computes, node by node as each is defined, in double precision: slow, and independent of every engine.
 * @throws Error for a batch norm: fold them first.
 */
export function byDefinition(network: Network, { shape, data }: Tensor): Tensor {
  const values = new Map<string, Value>([[imageInput, { shape, data: Float64Array.from(data) }]]);
  let last: Value | undefined;
  for (const node of network.nodes) {
    last = computed(node, ...inputsOf(node).map((name) => values.get(name) as Value));
    values.set(node.name, last);
  }
  const { shape: sides, data: numbers } = last as Value;
  return tensor(sides, Float32Array.from(numbers));
}

function computed(node: Node, ...[input, second]: Value[]): Value {
  const { shape, data } = input;
  switch (node.kind) {
    case "conv":
      return convolved(node, input);
    case "relu":
      return { shape, data: data.map((value) => Math.max(0, value)) };
    case "quantize": {
      const { scale, zeroPoint } = node;
      const whole = (value: number) => Math.min(255, Math.max(0, toEven(value / scale) + zeroPoint));
      return { shape, data: data.map((value) => scale * (whole(value) - zeroPoint)) };
    }
    case "maxPool":
      return pooled(node, input);
    case "add":
      return { shape, data: data.map((value, i) => value + second.data[i]) };
    case "globalAveragePool": {
      const places = shape[2] * shape[3];
      return filled(shape.slice(0, 2), (at) => meanOf(data.subarray(at * places, (at + 1) * places)));
    }
    case "linear":
      return multiplied(node, input);
    case "batchNorm":
      throw new Error(`${node.name} is a batch norm`);
  }
}

function filled(shape: number[], value: (at: number) => number): Value {
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, at) => value(at)) };
}

function toEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return Math.round(value);
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

const outputSide = (side: number, kernel: number, stride: number, padding: number) =>
  Math.floor((side + 2 * padding - kernel) / stride) + 1;

function convolved(
  { weight, bias, stride, padding }: Conv,
  { shape: [count, inputs, rows, columns], data }: Value,
): Value {
  const [out, , high, wide] = weight.shape;
  const sides = [outputSide(rows, high, stride[0], padding[0]), outputSide(columns, wide, stride[1], padding[1])];
  return filled([count, out, ...sides], (at) => {
    const [x, y] = [at % sides[1], Math.floor(at / sides[1]) % sides[0]];
    const [channel, image] = [Math.floor(at / sides[0] / sides[1]) % out, Math.floor(at / sides[0] / sides[1] / out)];
    let sum = bias?.data[channel] ?? 0;
    for (let tap = 0; tap < inputs * high * wide; tap++) {
      const row = y * stride[0] - padding[0] + (Math.floor(tap / wide) % high);
      const column = x * stride[1] - padding[1] + (tap % wide);
      if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
      const plane = image * inputs + Math.floor(tap / high / wide);
      sum += weight.data[channel * inputs * high * wide + tap] * data[(plane * rows + row) * columns + column];
    }
    return sum;
  });
}

function pooled({ size, stride, padding }: MaxPool, { shape: [count, channels, rows, columns], data }: Value): Value {
  const sides = [rows, columns].map((side) => outputSide(side, size, stride, padding));
  return filled([count, channels, ...sides], (at) => {
    const [x, y] = [at % sides[1], Math.floor(at / sides[1]) % sides[0]];
    const plane = Math.floor(at / sides[0] / sides[1]);
    let largest = Number.NEGATIVE_INFINITY;
    for (let tap = 0; tap < size * size; tap++) {
      const [row, column] = [y * stride - padding + Math.floor(tap / size), x * stride - padding + (tap % size)];
      if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
      largest = Math.max(largest, data[(plane * rows + row) * columns + column]);
    }
    return largest;
  });
}

function multiplied({ weight, bias }: Linear, { shape: [count, inputs], data }: Value): Value {
  const [out] = weight.shape;
  return filled([count, out], (at) => {
    const [image, row] = [Math.floor(at / out), at % out];
    let sum = bias?.data[row] ?? 0;
    for (let i = 0; i < inputs; i++) sum += weight.data[row * inputs + i] * data[image * inputs + i];
    return sum;
  });
}
