import { FileError, firstFew } from "../core/errors";
import type { StateDict, Tensor } from "../core/tensor";
import { type BatchNorm, type Conv, imageInput, type Linear, type Network, type Node } from "./network";
import { type BlockConv, kindOf, nearestKnown, plain, type Stem, structureOf } from "./resnetStructure";
import { namedAsTorchvision } from "./stateDictNames";

/** PyTorch's default of `BatchNorm2d`, which torchvision's ResNets keep. */
const batchNormEpsilon = 1e-5;

/** A network as it was read, and how. */
export interface ReadNetwork {
  /** Without a linear layer `fc` where the file has no head that can be read: then the features are its output. */
  network: Network;
  /** "ResNet-50"; see kindOf. */
  kind: string;
  /** Of its head, if it has one. */
  classes?: number;
  /** What was taken off, left out or assumed, a few words each. */
  notes: string[];
}

/**
 * A ResNet (He et al. 2016) of any depth in evaluation mode: basic blocks or bottlenecks, wide ones and those of grouped
 * convolutions (ResNeXt, Xie et al. 2017) included; its structure follows from names and shapes.
 * Nodes bear torchvision's names; the features of an image, (N, channels), are the output of `avgpool`.
 * @param stateDict its names as `namedAsTorchvision` takes them; `num_batches_tracked` is not needed.
 * @param file names the state dict's source in errors.
 * @throws FileError if tensors are missing, of a wrong shape or of no place in a ResNet, or hold values that none can have.
 */
export function readNetwork(stateDict: StateDict, file: string): ReadNetwork {
  const { tensors, others, notes } = namedAsTorchvision(stateDict);
  const structure = structureOf(tensors);
  const taker = new TensorTaker(tensors);
  const nodes = stem(taker, structure.stem);
  let channels = structure.stem.outputs;
  for (const [stage, blocks] of structure.stages.entries())
    for (const [block, convs] of blocks.entries()) {
      nodes.push(...residualBlock(taker, `layer${stage + 1}.${block}`, nodes[nodes.length - 1].name, channels, convs));
      channels = convs[convs.length - 1].outputs;
    }
  nodes.push({ kind: "globalAveragePool", name: "avgpool", input: nodes[nodes.length - 1].name });
  const head = taker.has("fc.weight") ? linear(taker, "fc", "avgpool", channels) : undefined;
  if (head) nodes.push(head);
  const left = taker.leftOver();
  const misplaced = left.filter((name) => /^(conv|bn|layer)\d/.test(name));
  const problems = [
    ...taker.problems,
    ...misplaced.map((name) => `${name} does not belong there`),
    ...taker.impossibleValues(),
  ];
  if (problems.length > 0) {
    const isShortcut = (text: string) => text.includes(".downsample.");
    if (problems.every(isShortcut) && ![...tensors.keys()].some(isShortcut))
      throw new FileError(
        file,
        "cannot be read as a ResNet: its shortcuts have no weights where channels change (option A of He et al. 2016, padded with zeros), only those of 1 × 1 convolutions are read",
      );
    const held = firstFew([...stateDict.keys()]) || "no tensor";
    const names = problems.length > 3 ? `; it holds ${held}` : "";
    const nearest = `nearest: ${nearestKnown(structure)}, but ${firstFew(problems, "; ")}`;
    throw new FileError(file, `cannot be read as a ResNet; ${nearest}${names}`);
  }
  const ignored = [...left, ...others];
  return {
    network: { nodes },
    kind: kindOf(structure),
    classes: head?.weight.shape[0],
    notes: [
      ...notes,
      ...(structure.stem.side === 3 ? ["a 3 × 3 stem: of stride 1, no pooling"] : []),
      ...(ignored.length > 0 ? [`ignored: ${firstFew(ignored)}`] : []),
    ],
  };
}

/** Where a network's tensors come from. */
export interface TensorSource {
  /** The tensor of that name and shape. */
  take(name: string, shape: number[]): Tensor;
  has(name: string): boolean;
}

/** What stands before the stages: (N, inputs, H, W) → (N, outputs, H/4, W/4), or (N, outputs, H, W) by a 3 × 3 kernel. */
export function stem(source: TensorSource, { side, inputs, outputs }: Stem): Node[] {
  const nodes: Node[] = [
    ...convAndNorm(source, ["conv1", "bn1"], imageInput, inputs, plain(outputs, side, side === 7 ? 2 : 1)),
    { kind: "relu", name: "relu", input: "bn1" },
  ];
  if (side === 7) nodes.push({ kind: "maxPool", name: "maxpool", input: "relu", size: 3, stride: 2, padding: 1 });
  return nodes;
}

