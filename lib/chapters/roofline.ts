import { memoryBandwidth } from "../engines/memoryBandwidth";
import type { Engine } from "../engines/engine";
import { type OperatorTime, ownerOf, profileOperators } from "../engines/profile";
import { productRate } from "../engines/productRate";
import { type Cost, costs, inputsOf, type Network, nodeOf } from "../network/network";
import { normalTensor } from "../core/random";
import { sizeOf } from "../core/tensor";
import type { Chapter } from "./open";
import { protocol } from "./protocol";

/** What the layers are set beside: rates that this machine reaches through the engine, and no limits. */
export interface Yardsticks {
  /** GFLOP/s of a large matrix product. */
  product: number;
  /** GB/s of the memory. */
  bandwidth: number;
}

/**
 * Measures both lines of the roofline (Williams, Waterman & Patterson 2009) through the engine that runs the networks,
 * the best of three rates of the matrix product. They stand in for the model's roofs, which are the hardware's peaks:
 * the engine's convolutions have kernels of their own and may run faster than its matrix product.
 */
export async function machineYardsticks(engine: Engine): Promise<Yardsticks> {
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
    const operators = await profileOperators(network, normalTensor([batch, ...protocol.imageShape], 0), options);
    profiles.push({ batch, operators, layers: layerTimes(network, operators, batch) });
  }
  return profiles;
}

/**
 * Gathers operators' times by the layer they belong to.
 * @param batch images a run.
 */
export function layerTimes(network: Network, operators: readonly OperatorTime[], batch: number): LayerTime[] {
  const all = costs(network, [...protocol.imageShape]);
  const total = totalMs(operators);
  const totalMacs = all.reduce((sum, { macs }) => sum + macs, 0);
  return all
    .filter(({ macs }) => macs > 0)
    .map((cost) => {
      const own = operators.filter((operator) => ownerOf(network, operator.name)?.name === cost.name);
      const ms = totalMs(own);
      const operations = 2 * cost.macs * batch;
      return {
        name: cost.name,
        kind: kindOf(network, cost),
        ms,
        timeShare: ms / total,
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

/** Columns of one batch size. The names given end in "ms", by which a table tells what a clock decides. */
function columnsAt(batch: number, values: Record<string, string>): [string, string][] {
  return Object.entries(values).map(([name, value]) => [`batch ${batch}, ${name}`, value]);
}

/** An operator's kind: its layer's for what computes the layer, else the engine's name. */
function kindOfOperator(network: Network, layers: readonly LayerTime[], { name, operator }: OperatorTime): string {
  const layer = layers.find((each) => each.name === ownerOf(network, name)?.name);
  return layer && (operator === "Conv" || operator === "Gemm") ? layer.kind : operator;
}

/** Rows of table 5-3: time by kind of operator at every batch size, beside the kind's share of the MACs. */
export function operatorTimeRows(network: Network, profiles: readonly NetworkProfile[]) {
  const gathered = profiles.map(({ batch, operators, layers }) => ({
    batch,
    total: totalMs(operators),
    byKind: groupBy(operators, (operator) => kindOfOperator(network, layers, operator)),
  }));
  const layersByKind = groupBy(profiles[0].layers, ({ kind }) => kind);
  const kinds = new Set(gathered.flatMap(({ byKind }) => [...byKind.keys()]));
  return [...kinds].map((kind) => ({
    operator: kind,
    count: Math.max(...gathered.map(({ byKind }) => byKind.get(kind)?.length ?? 0)),
    "MACs %": (100 * (layersByKind.get(kind) ?? []).reduce((sum, { macShare }) => sum + macShare, 0)).toFixed(2),
    ...Object.fromEntries(
      gathered.flatMap(({ batch, total, byKind }) => {
        const ms = totalMs(byKind.get(kind) ?? []);
        return columnsAt(batch, { ms: ms.toFixed(2), "% of the ms": ((100 * ms) / total).toFixed(2) });
      }),
    ),
  }));
}

const totalMs = (timed: readonly { ms: number }[]) => timed.reduce((sum, { ms }) => sum + ms, 0);

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** Rows of table 5-4: time of each layer at every batch size, beside its share of the MACs. */
export function layerTimeRows(profiles: readonly NetworkProfile[], { product }: Yardsticks) {
  return profiles[0].layers.map(({ name, kind, macShare }, i) => ({
    layer: name,
    kind,
    "MACs %": (100 * macShare).toFixed(2),
    ...Object.fromEntries(
      profiles.flatMap(({ batch, layers }) => {
        const { ms, timeShare, gflops } = layers[i];
        return columnsAt(batch, {
          ms: ms.toFixed(2),
          "% of the ms": (100 * timeShare).toFixed(2),
          "GFLOP/s in these ms": gflops.toFixed(0),
          "% of the product's rate in these ms": ((100 * gflops) / product).toFixed(0),
        });
      }),
    ),
  }));
}

/** Which layers run faster than the matrix product, in words: a list, or what it leaves out where that is shorter. */
function fasterThan(product: number, layers: readonly LayerTime[]): string {
  const named = (fast: boolean) => layers.filter(({ gflops }) => gflops > product === fast).map(({ name }) => name);
  const [above, others] = [named(true), named(false)];
  if (above.length === 0) return "no layer";
  if (others.length === 0) return "every layer";
  return others.length < above.length ? `all layers but ${others.join(", ")}` : above.join(", ");
}

/** What the roofline says: which yardstick is the lower one, how near the layers come to it, and which pass it. */
export function rooflineFinding(profiles: readonly NetworkProfile[], { product, bandwidth }: Yardsticks): string {
  const ridge = product / bandwidth;
  const sentences = profiles.map(({ batch, layers }) => {
    const left = layers.filter(({ intensity }) => intensity < ridge).length;
    const overall = layers.reduce((sum, { gflops, ms }) => sum + gflops * ms, 0) / totalMs(layers);
    return `At batch ${batch} the memory's line is the lower one for ${left} of ${layers.length} layers; together they run at ${overall.toFixed(0)} GFLOP/s, ${((100 * overall) / product).toFixed(0)} % of the product's rate. Faster than the product: ${fasterThan(product, layers)}.`;
  });
  return `The yardsticks of this machine: ${product.toFixed(0)} GFLOP/s of a matrix product and ${bandwidth.toFixed(1)} GB/s of memory; their lines meet at ${ridge.toFixed(0)} operations a byte. ${sentences.join(" ")}`;
}
