import { sizeOf, type Tensor, tensor } from "../../../../lib/core/tensor";
import { type Conv, imageInput, type Linear, type Network } from "../../../../lib/network/network";
import { formulaImages } from "../../../support/formulaWeights";
import { uniform } from "../../../support/matrices";

let seed = 300;

function numbers(shape: number[]): Tensor {
  const scale = shape.length > 1 ? Math.sqrt(3 / sizeOf(shape.slice(1))) : 0.3;
  return tensor(
    shape,
    Float32Array.from(uniform(seed++, sizeOf(shape)), (value) => value * scale),
  );
}

type Sides = [number, number];

function conv(name: string, input: string, shape: number[], biased: boolean, stride: Sides, padding: Sides): Conv {
  const weight = numbers(shape);
  return { kind: "conv", name, input, weight, ...(biased && { bias: numbers([shape[0]]) }), stride, padding };
}

function linear(name: string, input: string, shape: number[], biased: boolean): Linear {
  const weight = numbers(shape);
  return { kind: "linear", name, input, weight, ...(biased && { bias: numbers([shape[0]]) }) };
}

/**
 * The network of test/fixtures/record_tuning.py: convolutions with and without biases, of square, tall, wide, even and single
 * kernels, with strides and borders of all sorts, in a residual block and a chain.
 */
export function formulaBackbone(): Network {
  seed = 300;
  return {
    nodes: [
      conv("stem", imageInput, [4, 3, 3, 3], false, [1, 1], [1, 1]),
      { kind: "relu", name: "stem.relu", input: "stem" },
      { kind: "maxPool", name: "pool", input: "stem.relu", size: 3, stride: 2, padding: 1 },
      conv("square", "pool", [4, 4, 3, 3], true, [1, 1], [1, 1]),
      { kind: "add", name: "square.add", inputs: ["square", "pool"] },
      { kind: "relu", name: "square.relu", input: "square.add" },
      conv("narrow", "square.relu", [2, 4, 1, 1], false, [1, 1], [0, 0]),
      conv("tall", "narrow", [2, 2, 3, 1], false, [2, 1], [1, 0]),
      conv("wide", "tall", [5, 2, 1, 3], true, [1, 2], [0, 1]),
      conv("shortcut", "square.relu", [5, 4, 1, 1], true, [2, 2], [0, 0]),
      { kind: "add", name: "add", inputs: ["wide", "shortcut"] },
      { kind: "relu", name: "add.relu", input: "add" },
      conv("even", "add.relu", [3, 5, 2, 2], true, [2, 2], [1, 1]),
      { kind: "relu", name: "even.relu", input: "even" },
      conv("bordered", "even.relu", [4, 3, 1, 1], true, [1, 1], [1, 1]),
      { kind: "relu", name: "bordered.relu", input: "bordered" },
      { kind: "globalAveragePool", name: "features", input: "bordered.relu" },
      linear("factor", "features", [3, 4], false),
      linear("head", "factor", [5, 3], true),
    ],
  };
}

/** Shape of one of its images. */
export const backboneImageShape = [3, 18, 15];

/** Six images (6, 3, 18, 15). */
export function backboneImages(): Tensor {
  const square = formulaImages(6, 18);
  const [rows, columns] = backboneImageShape.slice(1);
  const images = tensor([6, ...backboneImageShape]);
  images.data.forEach((_, at) => {
    images.data[at] = square.data[Math.floor(at / columns) * rows + (at % columns)];
  });
  return images;
}

export const temperature = 2;

/** What the images are to be classified as, for each loss (6, 5). */
export const backboneTargets = {
  crossEntropy: tensor(
    [6, 5],
    Float32Array.from({ length: 30 }, (_, at) => ([0, 1, 2, 3, 4, 0][Math.floor(at / 5)] === at % 5 ? 1 : 0)),
  ),
  distillation: tensor([6, 5], shares(Float32Array.from(uniform(400, 30)))),
};

function shares(numbers: Float32Array): Float32Array {
  const raised = numbers.map((value) => Math.exp((3 * value) / temperature));
  return raised.map((value, at) => {
    const row = raised.subarray(at - (at % 5), at - (at % 5) + 5);
    return value / row.reduce((sum, each) => sum + each, 0);
  });
}