/** Convolutions beside a shortcut, which is a 1 × 1 convolution where the shape changes or the source has one. */
export function residualBlock(
  source: TensorSource,
  name: string,
  input: string,
  inputs: number,
  convs: readonly BlockConv[],
): Node[] {
  const within = (part: string) => `${name}.${part}`;
  const nodes: Node[] = [];
  let [at, channels] = [input, inputs];
  for (const [i, conv] of convs.entries()) {
    const [before, own, norm] = [`relu${i}`, `conv${i + 1}`, `bn${i + 1}`].map(within);
    if (i > 0) nodes.push({ kind: "relu", name: before, input: at });
    nodes.push(...convAndNorm(source, [own, norm], i > 0 ? before : input, channels, conv));
    [at, channels] = [norm, conv.outputs];
  }
  const stride = convs.reduce((product, conv) => product * conv.stride, 1);
  let shortcut = input;
  if (stride !== 1 || channels !== inputs || source.has(within("downsample.0.weight"))) {
    const names: [string, string] = [within("downsample.0"), within("downsample.1")];
    nodes.push(...convAndNorm(source, names, input, inputs, plain(channels, 1, stride)));
    shortcut = names[1];
  }
  nodes.push(
    { kind: "add", name: within("add"), inputs: [at, shortcut] },
    { kind: "relu", name: within(`relu${convs.length}`), input: within("add") },
  );
  return nodes;
}

function convAndNorm(
  source: TensorSource,
  [name, norm]: [string, string],
  input: string,
  inputs: number,
  { outputs, side, stride, groups }: BlockConv,
): [Conv, BatchNorm] {
  const padding = (side - 1) / 2;
  const weight = source.take(`${name}.weight`, [outputs, inputs / groups, side, side]);
  const bias = source.has(`${name}.bias`) && { bias: source.take(`${name}.bias`, [outputs]) };
  const place: Conv = { kind: "conv", name, input, weight, stride: [stride, stride], padding: [padding, padding] };
  return [{ ...place, ...bias, ...(groups > 1 && { groups }) }, batchNorm(source, norm, name, outputs)];
}

function batchNorm(source: TensorSource, name: string, input: string, channels: number): BatchNorm {
  return {
    kind: "batchNorm",
    name,
    input,
    scale: source.take(`${name}.weight`, [channels]),
    shift: source.take(`${name}.bias`, [channels]),
    mean: source.take(`${name}.running_mean`, [channels]),
    variance: source.take(`${name}.running_var`, [channels]),
    epsilon: batchNormEpsilon,
  };
}

function linear(taker: TensorTaker, name: string, input: string, inputs: number): Linear {
  const classes = taker.firstSide(`${name}.weight`);
  const weight = taker.take(`${name}.weight`, [classes, inputs]);
  const bias = taker.has(`${name}.bias`) && { bias: taker.take(`${name}.bias`, [classes]) };
  return { kind: "linear", name, input, weight, ...bias };
}

/** Hands out a state dict's tensors and notes what is wrong with them. */
class TensorTaker implements TensorSource {
  readonly problems: string[] = [];
  private readonly taken = new Map<string, Tensor>();

  constructor(private readonly stateDict: StateDict) {}

  has(name: string): boolean {
    return this.stateDict.has(name);
  }

  /** Outputs of the layer with this weight: at least 1, so that an empty layer counts as wrongly shaped. */
  firstSide(name: string): number {
    return Math.max(1, this.stateDict.get(name)?.shape[0] ?? 1);
  }

  take(name: string, shape: number[]): Tensor {
    const found = this.stateDict.get(name);
    this.taken.set(name, found ?? { shape, data: new Float32Array() });
    if (!found) this.problems.push(`${name} is missing`);
    else if (String(found.shape) !== String(shape))
      this.problems.push(`${name} has shape (${found.shape.join(", ")}) instead of (${shape.join(", ")})`);
    return this.taken.get(name) as Tensor;
  }

  leftOver(): string[] {
    return [...this.stateDict.keys()].filter((name) => !this.taken.has(name));
  }

  impossibleValues(): string[] {
    const problems: string[] = [];
    for (const [name, { data }] of this.taken) {
      if (!data.every(Number.isFinite)) problems.push(`${name} holds NaN or infinity`);
      else if (name.endsWith(".running_var") && data.some((value) => value < 0))
        problems.push(`${name} holds a negative variance`);
    }
    return problems;
  }
}
