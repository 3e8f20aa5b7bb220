import { convOf } from "../network/convOf";
import type { Network } from "../network/network";
import { inputRank } from "../network/splitRanks";
import type { Ranks } from "./measure/calibration";

/** By layer, null for a layer as it was. */
export function rankRecord(ranks: Ranks): Record<string, number | null> {
  return Object.fromEntries([...ranks].map(([layer, rank]) => [layer, rank ?? null]));
}

/**
 * What an ONNX file says of its ranks, as JSON: `ranks` as `rankRecord`; `input_ranks` of the layers
 * whose inputs are narrowed.
 * @param network as it was, batch norms folded.
 */
export function rankMetadata(network: Network, ranks: Ranks): { ranks: string; input_ranks: string } {
  const narrowed = [...ranks].flatMap(([layer, rank]) => {
    const own = rank === undefined ? undefined : inputRank(convOf(network, layer), rank);
    return own === undefined ? [] : [[layer, own] as const];
  });
  return {
    ranks: JSON.stringify(rankRecord(ranks)),
    input_ranks: JSON.stringify(Object.fromEntries(narrowed)),
  };
}
