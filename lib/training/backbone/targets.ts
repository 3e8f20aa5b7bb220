import { type Tensor, tensor } from "../../core/tensor";
import type { Engine, Session } from "../../engines/engine";
import type { Network } from "../../network/network";

/** Of the softmax of a teacher and its pupil (Hinton et al. 2015, section 2). */
const teachersTemperature = 2;

/** What images are to be classified as: a teacher's shares of the classes, or the labels alone. */
export class Targets {
  private constructor(
    private readonly classes: number,
    private readonly teacher: Session | undefined,
  ) {}

  /** @param teacher a network with as many outputs as the images have classes. */
  static async create(classes: number, engine: Engine, teacher?: Network): Promise<Targets> {
    return new Targets(classes, teacher && (await engine.open(teacher)));
  }

  /** At which the pupil's softmax is compared with the targets. */
  get temperature(): number {
    return this.teacher ? teachersTemperature : 1;
  }

  /** (N, classes). @param images as the teacher takes them. */
  async of(images: Tensor, labels: Int32Array): Promise<Tensor> {
    if (this.teacher) return softmax(await this.teacher.run(images), this.temperature);
    const targets = tensor([labels.length, this.classes]);
    labels.forEach((label, i) => {
      targets.data[i * this.classes + label] = 1;
    });
    return targets;
  }

  async close(): Promise<void> {
    await this.teacher?.close();
  }
}

/** softmax(logits / T), row by row. */
export function softmax({ shape, data }: Tensor, temperature: number): Tensor {
  const result = tensor([...shape]);
  const classes = shape[1];
  for (let from = 0; from < data.length; from += classes) {
    const row = data.subarray(from, from + classes);
    const largest = row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    const raised = row.map((value) => Math.exp((value - largest) / temperature));
    const sum = raised.reduce((total, value) => total + value, 0);
    result.data.set(
      raised.map((value) => value / sum),
      from,
    );
  }
  return result;
}

/**
 * T² times the mean cross-entropy of softmax(logits / T) to the targets: the loss of a tuning step.
 * @param targets (N, classes), as the logits.
 */
export function lossOf(logits: Tensor, targets: Tensor, temperature: number): number {
  const shares = softmax(logits, temperature).data;
  // float32's least, so that a share of 0 costs much, not infinity times 0.
  const sum = shares.reduce((total, share, i) => total - targets.data[i] * Math.log(Math.max(share, 1e-38)), 0);
  return (temperature ** 2 * sum) / logits.shape[0];
}
