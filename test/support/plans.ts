import { convOf } from "../../lib/network/layerOf";
import type { Network } from "../../lib/network/network";
import { type LayerRanks, type RankPlan, ranksOfBothEnds } from "../../lib/network/rankPlan";

type RankByLayer = Iterable<readonly [string, number | undefined]>;

/** Output splits at these ranks, inputs as they are; undefined leaves a layer as it is. */
export const outputsAt = (ranks: RankByLayer): Map<string, LayerRanks | undefined> =>
  new Map([...ranks].map(([layer, rank]) => [layer, rank === undefined ? undefined : { output: rank }]));

/** Splits at these ranks, with inputs narrowed where that saves something. */
export const bothEndsAt = (network: Network, ranks: RankByLayer): RankPlan =>
  new Map(
    [...ranks].map(([layer, rank]) => [
      layer,
      rank === undefined ? undefined : ranksOfBothEnds(convOf(network, layer), rank),
    ]),
  );
