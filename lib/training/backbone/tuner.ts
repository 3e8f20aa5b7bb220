import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { Tensor } from "../../core/tensor";
import { sessionOptions } from "../../engines/onnxRuntime";
import { imageInput, type Network } from "../../network/network";
import { feed, scalar } from "../feeds";
import { names } from "../stepGraph";
import { correctionsAt, type Optimizer, squaresCorrection, statesOf } from "./optimizer";
import { parametersOf, type Trained, withNumbers } from "./trainedLayers";
import { tuningGraph } from "./tuningGraph";

/** What a step learns from. */
export interface Lesson {
  /** (N, channels, height, width). */
  images: Tensor;
  /** (N, classes): shares that sum to 1. */
  targets: Tensor;
}

export interface StepSettings {
  learningRate: number;
  /** Adam's β₁. */
  momentum: number;
  /** Of the softmax; see tuningGraph. */
  temperature: number;
}

/** Trains layers of a network step by step. */
export interface Tuner {
  /** @returns the loss before the step. */
  step(lesson: Lesson, settings: StepSettings): Promise<number>;
  /** The network as it is now, its numbers copied out. */
  trained(): Network;
  /** Frees what it holds. */
  close(): Promise<void>;
}

/**
 * @param network without batch norms; it is not changed.
 * @param layers of it, to be trained. @param imageShape of one image.
 */
export type OpenTuner = (
  network: Network,
  layers: readonly Trained[],
  imageShape: readonly number[],
  settings: { optimizer: Optimizer; threads: number },
) => Promise<Tuner>;

type Values = Record<string, OrtTensor>;

/** Training by ONNX Runtime, a step at a time one run of tuningGraph. */
export const onnxTuner: OpenTuner = async (network, layers, imageShape, { optimizer, threads }) => {
  const graph = tuningGraph(network, layers, imageShape, optimizer);
  const session = await InferenceSession.create(graph, sessionOptions(threads));
  const parameters = layers.flatMap(parametersOf);
  let values = atRest(parameters, optimizer);
  // Where the next step's results go: those of the step before the last, so that memory stays the same.
  let spare = atRest(parameters, optimizer);
  let steps = 0;
  return {
    async step({ images, targets }, { learningRate, momentum, temperature }) {
      const correction = correctionsAt(++steps, optimizer, momentum);
      const feeds: Values = {
        ...values,
        [imageInput]: feed(images),
        [names.targets]: feed(targets),
        [names.perImage]: scalar(1 / images.shape[0]),
        [names.learningRate]: scalar(learningRate * correction.direction),
        [names.momentum]: scalar(momentum),
        [names.temperature]: scalar(temperature),
        ...(optimizer === "Adam" && { [squaresCorrection]: scalar(correction.squares) }),
      };
      const fetches: Values = { [names.loss]: scalar(0) };
      for (const [name, value] of Object.entries(spare)) fetches[names.next(name)] = value;
      const result = await session.run(feeds, fetches);
      [values, spare] = [spare, values];
      return Number(result[names.loss].data[0]);
    },
    trained: () => withNumbers(network, layers, (name) => (values[name].data as Float32Array).slice()),
    close: () => session.release(),
  };
};

/** Copies of the numbers, all else 0. */
function atRest(parameters: readonly [string, Tensor][], optimizer: Optimizer): Values {
  const values: Values = {};
  for (const [name, { shape, data }] of parameters)
    for (const state of statesOf(optimizer, name))
      values[state] = new OrtTensor("float32", state === name ? data.slice() : new Float32Array(data.length), shape);
  return values;
}
