import { UserError } from "../core/errors";
import { normalTensor, Random } from "../core/random";
import { type Tensor, tensor } from "../core/tensor";
import { type BatchNorm, type Conv, imageInput, type Network, type Node } from "./network";

const channels = 64;
const classes = 10;

/**
 * A network of random weights whose depth alone can be chosen: ResNet-18's stem, then basic blocks like those of its
 * layer1 (He et al. 2016, figure 5), all of one width and one image size, then pooling and a linear layer.
 * So each further block costs the same.
 * @param layers as He et al. count: the stem, two convolutions a block, and the linear layer; even, from 2.
 * @throws UserError for another number of layers.
 */
export function deepNetwork(layers: number, random = new Random(layers)): Network {
  if (!(layers >= 2 && layers % 2 === 0)) throw new UserError(`${layers} layers: give an even number from 2`);
  const nodes: Node[] = [
    conv("conv1", imageInput, [channels, 3, 7, 7], 2, random),
    batchNorm("bn1", "conv1"),
    { kind: "relu", name: "relu", input: "bn1" },
    { kind: "maxPool", name: "maxpool", input: "relu", size: 3, stride: 2, padding: 1 },
  ];
  let input = "maxpool";
  for (let block = 0; block < (layers - 2) / 2; block++) {
    nodes.push(...basicBlock(`block${block}`, input, random));
    input = `block${block}.relu2`;
  }
  const weight = normal([classes, channels], random);
  nodes.push(
    { kind: "globalAveragePool", name: "avgpool", input },
    { kind: "linear", name: "fc", input: "avgpool", weight, bias: tensor([classes]) },
  );
  return { nodes };
}

function basicBlock(name: string, input: string, random: Random): Node[] {
  const within = (part: string) => `${name}.${part}`;
  return [
    conv(within("conv1"), input, [channels, channels, 3, 3], 1, random),
    batchNorm(within("bn1"), within("conv1")),
    { kind: "relu", name: within("relu1"), input: within("bn1") },
    conv(within("conv2"), within("relu1"), [channels, channels, 3, 3], 1, random),
    batchNorm(within("bn2"), within("conv2")),
    { kind: "add", name: within("add"), inputs: [within("bn2"), input] },
    { kind: "relu", name: within("relu2"), input: within("add") },
  ];
}

function conv(name: string, input: string, shape: number[], stride: number, random: Random): Conv {
  const padding = (shape[2] - 1) / 2;
  const weight = normal(shape, random);
  return { kind: "conv", name, input, weight, stride: [stride, stride], padding: [padding, padding] };
}

/** Variance 2 / inputs of a neuron (He et al. 2015, equation 10), so that values keep their size through the depth. */
function normal(shape: number[], random: Random): Tensor {
  const result = normalTensor(shape, random);
  const deviation = Math.sqrt((2 * shape[0]) / result.data.length);
  return tensor(
    shape,
    result.data.map((value) => deviation * value),
  );
}

function batchNorm(name: string, input: string): BatchNorm {
  const all = (value: number) => tensor([channels], new Float32Array(channels).fill(value));
  const [scale, shift, mean, variance] = [1, 0, 0, 1].map(all);
  return { kind: "batchNorm", name, input, scale, shift, mean, variance, epsilon: 1e-5 };
}
