import { UserError } from "../core/errors";
import { normalTensor, Random } from "../core/random";
import { type Tensor, tensor } from "../core/tensor";
import type { Network } from "./network";
import { residualBlock, stem, type TensorSource } from "./resnet";
import { plain } from "./resnetStructure";

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
  const source: TensorSource = { take: (name, shape) => untrained(name, shape, random), has: () => false };
  const nodes = stem(source, { side: 7, inputs: 3, outputs: channels });
  for (let block = 0; block < (layers - 2) / 2; block++) {
    const input = nodes[nodes.length - 1].name;
    nodes.push(...residualBlock(source, `block${block}`, input, channels, [plain(channels, 3), plain(channels, 3)]));
  }
  const input = nodes[nodes.length - 1].name;
  nodes.push(
    { kind: "globalAveragePool", name: "avgpool", input },
    {
      kind: "linear",
      name: "fc",
      input: "avgpool",
      weight: normal([classes, channels], random),
      bias: tensor([classes]),
    },
  );
  return { nodes };
}

/** Random weights of a convolution; of a batch norm what leaves its input as it is. */
function untrained(name: string, shape: number[], random: Random): Tensor {
  if (shape.length > 1) return normal(shape, random);
  const isOne = /bn\d\.(weight|running_var)$/.test(name);
  return tensor(shape, new Float32Array(shape[0]).fill(isOne ? 1 : 0));
}

/** Variance 2 / inputs of a neuron (He et al. 2015, equation 10), so that values keep their size through the depth. */
function normal(shape: number[], random: Random): Tensor {
  const { data } = normalTensor(shape, random);
  const std = Math.sqrt((2 * shape[0]) / data.length);
  return tensor(
    shape,
    data.map((value) => std * value),
  );
}
