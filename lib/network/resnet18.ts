import { FileError } from "../core/errors";
import type { StateDict, Tensor } from "../core/tensor";
import { type BatchNorm, type Conv, imageInput, type Linear, type Network, type Node } from "./network";

/** PyTorch's default of `BatchNorm2d`, which torchvision's ResNets keep. */
const batchNormEpsilon = 1e-5;

/** Output channels of the four stages; each has two blocks, and all but the first halve the image's side. */
const stageChannels = [64, 128, 256, 512];

/**
 * ResNet-18 (He et al. 2016, table 1) in evaluation mode, from a state dict with torchvision's names.
 * Any number of classes; `num_batches_tracked` is not needed.
 * Nodes bear torchvision's names; the features of an image, (N, 512), are the output of `avgpool`.
 * @param file names the state dict's source in errors.
 * @throws FileError if tensors are missing, left over or of a wrong shape, or hold values that no network can have.
 */
export function resnet18(stateDict: StateDict, file: string): Network {
  const taker = new TensorTaker(stateDict);
  const nodes = stem(taker);
  let channels = 64;
  stageChannels.forEach((outChannels, stage) => {
    for (const block of [0, 1]) {
      const input = nodes[nodes.length - 1].name;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      nodes.push(...basicBlock(taker, `layer${stage + 1}.${block}`, input, channels, outChannels, stride));
      channels = outChannels;
    }
  });
  nodes.push(
    { kind: "globalAveragePool", name: "avgpool", input: nodes[nodes.length - 1].name },
    linear(taker, "fc", "avgpool", channels),
  );
  const problems = [...taker.problems, ...taker.leftOver(), ...taker.impossibleValues()];
  if (problems.length > 0) {
    const held = firstFew(
      [...stateDict.keys()].map((name) => name.slice(0, 60)),
      ", ",
    );
    const names = problems.length > shown ? `; it holds ${held || "no tensor"}` : "";
    throw new FileError(file, `is no state dict of torchvision's ResNet-18: ${firstFew(problems)}${names}`);
  }
  return { nodes };
}

/** Gives the tensor of that name and shape. */
export interface TensorSource {
  take(name: string, shape: number[]): Tensor;
}

/** What stands before the stages: (N, 3, H, W) → (N, 64, H/4, W/4). */
export function stem(source: TensorSource): Node[] {
  return [
    conv(source, "conv1", imageInput, [64, 3, 7, 7], 2),
    batchNorm(source, "bn1", "conv1", 64),
    { kind: "relu", name: "relu", input: "bn1" },
    { kind: "maxPool", name: "maxpool", input: "relu", size: 3, stride: 2, padding: 1 },
  ];
}

/** Two 3×3 convolutions beside a shortcut, which is a 1×1 convolution where the shape changes. */
export function basicBlock(
  source: TensorSource,
  name: string,
  input: string,
  inChannels: number,
  outChannels: number,
  stride: number,
): Node[] {
  const within = (part: string) => `${name}.${part}`;
  const nodes: Node[] = [
    conv(source, within("conv1"), input, [outChannels, inChannels, 3, 3], stride),
    batchNorm(source, within("bn1"), within("conv1"), outChannels),
    { kind: "relu", name: within("relu1"), input: within("bn1") },
    conv(source, within("conv2"), within("relu1"), [outChannels, outChannels, 3, 3], 1),
    batchNorm(source, within("bn2"), within("conv2"), outChannels),
  ];
  let shortcut = input;
  if (stride !== 1) {
    nodes.push(conv(source, within("downsample.0"), input, [outChannels, inChannels, 1, 1], stride));
    nodes.push(batchNorm(source, within("downsample.1"), within("downsample.0"), outChannels));
    shortcut = within("downsample.1");
  }
  nodes.push(
    { kind: "add", name: within("add"), inputs: [within("bn2"), shortcut] },
    { kind: "relu", name: within("relu2"), input: within("add") },
  );
  return nodes;
}

function conv(source: TensorSource, name: string, input: string, shape: number[], stride: number): Conv {
  const padding = (shape[2] - 1) / 2;
  const weight = source.take(`${name}.weight`, shape);
  return { kind: "conv", name, input, weight, stride: [stride, stride], padding: [padding, padding] };
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
  return { kind: "linear", name, input, weight, bias: taker.take(`${name}.bias`, [classes]) };
}

/** Hands out a state dict's tensors and notes what is wrong with them. */
class TensorTaker implements TensorSource {
  readonly problems: string[] = [];
  private readonly taken = new Map<string, Tensor>();

  constructor(private readonly stateDict: StateDict) {}

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
    const names = [...this.stateDict.keys()].filter((name) => !name.endsWith(".num_batches_tracked"));
    return names.filter((name) => !this.taken.has(name)).map((name) => `${name} does not belong there`);
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

/** So many of a list stand in an error. */
const shown = 3;

function firstFew(texts: string[], separator = "; "): string {
  const more = texts.length > shown ? [`and ${texts.length - shown} more`] : [];
  return [...texts.slice(0, shown), ...more].join(separator);
}
