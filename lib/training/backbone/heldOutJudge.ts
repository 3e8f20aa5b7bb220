import type { LabelledImages } from "../../assets/images/labelledImages";
import { varied } from "../../assets/images/varied";
import type { Engine } from "../../engines/engine";
import { run } from "../../engines/run";
import type { Network } from "../../network/network";
import { mean } from "../../statistics/summary";
import { accuracyOf, predictions } from "../evaluate";
import { oneHot } from "../oneHot";
import { lossOf } from "./targets";

/** How a network does on images that nothing is learnt from. */
export interface HeldOutScore {
  /** Mean cross-entropy to the labels. */
  loss: number;
  /** Share classified correctly. */
  accuracy: number;
}

const copySeeds = [0, 1];

/**
 * Scores networks on images and two varied copies of each: what the original was trained on it may know by heart, so that the
 * images alone tell little of how one that learns from it does on others. By the labels, whatever is learnt from: to answer as a
 * teacher does that knows these images by heart is not what makes a network right on others.
 */
export function heldOutJudge(heldOut: LabelledImages, engine: Engine): (network: Network) => Promise<HeldOutScore> {
  const sets = [heldOut, ...copySeeds.map((seed) => varied(heldOut, seed))];
  return async (network) => {
    const scores: HeldOutScore[] = [];
    for (const images of sets) {
      const logits = await run(network, images, engine);
      const { share } = accuracyOf(predictions(logits), images.labels);
      scores.push({ loss: lossOf(logits, oneHot(images.labels, logits.shape[1]), 1), accuracy: share });
    }
    return { loss: mean(scores.map(({ loss }) => loss)), accuracy: mean(scores.map(({ accuracy }) => accuracy)) };
  };
}
