import { inputShape, type LabelledImages } from "../../assets/images/labelledImages";
import { requireWhole, UserError } from "../../core/errors";
import { isInterrupted, stopIfInterrupted } from "../../core/interrupt";
import type { Engine } from "../../engines/engine";
import { foldBatchNorms } from "../../network/foldBatchNorms";
import { costs, type Network } from "../../network/network";
import { withoutHeldOut } from "../heldOut";
import { HeldOutScorer, type HeldOutScore } from "./heldOutScore";
import { Lessons } from "./lessons";
import { Targets } from "./targets";
import { trainedLayers } from "./trainedLayers";
import { Tuner } from "./tuner";

/** Learning rates to choose from, from the lowest: a fitted chain's factors differ so much in size that some bear very little. */
const rates = [0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01];

/** What each rate is tried for: a run of this share of the whole length, cosine included. */
const trialLength = 1 / 20;

/** So many times a run is scored on the held-out images. */
const checksARun = 10;

const momentum = 0.9;

export interface TuningOptions {
  /** Whose answers are learnt instead of the labels: a network with the same outputs. */
  teacher?: Network;
  /** The last node that stays as it is; by default all layers but those before the last max pooling are trained. */
  frozen?: string;
  /** Passes over the images, after the rate is chosen; as many as there is time for unless given. */
  epochs?: number;
  /** The whole takes no longer than this, scoring of the last network aside; as long as the epochs take unless given. */
  minutes?: number;
  /** Runs the teacher, and the network where it is scored; the training has as many threads. */
  engine: Engine;
  /** Called after each step with the share of all work that is done, 0 to 1, and the loss of the step. */
  onProgress?: (done: number, loss: number) => void;
}

export interface Tuned {
  /** The best on the held-out images, batch norms folded; the network given, unless one that was trained is better. */
  network: Network;
  improved: boolean;
  /** Of the network given and of the one that is kept; none if the work was interrupted before the first score. */
  heldOut?: { before: HeldOutScore; after: HeldOutScore };
  /** By which was trained; none if the work was interrupted before it was chosen. */
  learningRate?: number;
  /** Passes over the images that were made with it. */
  epochs: number;
  ended: "all epochs" | "time is up" | "interrupted";
}

/**
 * Trains the layers of a network, all but the first unless told, on varied copies of images: SGD with momentum, a cosine
 * schedule (Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts), a teacher's answers or the labels as targets.
 * The last tenth of the images chooses the learning rate and the moment to stop: the network of the lowest loss there is kept
 * that classifies no fewer of them correctly than the one given, or else that one. An interrupt ends the work with the best so far.
 * @throws UserError if neither epochs nor minutes are given, the settings make no sense, or trainedLayers refuses.
 */
export async function tune(network: Network, images: LabelledImages, options: TuningOptions): Promise<Tuned> {
  const { engine, teacher, epochs, minutes } = options;
  if (epochs === undefined && minutes === undefined) throw new UserError("tuning takes epochs or minutes: give one");
  if (epochs !== undefined) requireWhole("epochs", epochs);
  if (minutes !== undefined && !(minutes > 0)) throw new UserError(`minutes ${minutes}: choose a number above 0`);
  const start = foldBatchNorms(network);
  trainedLayers(start, options.frozen);
  const [outputs, taught] = [start, teacher ?? start].map((each) => outputsOf(each, images));
  if (outputs !== taught)
    throw new UserError(`a teacher of ${taught} outputs for a network of ${outputs}: give as many`);
  const targets = await Targets.create(outputs, engine, teacher);
  try {
    return await new Tuning(start, images, targets, options).run();
  } finally {
    await targets.close();
  }
}

function outputsOf(network: Network, images: LabelledImages): number {
  return costs(network, inputShape(images))[network.nodes.length - 1].outputShape[0];
}

/** How long a run is: steps and time, whichever is over first. */
interface Length {
  steps: number;
  milliseconds: number;
}

class Tuning {
  private readonly lessons: Lessons;
  private readonly scorer: HeldOutScorer;
  private before?: HeldOutScore;
  private best?: { network: Network; score: HeldOutScore };
  private trainedFor = 0;
  private learningRate?: number;
  private loss = 0;

