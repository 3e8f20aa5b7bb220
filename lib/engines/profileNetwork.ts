import { normalTensor } from "../core/random";
import { costs, type Network, type Node, nodeOf } from "../network/network";
import { type OperatorTime, ownerOf, profileOperators, type ProfileOptions } from "./profile";

/** Where a network's time goes. */
export interface NetworkProfile {
  /** What the engine ran, in its order, each with its kind: its layer's, such as "conv 3 × 3", or the engine's name for it. */
  operators: (OperatorTime & { kind: string })[];
  layers: LayerProfile[];
}

/** Time and work of one convolution or linear layer, with the batch norm, addition and ReLU that the engine fuses into it. */
export interface LayerProfile {
  name: string;
  /** "conv 3 × 3", "linear". */
  kind: string;
  /** A batch. */
  ms: number;
  /** Shares of all time in operators and of all multiply-accumulates, 0 to 1. */
  timeShare: number;
  macShare: number;
  /** 10⁹ floating-point operations a second, two a MAC. */
  gflops: number;
  /** Floating-point operations for each byte of input, weights and output. */
  intensity: number;
}

/**
 * Runs a network on a batch from N(0, 1) under ONNX Runtime's own profiler.
 * @param shape of the batch, (N, 3, H, W).
 * @throws UserError if the engine's profile cannot be read.
 */
export async function profileNetwork(
  network: Network,
  { shape, ...options }: ProfileOptions & { shape: readonly number[] },
): Promise<NetworkProfile> {
  const [operators] = (await profileOperators([network], normalTensor(shape, 0), options)).operators;
  const kinds = operators.map((operator) => ({ ...operator, kind: operatorKind(network, operator) }));
  return { operators: kinds, layers: layerProfiles(network, operators, shape) };
}

/** Gathers operators' times by the layer they belong to, in the network's order. @param shape of the batch, (N, 3, H, W). */
export function layerProfiles(
  network: Network,
  operators: readonly OperatorTime[],
  [batch, ...imageShape]: readonly number[],
): LayerProfile[] {
  const all = costs(network, imageShape);
  const total = operators.reduce((sum, { ms }) => sum + ms, 0);
  const totalMacs = all.reduce((sum, { macs }) => sum + macs, 0);
  return all
    .filter(({ macs }) => macs > 0)
    .map((cost) => {
      const own = operators.filter((operator) => ownerOf(network, operator.name)?.name === cost.name);
      const ms = own.reduce((sum, operator) => sum + operator.ms, 0);
      const operations = 2 * cost.macs * batch;
      // A batch reads the weights once.
      const bytes = batch * cost.bytes - 4 * (batch - 1) * cost.parameters;
      return {
        name: cost.name,
        kind: kindOf(nodeOf(network, cost.name)),
        ms,
        timeShare: ms / total,
        macShare: cost.macs / totalMacs,
        gflops: operations / 1e6 / ms,
        intensity: operations / bytes,
      };
    });
}

/** An operator's kind: its layer's, such as "conv 3 × 3", for what computes the layer, else the engine's name. */
export function operatorKind(network: Network, { name, operator }: OperatorTime): string {
  const owner = ownerOf(network, name);
  return owner && (operator === "Conv" || operator === "Gemm") ? kindOf(owner) : operator;
}

function kindOf(node: Node): string {
  return node.kind === "conv" ? `conv ${node.weight.shape[2]} × ${node.weight.shape[3]}` : node.kind;
}
