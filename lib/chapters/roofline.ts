import { memoryBandwidth } from "../engines/memoryBandwidth";
import type { Engine } from "../engines/engine";
import { type OperatorTime, ownerOf, profileOperators } from "../engines/profile";
import { productRate } from "../engines/productRate";
import { type Cost, costs, inputsOf, type Network, nodeOf } from "../network/network";
import { Random } from "../random";
import { sizeOf, type Tensor, tensor } from "../tensor";
import type { Chapter } from "./open";
import { protocol } from "./protocol";

/** What this machine can do at best. */
export interface MachineLimits {
  /** GFLOP/s of a large matrix product. */
  product: number;
  /** GB/s of the memory. */
  bandwidth: number;
}

/**
 * Measures both roofs (Williams, Waterman & Patterson 2009) through the engine that runs the networks: a roof is what can
 * be reached, so the best of three rates of the matrix product counts.
 */
export async function machineLimits(engine: Engine): Promise<MachineLimits> {
  const rates = [await productRate(engine), await productRate(engine), await productRate(engine)];
  return { product: Math.max(...rates), bandwidth: await memoryBandwidth(engine.threads) };
}

/** Time and work of one convolution or linear layer, with the batch norm, addition and ReLU that the engine fuses into it. */
export interface LayerTime {
  name: string;
  /** "conv 3 × 3", "linear". */
  kind: string;
  ms: number;
  /** Of all time in operators, 0 to 1. */
  timeShare: number;
  /** Of all multiply-accumulates, 0 to 1. */
  macShare: number;
  /** 10⁹ floating-point operations a second, two a MAC. */
  gflops: number;
  /** Floating-point operations for each byte of input, weights and output. */
  intensity: number;
}

/** ResNet-18's profile at one batch size. */
export interface NetworkProfile {
  batch: number;
  operators: OperatorTime[];
  layers: LayerTime[];
}

/** Profiles the network in use on normal random images of the report's size, at batch 1 and 64. */
export async function profileNetwork(chapter: Chapter, batches = [1, protocol.batchSize]): Promise<NetworkProfile[]> {
  const { network, engine } = chapter;
  const profiles: NetworkProfile[] = [];
  for (const batch of batches) {
    const options = { threads: engine.threads, warmUps: 1, runs: batch === 1 ? 20 : 5 };
    const operators = await profileOperators(network, normalBatch(batch), options);
    profiles.push({ batch, operators, layers: layerTimes(network, operators, batch) });
  }
  return profiles;
}

function normalBatch(batch: number): Tensor {
  const random = new Random(0);
  const images = tensor([batch, ...protocol.imageShape]);
  for (let i = 0; i < images.data.length; i++) images.data[i] = random.normal();
  return images;
}

/**
 * Gathers operators' times by the layer they belong to.
 * @param batch images a run.
 */
export function layerTimes(network: Network, operators: readonly OperatorTime[], batch: number): LayerTime[] {
  const all = costs(network, [...protocol.imageShape]);
  const totalMs = operators.reduce((sum, { ms }) => sum + ms, 0);
  const totalMacs = all.reduce((sum, { macs }) => sum + macs, 0);
  return all
    .filter(({ macs }) => macs > 0)
    .map((cost) => {
      const own = operators.filter((operator) => ownerOf(network, operator.name)?.name === cost.name);
      const ms = own.reduce((sum, operator) => sum + operator.ms, 0);
      const operations = 2 * cost.macs * batch;
      return {
        name: cost.name,
        kind: kindOf(network, cost),
        ms,
        timeShare: ms / totalMs,
        macShare: cost.macs / totalMacs,
        gflops: operations / 1e6 / ms,
        intensity: operations / bytesMoved(network, all, cost, batch),
      };
    });
}

function kindOf(network: Network, { name, kind }: Cost): string {
  const node = nodeOf(network, name);
  return node.kind === "conv" ? `conv ${node.weight.shape[2]} × ${node.weight.shape[3]}` : kind;
}

/** Bytes that a layer must at least read and write for a batch: the weights once, input and output for each image. */
function bytesMoved(
  network: Network,
  all: readonly Cost[],
  { name, outputShape, parameters }: Cost,
  batch: number,
): number {
  const [input] = inputsOf(nodeOf(network, name));
  const inputShape = all.find((cost) => cost.name === input)?.outputShape ?? [...protocol.imageShape];
  return 4 * (parameters + batch * (sizeOf(inputShape) + sizeOf(outputShape)));
}

/** Rows of table 5-3: time by kind of operator beside the kind's share of the multiply-accumulates. */
export function operatorTimeRows(network: Network, { operators, layers }: NetworkProfile) {
  const kinds = new Map<string, { ms: number; macShare: number; count: number }>();
  for (const { name, operator, ms } of operators) {
    const layer = layers.find((each) => each.name === ownerOf(network, name)?.name);
    const kind = layer && (operator === "Conv" || operator === "Gemm") ? layer.kind : operator;
    const known = kinds.get(kind) ?? { ms: 0, macShare: 0, count: 0 };
    const macShare = layer?.kind === kind ? layer.macShare : 0;
    kinds.set(kind, { ms: known.ms + ms, macShare: known.macShare + macShare, count: known.count + 1 });
  }
  const total = operators.reduce((sum, { ms }) => sum + ms, 0);
  return [...kinds].map(([kind, { ms, macShare, count }]) => ({
    operator: kind,
    count,
    "MACs %": (100 * macShare).toFixed(2),
    ms: ms.toFixed(2),
    "% of the ms": ((100 * ms) / total).toFixed(2),
  }));
}

/** Rows of table 5-4: time of each layer beside its share of the multiply-accumulates. */
export function layerTimeRows({ layers }: NetworkProfile, { product }: MachineLimits) {
  return layers.map(({ name, kind, macShare, ms, timeShare, gflops }) => ({
    layer: name,
    kind,
    "MACs %": (100 * macShare).toFixed(2),
    ms: ms.toFixed(2),
    "% of the ms": (100 * timeShare).toFixed(2),
    "GFLOP/s in these ms": gflops.toFixed(0),
    "% of the product's rate in these ms": ((100 * gflops) / product).toFixed(0),
  }));
}

/** What the roofline says: how many layers the arithmetic bounds, how many the memory, and how near they come. */
export function rooflineFinding(profiles: readonly NetworkProfile[], limits: MachineLimits): string {
  const ridge = limits.product / limits.bandwidth;
  const sentences = profiles.map(({ batch, layers }) => {
    const memory = layers.filter(({ intensity }) => intensity < ridge).length;
    const total = layers.reduce((sum, { ms }) => sum + ms, 0);
    const operations = layers.reduce((sum, { gflops, ms }) => sum + gflops * ms, 0);
    const overall = operations / total;
    return `At batch ${batch} the memory bounds ${memory} of ${layers.length} layers, the arithmetic the others; together they run at ${overall.toFixed(0)} GFLOP/s, ${((100 * overall) / limits.product).toFixed(0)} % of the matrix product's rate.`;
  });
  return `The roofs of this machine: ${limits.product.toFixed(0)} GFLOP/s and ${limits.bandwidth.toFixed(1)} GB/s; they meet at ${ridge.toFixed(0)} operations a byte. ${sentences.join(" ")}`;
}
