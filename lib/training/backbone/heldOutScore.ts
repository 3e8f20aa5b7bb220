import type { LabelledImages } from "../../assets/images/labelledImages";
import { preprocess } from "../../assets/images/preprocess";
import { type Tensor, tensor } from "../../core/tensor";
import type { Engine } from "../../engines/engine";
import { run } from "../../engines/run";
import type { Network } from "../../network/network";
import { accuracyOf, predictions } from "../evaluate";
import { lossOf, type Targets } from "./targets";

/** How a network does on images that nothing is learnt from. */
export interface HeldOutScore {
  /** Mean, as in training. */
  loss: number;
  /** Share classified correctly. */
  accuracy: number;
}

const batchSize = 64;

/** Scores networks on the same images. */
export class HeldOutScorer {
  private answers?: Tensor;

  constructor(
    private readonly images: LabelledImages,
    private readonly targets: Targets,
    private readonly engine: Engine,
  ) {}

  async score(network: Network): Promise<HeldOutScore> {
    const logits = await run(network, this.images, this.engine);
    this.answers ??= await this.answersLike(logits);
    const accuracy = accuracyOf(predictions(logits), this.images.labels).share;
    return { loss: lossOf(logits, this.answers, this.targets.temperature), accuracy };
  }

  private async answersLike({ shape: [count, classes] }: Tensor): Promise<Tensor> {
    const answers = tensor([count, classes]);
    for (let from = 0; from < count; from += batchSize) {
      const to = Math.min(count, from + batchSize);
      const labels = this.images.labels.subarray(from, to);
      answers.data.set((await this.targets.of(preprocess(this.images, from, to), labels)).data, from * classes);
    }
    return answers;
  }
}
