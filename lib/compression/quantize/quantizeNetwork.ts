import { tensor } from "../../core/tensor";
import { type Conv, imageInput, inputsOf, type Network, type Node } from "../../network/network";
import { rewired } from "../../network/rewire";
import { type Grid, gridOf, type Range, roundToEven } from "./grid";

export interface Int8Layers {
  /** Names of the convolutions that compute in int8. */
  layers: ReadonlySet<string>;
  /** The largest whole number that a weight may be: 127, or 64 where sums of products saturate. */
  mostWeight: number;
}

/** Kinds of nodes that hand on bytes where they are given bytes. */
const followers = ["add", "maxPool"];

/**
 * The values of a network that are held as uint8: what its int8 layers read and give, an addition of such values and a
 * pooling of one. A value that only ReLUs read is left to them, since cutting at 0 is part of the rounding.
 */
export function quantizedValues({ nodes }: Network, layers: ReadonlySet<string>): Set<string> {
  const readers = (name: string) => nodes.filter((node) => inputsOf(node).includes(name));
  const read = (name: string) => readers(name).some((node) => node.kind === "conv" && layers.has(node.name));
  const values = new Set(read(imageInput) ? [imageInput] : []);
  const made = new Map<string, boolean>();
  for (const node of nodes) {
    const inputs = inputsOf(node);
    const ofBytes = followers.includes(node.kind) && inputs.every((input) => values.has(input));
    made.set(node.name, node.kind === "relu" ? !!made.get(node.input) : ofBytes || layers.has(node.name));
    const only = readers(node.name);
    if (only.length > 0 && only.every(({ kind }) => kind === "relu")) continue;
    if (made.get(node.name) || read(node.name)) values.add(node.name);
  }
  return values;
}

/**
 * The network with int8 layers: uint8 values between them, int8 weights by output channel, int32 biases, as Jacob et al. 2018
 * (arXiv:1712.05877). It is the last rewrite of a network: a quantized layer cannot be split.
 * @param network with batch norms folded.
 * @param ranges of all `quantizedValues`; a pooling's counts for nothing, it keeps the grid that it reads.
 * @throws Error if a range is missing.
 */
export function quantizeNetwork(network: Network, ranges: ReadonlyMap<string, Range>, int8: Int8Layers): Network {
  const values = quantizedValues(network, int8.layers);
  const grids = new Map<string, Grid>();
  const nodes: Node[] = [];
  const hold = (name: string, grid: Grid | undefined) => {
    if (!values.has(name)) return;
    const held = grid ?? gridOf(rangeOf(ranges, name));
    grids.set(name, held);
    nodes.push({ kind: "quantize", name: heldName(name), input: name, ...held });
  };
  hold(imageInput, undefined);
  for (const node of network.nodes) {
    const held = inputsOf(node).filter((input) => grids.has(input));
    const reading = held.reduce((changed, input) => rewired(changed, input, heldName(input)), node);
    const grid = held.length === 1 ? grids.get(held[0]) : undefined;
    nodes.push(reading.kind === "conv" && int8.layers.has(node.name) ? int8Conv(reading, grid!.scale, int8) : reading);
    hold(node.name, node.kind === "maxPool" ? grid : undefined);
  }
  return { nodes };
}

/** Names of all convolutions. */
export function convolutionsOf({ nodes }: Network): Set<string> {
  return new Set(nodes.filter(({ kind }) => kind === "conv").map(({ name }) => name));
}

const heldName = (value: string) => `${value}.quantized`;

function rangeOf(ranges: ReadonlyMap<string, Range>, name: string): Range {
  const range = ranges.get(name);
  if (!range) throw new Error(`no range of ${name} is given`);
  return range;
}

/** Share of int32 that a bias may fill: the products are added to it. */
const mostBias = 2 ** 30;

function int8Conv(conv: Conv, inputScale: number, { mostWeight }: Int8Layers): Conv {
  const { weight, bias } = conv;
  const [out] = weight.shape;
  const row = weight.data.length / out;
  const scales = tensor([out]);
  const rounded = tensor(weight.shape);
  const roundedBias = bias && tensor([out]);
  for (let channel = 0; channel < out; channel++) {
    const from = channel * row;
    const weights = weight.data.subarray(from, from + row);
    const largest = weights.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const shift = bias?.data[channel] ?? 0;
    // Weights near 0 beside a bias, as of a channel that a batch norm switched off, would make a bias of too many steps.
    scales.data[channel] = Math.max(largest / mostWeight, Math.abs(shift) / inputScale / mostBias) || 1;
    const scale = scales.data[channel];
    for (let i = 0; i < row; i++) rounded.data[from + i] = scale * roundToEven(weights[i] / scale);
    const step = Math.fround(scale * inputScale);
    if (roundedBias) roundedBias.data[channel] = step * roundToEven(shift / step);
  }
  return { ...conv, weight: rounded, bias: roundedBias, int8: { weightScales: scales, inputScale } };
}
