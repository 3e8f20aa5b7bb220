import { sizeOf, tensor, type Tensor } from "../../core/tensor";
import { valuesAt } from "../../engines/valuesAt";
import { type Conv, inputsOf, type Network, type Node } from "../../network/network";
import type { Calibration } from "../measure/moments";

/**
 * The same function, channels between two convolutions in series having more alike ranges, since one scale is to hold them
 * all: channel k is multiplied by √(R / r), with its range r over the images and the widest one R, and the next
 * convolution divides by it. All of R / r would leave the next one's weights as unlike as the channels were
 * (cf. Nagel et al. 2019, arXiv:1906.04721, section 4.1, who know the ranges of weights only).
 * @param network with batch norms folded.
 */
export async function equalize(network: Network, { images, engine }: Calibration): Promise<Network> {
  const seconds = new Map(network.nodes.flatMap((node) => pairs(network, node)));
  const factors = new Map<string, Float64Array>();
  for await (const [name, values] of valuesAt(network, new Set(seconds.keys()), images, engine))
    factors.set(name, factorsOf(channelRanges(values)));
  const factorsInto = new Map([...seconds].map(([first, second]) => [second, factors.get(first)]));
  const nodes = network.nodes.map((node) => {
    if (node.kind !== "conv") return node;
    const [before, after] = [factorsInto.get(node.name), factors.get(node.name)];
    return scaled(node, before ?? [], after ?? []);
  });
  return { nodes };
}

/** The names of a convolution and of the one that alone reads it, if the node is such a convolution. */
function pairs({ nodes }: Network, first: Node): [first: string, second: string][] {
  const [second, ...others] = nodes.filter((node) => inputsOf(node).includes(first.name));
  if (first.kind === "conv" && second?.kind === "conv" && others.length === 0) return [[first.name, second.name]];
  return [];
}

/** The largest size of a value in each channel of (N, C, H, W). */
function channelRanges({ shape: [, channels, ...sides], data }: Tensor): Float64Array {
  const places = sides[0] * sides[1];
  const ranges = new Float64Array(channels);
  for (let i = 0; i < data.length; i++) {
    const channel = Math.floor(i / places) % channels;
    const size = Math.abs(data[i]);
    if (size > ranges[channel]) ranges[channel] = size;
  }
  return ranges;
}

function factorsOf(ranges: Float64Array): Float64Array {
  const widest = Math.max(...ranges);
  return ranges.map((range) => (range > 0 ? Math.sqrt(widest / range) : 1));
}

/**
 * @param before what the inputs were multiplied by, 1 where it has no number.
 * @param after what the outputs are to be multiplied by, likewise.
 */
function scaled(conv: Conv, before: ArrayLike<number>, after: ArrayLike<number>): Conv {
  const { weight, bias, groups = 1 } = conv;
  const [out, inputs, ...sides] = weight.shape;
  const places = sizeOf(sides);
  const changed = weight.data.map((value, i) => {
    const output = Math.floor(i / places / inputs);
    const group = Math.floor((output * groups) / out);
    const input = group * inputs + (Math.floor(i / places) % inputs);
    return (value * (after[output] ?? 1)) / (before[input] ?? 1);
  });
  const shift = bias?.data.map((value, channel) => value * (after[channel] ?? 1));
  return { ...conv, weight: tensor(weight.shape, changed), bias: shift && tensor([out], shift) };
}
