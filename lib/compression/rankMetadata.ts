import type { RankPlan } from "../network/rankPlan";

/** What an ONNX file says of its ranks, as JSON: those of the outputs by layer, null for one as it was, and of the inputs narrowed. */
export function rankMetadata(plan: RankPlan): { ranks: string; input_ranks: string } {
  const narrowed = [...plan].flatMap(([layer, ranks]) => (ranks?.input === undefined ? [] : [[layer, ranks.input]]));
  return { ranks: JSON.stringify(outputRanks(plan)), input_ranks: JSON.stringify(Object.fromEntries(narrowed)) };
}

/** Ranks of the outputs by layer, null for a layer as it was. */
export function outputRanks(plan: RankPlan): Record<string, number | null> {
  return Object.fromEntries([...plan].map(([layer, ranks]) => [layer, ranks?.output ?? null]));
}