  constructor(
    private readonly start: Network,
    images: LabelledImages,
    private readonly targets: Targets,
    private readonly options: TuningOptions,
  ) {
    const { learning, heldOut } = withoutHeldOut(images);
    this.lessons = new Lessons(learning, targets);
    this.scorer = new HeldOutScorer(heldOut, targets, options.engine);
  }

  async run(): Promise<Tuned> {
    const { epochs = Number.POSITIVE_INFINITY, minutes = Number.POSITIVE_INFINITY, onProgress } = this.options;
    let ended: Tuned["ended"] = "all epochs";
    const trials = rates.length * trialLength;
    const whole: Length = {
      steps: epochs * this.lessons.stepsAnEpoch,
      milliseconds: (60_000 * minutes) / (1 + trials),
    };
    try {
      this.before = await this.scorer.score(this.start);
      this.learningRate = await this.bestRate(whole);
      const share = trials / (1 + trials);
      await this.train(this.learningRate, whole, [share, 1], (steps) => {
        this.trainedFor = steps;
      });
      if (this.trainedFor < whole.steps) ended = "time is up";
    } catch (error) {
      if (!isInterrupted()) throw error;
      ended = "interrupted";
      onProgress?.(1, this.loss);
    }
    const { before, best, learningRate } = this;
    return {
      network: best?.network ?? this.start,
      improved: best !== undefined,
      heldOut: before && { before, after: best?.score ?? before },
      learningRate,
      epochs: this.trainedFor / this.lessons.stepsAnEpoch,
      ended,
    };
  }

  /**
   * The rate of the short run that ends with the lowest loss on the held-out images; the lowest rate if all diverge. Once a rate
   * does worse than the one before, higher ones are not tried.
   */
  private async bestRate(whole: Length): Promise<number> {
    const length = { steps: Math.ceil(trialLength * whole.steps), milliseconds: trialLength * whole.milliseconds };
    const part = trialLength / (1 + rates.length * trialLength);
    let chosen = { rate: rates[0], loss: Number.POSITIVE_INFINITY };
    for (const [i, rate] of rates.entries()) {
      const { loss } = await this.train(rate, length, [i * part, (i + 1) * part]);
      if (!(loss < chosen.loss)) break;
      chosen = { rate, loss };
    }
    return chosen.rate;
  }

  /**
   * Trains from the start on, and keeps what scores best.
   * @param within shares of all work that are done before and after.
   * @returns the score at the end.
   */
  private async train(
    rate: number,
    { steps, milliseconds }: Length,
    [from, to]: [number, number],
    onStep?: (done: number) => void,
  ): Promise<HeldOutScore> {
    const { engine, frozen, onProgress } = this.options;
    const layers = trainedLayers(this.start, frozen);
    const tuner = await Tuner.create(this.start, layers, this.lessons.imageShape, engine.threads);
    const begun = performance.now();
    let checks = 0;
    let done = 0;
    this.loss = 0;
    try {
      for (let step = 0; done < 1 && Number.isFinite(this.loss); step++) {
        stopIfInterrupted();
        const learningRate = (rate * (1 + Math.cos(Math.PI * done))) / 2;
        const settings = { learningRate, momentum, temperature: this.targets.temperature };
        this.loss = await tuner.step(await this.lessons.at(step), settings);
        onStep?.(step + 1);
        done = Math.min(1, Math.max((step + 1) / steps, (performance.now() - begun) / milliseconds));
        onProgress?.(from + (to - from) * done, this.loss);
        if (done < 1 && done >= (checks + 1) / checksARun) {
          checks = Math.floor(done * checksARun);
          await this.keepIfBetter(tuner.trained());
        }
      }
      return await this.keepIfBetter(tuner.trained());
    } finally {
      await tuner.close();
    }
  }

  private async keepIfBetter(network: Network): Promise<HeldOutScore> {
    const score = await this.scorer.score(network);
    const least = this.best?.score.loss ?? this.before?.loss ?? Number.POSITIVE_INFINITY;
    const accurate = score.accuracy >= (this.before?.accuracy ?? 0);
    if (accurate && score.loss < least) this.best = { network, score };
    return score;
  }
}
