import { inputShape, type LabelledImages } from "../../assets/images/labelledImages";
import { requireWhole, UserError } from "../../core/errors";
import { isInterrupted, stopIfInterrupted } from "../../core/interrupt";
import type { Tensor } from "../../core/tensor";
import type { Engine } from "../../engines/engine";
import { foldBatchNorms } from "../../network/foldBatchNorms";
import { costs, type Network } from "../../network/network";
import { withoutHeldOut } from "../heldOut";
import { oneHot } from "../oneHot";
import { type HeldOutScore, heldOutJudge } from "./heldOutJudge";
import { Lessons } from "./lessons";
import type { Optimizer } from "./optimizer";
import { sharesOf, teachersTemperature } from "./targets";
import { trainedLayers } from "./trainedLayers";
import { onnxTuner, type OpenTuner } from "./tuner";

/** Learning rates to choose from, from the lowest: what a closed form has fitted bears little. */
const rates = [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01];

/** What each rate is tried for: a run of this share of the whole length, cosine included. */
const trialLength = 1 / 20;

/** So many times a run is scored on the held-out images. */
const checksARun = 10;

const momentum = 0.9;

export interface TuningOptions {
  /** Whose answers are learnt instead of the labels: a network with the same outputs. */
  teacher?: Network;
  /** The last node that stays as it is; trainedLayers says which by default. */
  frozen?: string;
  /** Passes over the images, after the rate is chosen; as many as there is time for unless given. */
  epochs?: number;
  /** The whole takes no longer than this, scoring of the last network aside; as long as the epochs take unless given. */
  minutes?: number;
  /** Runs the teacher, and the network where it is scored; the training has as many threads. */
  engine: Engine;
  /** How numbers move by their gradients: Adam unless given, which took half an epoch to win what SGD did not on a network at a third of its time. */
  optimizer?: Optimizer;
  /** What trains: ONNX Runtime unless given. */
  openTuner?: OpenTuner;
  /** Called after each step with the share of all work that is done, 0 to 1, and the loss of the step. */
  onProgress?: (done: number, loss: number) => void;
}

export interface Tuned {
  /** The best on the held-out images, batch norms folded; the network given, unless one that was trained is better. */
  network: Network;
  improved: boolean;
  /** On these images and a varied copy of each, of the network given and of the one that is kept; none if the work was interrupted before the first score. */
  heldOut?: { before: HeldOutScore; after: HeldOutScore };
  /** By which was trained; none if the work was interrupted before it was chosen. */
  learningRate?: number;
  /** Passes over the images that were made with it. */
  epochs: number;
  ended: "all epochs" | "time is up" | "diverged" | "interrupted";
}

/**
 * Trains the layers of a network, all but the first unless told, on varied copies of images: Adam, a cosine
 * schedule (Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts), a teacher's answers or the labels as targets.
 * The last tenth of the images and a varied copy of it choose the learning rate and the moment to stop: the network of the lowest loss there is kept
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
  const outputsOf = (each: Network) => costs(each, inputShape(images))[each.nodes.length - 1].outputShape[0];
  const [outputs, taught] = [start, teacher ?? start].map(outputsOf);
  if (outputs !== taught)
    throw new UserError(`a teacher of ${taught} outputs for a network of ${outputs}: give as many`);
  const session = await (teacher && engine.open(teacher));
  const answer = async (shown: Tensor, labels: Int32Array) =>
    session ? sharesOf(await session.run(shown), teachersTemperature) : oneHot(labels, outputs);
  const { learning, heldOut } = withoutHeldOut(images);
  try {
    return await new Tuning(start, new Lessons(learning, answer), heldOut, options).run();
  } finally {
    await session?.close();
  }
}

/** How long a run is: steps and time, whichever is over first. */
interface Length {
  steps: number;
  milliseconds: number;
}

class Tuning {
  private readonly temperature: number;
  private readonly scoreOf: (network: Network) => Promise<HeldOutScore>;
  private before?: HeldOutScore;
  private best?: { network: Network; score: HeldOutScore };
  private learningRate?: number;
  /** Steps of the run at hand, and the loss of the last one. */
  private made = 0;
  private loss = 0;

