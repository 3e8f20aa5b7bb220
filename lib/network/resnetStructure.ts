import type { StateDict } from "../core/tensor";

/** A convolution of a block, padded so that a stride of 1 keeps the image's sides. */
export interface BlockConv {
  outputs: number;
  /** Of its square kernel. */
  side: number;
  stride: number;
  groups: number;
}

/** What stands before the blocks: a 7 × 7 convolution of stride 2 and a max pooling, or, for small images, a 3 × 3 one alone. */
export interface Stem {
  side: 7 | 3;
  /** 1 of grey images, else 3. */
  inputs: 1 | 3;
  outputs: number;
}

/** What tells one ResNet from another (He et al. 2016, table 1). */
export interface Structure {
  stem: Stem;
  /** By stage and block its convolutions: two 3 × 3 of a basic block; 1 × 1, 3 × 3 and 1 × 1 of a bottleneck. */
  stages: BlockConv[][][];
}

/**
 * The structure that a state dict's names and shapes tell. Channels are those of the batch norms; where neither they nor the
 * convolution are there, 1. Strides are torchvision's: 2 where a stage begins, but the first, at the first 3 × 3.
 * @param tensors by torchvision's names.
 */
export function structureOf(tensors: StateDict): Structure {
  const sideOf = (name: string, axis: number) => tensors.get(`${name}.weight`)?.shape[axis];
  const outputs = (conv: string, norm: string) => Math.max(1, sideOf(norm, 0) ?? sideOf(conv, 0) ?? 1);
  const isBottleneck = [...tensors.keys()].some((name) => /^layer\d\.\d+\.conv3\./.test(name));
  const convsOf = (block: string, stride: number): BlockConv[] => {
    const [first, second, third] = [1, 2, 3].map((i) => outputs(`${block}.conv${i}`, `${block}.bn${i}`));
    if (!isBottleneck) return [plain(first, 3, stride), plain(second, 3)];
    const groups = groupsOf(first, second, sideOf(`${block}.conv2`, 1));
    return [plain(first, 1), { outputs: second, side: 3, stride, groups }, plain(third, 1)];
  };
  const stages = blockCounts([...tensors.keys()]).map((count, stage) =>
    Array.from({ length: count }, (_, i) => convsOf(`layer${stage + 1}.${i}`, stage > 0 && i === 0 ? 2 : 1)),
  );
  const inputs = sideOf("conv1", 1) === 1 ? 1 : 3;
  return { stem: { side: sideOf("conv1", 2) === 3 ? 3 : 7, inputs, outputs: outputs("conv1", "bn1") }, stages };
}

/** A convolution of one group. */
export function plain(outputs: number, side: number, stride = 1): BlockConv {
  return { outputs, side, stride, groups: 1 };
}

/** Groups of a convolution whose filters see so many of its inputs; 1 where that cannot be. */
function groupsOf(inputs: number, outputs: number, seen = inputs): number {
  const groups = inputs / seen;
  return Number.isInteger(groups) && Number.isInteger(outputs / groups) ? groups : 1;
}

/** Blocks of each stage by the largest number in a name; ResNet-18's where no name has one. */
function blockCounts(names: readonly string[]): number[] {
  const counts: number[] = [];
  for (const name of names) {
    const [, stage, block] = name.match(/^layer([1-9])\.(\d{1,3})\./)?.map(Number) ?? [];
    if (stage) counts[stage - 1] = Math.max(counts[stage - 1] ?? 1, block + 1);
  }
  return counts.length > 0 ? Array.from(counts, (count) => count ?? 1) : [2, 2, 2, 2];
}

/** Known networks by their blocks and a block's convolutions; three stages are those for CIFAR-10 (He et al. 2016, section 4.2). */
const known = [
  { depth: 18, convs: 2, blocks: [2, 2, 2, 2] },
  { depth: 34, convs: 2, blocks: [3, 4, 6, 3] },
  { depth: 50, convs: 3, blocks: [3, 4, 6, 3] },
  { depth: 101, convs: 3, blocks: [3, 4, 23, 3] },
  { depth: 152, convs: 3, blocks: [3, 8, 36, 3] },
  ...[3, 5, 7, 9, 18].map((n) => ({ depth: 6 * n + 2, convs: 2, blocks: [n, n, n] })),
];

/** "ResNet-50", "wide ResNet-50-2", "ResNeXt-50 32x4d", "CIFAR ResNet-18"; of no known one "a ResNet of blocks 2, 3, 3, 2". */
export function kindOf({ stem, stages }: Structure): string {
  const [[block]] = stages;
  const blocks = stages.map(({ length }) => length);
  const planes = stages.map(([convs]) => convs[convs.length - 1].outputs / (convs.length === 3 ? 4 : 1));
  const found = known.find((each) => each.convs === block.length && String(each.blocks) === String(blocks));
  const usual = planes.every((each, stage) => each === (blocks.length === 3 ? 16 : 64) * 2 ** stage);
  const grey = stem.inputs === 1 ? " for grey images" : "";
  if (!found || !usual)
    return `a ResNet of ${block.length === 3 ? "bottlenecks" : "blocks"} ${blocks.join(", ")}${grey}`;
  const [{ outputs: width }, { groups }] = block;
  const [family, suffix] =
    groups > 1
      ? ["ResNeXt", ` ${groups}x${width / groups}d`]
      : width > planes[0]
        ? ["wide ResNet", `-${width / planes[0]}`]
        : ["ResNet", ""];
  return `${stem.side === 3 ? "CIFAR " : ""}${family}-${found.depth}${suffix}${grey}`;
}

/** The known network of the most alike blocks: "ResNet-34". */
export function nearestKnown({ stages }: Structure): string {
  const apart = ({ convs, blocks }: (typeof known)[number]) =>
    [0, 1, 2, 3].reduce((sum, i) => sum + Math.abs((blocks[i] ?? 0) - (stages[i]?.length ?? 0)), 0) +
    100 * Math.abs(convs - stages[0][0].length);
  const [{ depth }] = [...known].sort((a, b) => apart(a) - apart(b));
  return `ResNet-${depth}`;
}
