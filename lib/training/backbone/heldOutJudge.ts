import type { LabelledImages } from "../../assets/images/labelledImages";
import { varied } from "../../assets/images/varied";
import type { Tensor } from "../../core/tensor";
import type { Engine } from "../../engines/engine";
import { run } from "../../engines/run";
import type { Network } from "../../network/network";
import { mean } from "../../statistics/summary";
import { accuracyOf, predictions } from "../evaluate";
import { oneHot } from "../oneHot";
import { lossOf, sharesOf, teachersTemperature } from "./targets";

/** How a network does on images that nothing is learnt from. */
export interface HeldOutScore {
  /** Mean, as in training. */
  loss: number;
  /** Share classified correctly. */
  accuracy: number;
}

const copySeed = 0;

/**
 * Scores networks on images and a varied copy of each: what the original was trained on it may know by heart, so that the
 * images alone tell little of how one that learns from it does on others.
 * @param teacher whose answers are the targets, instead of the labels.
 */
export function heldOutJudge(
  heldOut: LabelledImages,
  engine: Engine,
  teacher?: Network,
): (network: Network) => Promise<HeldOutScore> {
  const temperature = teacher ? teachersTemperature : 1;
  const sets = [heldOut, varied(heldOut, copySeed)];
  const answers = new Map<LabelledImages, Tensor>();
  const scoreOn = async (images: LabelledImages, network: Network): Promise<HeldOutScore> => {
    const logits = await run(network, images, engine);
    const targets =
      answers.get(images) ??
      (teacher ? sharesOf(await run(teacher, images, engine), temperature) : oneHot(images.labels, logits.shape[1]));
    answers.set(images, targets);
    const { share } = accuracyOf(predictions(logits), images.labels);
    return { loss: lossOf(logits, targets, temperature), accuracy: share };
  };
  return async (network) => {
    const scores: HeldOutScore[] = [];
    for (const images of sets) scores.push(await scoreOn(images, network));
    return { loss: mean(scores.map(({ loss }) => loss)), accuracy: mean(scores.map(({ accuracy }) => accuracy)) };
  };
}