  constructor(
    private readonly start: Network,
    private readonly lessons: Lessons,
    private readonly heldOut: LabelledImages,
    private readonly options: TuningOptions,
  ) {
    this.temperature = options.teacher ? teachersTemperature : 1;
    this.scoreOf = heldOutJudge(heldOut, options.engine, options.teacher);
  }

  async run(): Promise<Tuned> {
    const { epochs = Number.POSITIVE_INFINITY, minutes = Number.POSITIVE_INFINITY, onProgress } = this.options;
    const steps = epochs * this.lessons.stepsAnEpoch;
    const end = performance.now() + 60_000 * minutes;
    const share = (rates.length * trialLength) / (1 + rates.length * trialLength);
    let interrupted = false;
    try {
      this.before = await this.scoreOf(this.start);
      this.learningRate = await this.bestRate({ steps, milliseconds: (1 - share) * 60_000 * minutes });
      const rest = { steps, milliseconds: Math.max(1, end - performance.now()) };
      await this.train(this.learningRate, rest, { from: share, to: 1, checks: checksARun });
    } catch (error) {
      if (!isInterrupted()) throw error;
      interrupted = true;
      onProgress?.(1, this.loss);
    }
    const { before, best, learningRate } = this;
    const made = learningRate === undefined ? 0 : this.made;
    return {
      network: best?.network ?? this.start,
      improved: best !== undefined,
      heldOut: before && { before, after: best?.score ?? before },
      learningRate,
      epochs: made / this.lessons.stepsAnEpoch,
      ended: interrupted ? "interrupted" : made === steps ? "all epochs" : this.diverged ? "diverged" : "time is up",
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
      const { loss } = await this.train(rate, length, { from: i * part, to: (i + 1) * part, checks: 1 });
      if (!(loss < chosen.loss)) break;
      chosen = { rate, loss };
    }
    return chosen.rate;
  }

  /**
   * Trains from the start on, and keeps what scores best.
   * @param run shares of all work that are done before and after it; how many times it is scored.
   * @returns the score at the end.
   */
  private async train(
    rate: number,
    { steps, milliseconds }: Length,
    { from, to, checks }: { from: number; to: number; checks: number },
  ): Promise<HeldOutScore> {
    const { engine, frozen, optimizer = "Adam", openTuner = onnxTuner, onProgress } = this.options;
    const layers = trainedLayers(this.start, frozen);
    const tuner = await openTuner(this.start, layers, inputShape(this.heldOut), { optimizer, threads: engine.threads });
    const begun = performance.now();
    let done = 0;
    this.made = 0;
    this.loss = 0;
    try {
      for (let checked = 0; done < 1 && !this.diverged; ) {
        stopIfInterrupted();
        const learningRate = (rate * (1 + Math.cos(Math.PI * done))) / 2;
        const settings = { learningRate, momentum, temperature: this.temperature };
        this.loss = await tuner.step(await this.lessons.at(this.made), settings);
        this.made++;
        done = Math.min(1, Math.max(this.made / steps, (performance.now() - begun) / milliseconds));
        onProgress?.(from + (to - from) * done, this.loss);
        if (done === 1 || Math.floor(done * checks) === checked) continue;
        checked = Math.floor(done * checks);
        await this.keepIfBetter(tuner.trained());
      }
      return await this.keepIfBetter(tuner.trained());
    } finally {
      await tuner.close();
    }
  }

  private get diverged(): boolean {
    return !Number.isFinite(this.loss);
  }

  private async keepIfBetter(network: Network): Promise<HeldOutScore> {
    const score = await this.scoreOf(network);
    const least = this.best?.score.loss ?? this.before?.loss ?? Number.POSITIVE_INFINITY;
    const accurate = score.accuracy >= (this.before?.accuracy ?? 0);
    if (accurate && score.loss < least) this.best = { network, score };
    return score;
  }
}
