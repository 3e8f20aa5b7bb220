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
const rates = [0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01];

/** Share of the whole that each rate is tried for: shorter runs favour low rates. */
const trialLength = 1 / 3;

/** So many trials are made, as a rule, until a rate is too high. */
const usualTrials = 3;

/** Share of all work that a trial is. */
const trialShare = trialLength / (usualTrials * trialLength + 1 - trialLength);

/** Share of a run in which its learning rate rises from 0. */
const warmUp = 1 / 10;

/** So many times the run after the trials is scored on the held-out images. */
const checks = 5;

const momentum = 0.9;

export interface TuningOptions {
  /** Whose answers are learnt instead of the labels: a network with the same outputs. */
  teacher?: Network;
  /** The last node that stays as it is; trainedLayers says which by default. */
  frozen?: string;
  /** Passes over the images with the rate that is chosen; as many as there is time for unless given. */
  epochs?: number;
  /** The whole takes no longer than this, scoring of the last network aside; as long as the epochs take unless given. */
  minutes?: number;
  /** Runs the teacher, and the network where it is scored; the training has as many threads. */
  engine: Engine;
  /** How numbers move by their gradients: Adam unless given. */
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
  /** On these images and varied copies of each, of the network given and of the one that is kept; none if the work was interrupted before the first score. */
  heldOut?: { before: HeldOutScore; after: HeldOutScore };
  /** By which was trained; none if the work was interrupted before it was chosen. */
  learningRate?: number;
  /** Passes over the images that were made with it, its trial included. */
  epochs: number;
  ended: "all epochs" | "time is up" | "diverged" | "interrupted";
}

/**
 * Trains the layers of a network, all but the first unless told, on varied copies of images: Adam, a cosine schedule that starts
 * anew once (Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5), a teacher's answers or the labels as targets. The last
 * tenth of the images and varied copies of it choose the learning rate, each tried for a third of the whole and the best going on
 * from there, and the moment to stop: the network of the lowest loss there is kept that classifies no fewer of them correctly than
 * the one given, or else that one. An interrupt ends the work with the best so far.
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
    return await new Tuning(start, new Lessons(learning, answer), heldOut, outputs, options).run();
  } finally {
    await session?.close();
  }
}

/** How long a run is: steps and time, whichever is over first; and the shares of all work that are done before and after it. */
interface Length {
  steps: number;
  milliseconds: number;
  from: number;
  to: number;
}

/** A trial of a rate, to be gone on with. */
interface Trial {
  rate: number;
  network: Network;
  loss: number;
  steps: number;
}

class Tuning {
  private readonly temperature: number;
  private readonly scoreOf: (network: Network) => Promise<HeldOutScore>;
  private before?: HeldOutScore;
  private best?: { network: Network; score: HeldOutScore };
  private chosen?: Trial;
  /** Steps of the run at hand, and the losses of its first and last one. */
  private made = 0;
  private firstLoss = 0;
  private loss = 0;

  constructor(
    private readonly start: Network,
    private readonly lessons: Lessons,
    private readonly heldOut: LabelledImages,
    private readonly outputs: number,
    private readonly options: TuningOptions,
  ) {
    this.temperature = options.teacher ? teachersTemperature : 1;
    this.scoreOf = heldOutJudge(heldOut, options.engine);
  }

  async run(): Promise<Tuned> {
    const { epochs = Number.POSITIVE_INFINITY, minutes = Number.POSITIVE_INFINITY, onProgress } = this.options;
    const steps = epochs * this.lessons.stepsAnEpoch;
    const end = performance.now() + 60_000 * minutes;
    let interrupted = false;
    try {
      this.before = await this.scoreOf(this.start);
      this.chosen = await this.bestTrial(steps, 60_000 * minutes);
      this.made = 0;
      const rest = { steps: steps - this.chosen.steps, milliseconds: Math.max(1, end - performance.now()) };
      if (rest.steps > 0) await this.train(this.chosen, { ...rest, from: usualTrials * trialShare, to: 1 }, checks);
      else onProgress?.(1, this.loss);
    } catch (error) {
      if (!isInterrupted()) throw error;
      interrupted = true;
      onProgress?.(1, this.loss);
    }
    const { before, best, chosen } = this;
    const made = chosen ? chosen.steps + this.made : 0;
    return {
      network: best?.network ?? this.start,
      improved: best !== undefined,
      heldOut: before && { before, after: best?.score ?? before },
      learningRate: chosen?.rate,
      epochs: made / this.lessons.stepsAnEpoch,
      ended: interrupted ? "interrupted" : made === steps ? "all epochs" : this.diverged ? "diverged" : "time is up",
    };
  }

  /**
   * The trial that ends with the lowest loss on the held-out images; nothing at the lowest rate if all diverge. Once a rate does
   * worse than the one before, higher ones are not tried.
   */
  private async bestTrial(steps: number, milliseconds: number): Promise<Trial> {
    const length = { steps: Math.ceil(trialLength * steps), milliseconds: trialShare * milliseconds };
    let best: Trial = { rate: rates[0], network: this.start, loss: Number.POSITIVE_INFINITY, steps: 0 };
    for (const [i, rate] of rates.entries()) {
      const [from, to] = [i, i + 1].map((trials) => Math.min(trials, usualTrials) * trialShare);
      const { network, loss } = await this.train({ rate, network: this.start, steps: 0 }, { ...length, from, to }, 1);
      if (this.diverged || !(loss < best.loss)) break;
      best = { rate, network, loss, steps: this.made };
    }
    return best;
  }

  /**
   * Trains on from a network that so many steps were made with, and keeps what scores best.
   * @param checks how many times it is scored.
   * @returns the network at the end and its loss on the held-out images.
   */
  private async train(
    { rate, network, steps: before }: Omit<Trial, "loss">,
    { steps, milliseconds, from, to }: Length,
    checks: number,
  ): Promise<{ network: Network; loss: number }> {
    const { engine, frozen, optimizer = "Adam", openTuner = onnxTuner, onProgress } = this.options;
    const layers = trainedLayers(network, frozen);
    const tuner = await openTuner(network, layers, inputShape(this.heldOut), { optimizer, threads: engine.threads });
    const begun = performance.now();
    let done = 0;
    this.made = 0;
    try {
      for (let checked = 0; done < 1; ) {
        stopIfInterrupted();
        const rising = Math.min(1, (done + 1 / steps) / warmUp);
        const learningRate = (rising * rate * (1 + Math.cos(Math.PI * done))) / 2;
        const settings = { learningRate, momentum, temperature: this.temperature };
        this.loss = await tuner.step(await this.lessons.at(before + this.made), settings);
        if (this.made === 0) this.firstLoss = this.loss;
        this.made++;
        done = Math.min(1, Math.max(this.made / steps, (performance.now() - begun) / milliseconds));
        onProgress?.(from + (to - from) * done, this.loss);
        if (this.diverged) break;
        if (done === 1 || Math.floor(done * checks) === checked) continue;
        checked = Math.floor(done * checks);
        await this.keepIfBetter(tuner.trained());
      }
      const trained = tuner.trained();
      return { network: trained, loss: (await this.keepIfBetter(trained)).loss };
    } finally {
      await tuner.close();
    }
  }

  /** Worse than guessing, and than twice what it was at first. */
  private get diverged(): boolean {
    const guessing = this.temperature ** 2 * Math.log(this.outputs);
    return !(this.loss <= Math.max(guessing, 2 * this.firstLoss));
  }

  private async keepIfBetter(network: Network): Promise<HeldOutScore> {
    const score = await this.scoreOf(network);
    const least = this.best?.score.loss ?? this.before?.loss ?? Number.POSITIVE_INFINITY;
    const accurate = score.accuracy >= (this.before?.accuracy ?? 0);
    if (accurate && score.loss < least) this.best = { network, score };
    return score;
  }
}
