import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { Tensor } from "../../core/tensor";
import { sessionOptions } from "../../engines/onnxRuntime";
import { imageInput, type Network } from "../../network/network";
import { feed, scalar } from "../feeds";
import { names } from "../stepGraph";
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
  momentum: number;
  /** Of the softmax; see tuningGraph. */
  temperature: number;
}

/** Trains layers of a network step by step: SGD with PyTorch's momentum. */
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
  threads: number,
) => Promise<Tuner>;

type Values = Record<string, OrtTensor>;

/** Training by ONNX Runtime, a step at a time one run of tuningGraph. */
export const onnxTuner: OpenTuner = async (network, layers, imageShape, threads) => {
  const session = await InferenceSession.create(tuningGraph(network, layers, imageShape), sessionOptions(threads));
  const parameters = layers.flatMap(parametersOf);
  let values = atRest(parameters);
  // Where the next step's results go: those of the step before the last, so that memory stays the same.
  let spare = atRest(parameters);
  return {
    async step({ images, targets }, { learningRate, momentum, temperature }) {
      const feeds: Values = {
        ...values,
        [imageInput]: feed(images),
        [names.targets]: feed(targets),
        [names.perImage]: scalar(1 / images.shape[0]),
        [names.learningRate]: scalar(learningRate),
        [names.momentum]: scalar(momentum),
        [names.temperature]: scalar(temperature),
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

/** Copies of the numbers, and velocities of 0. */
function atRest(parameters: readonly [string, Tensor][]): Values {
  const values: Values = {};
  for (const [name, { shape, data }] of parameters) {
    values[name] = new OrtTensor("float32", data.slice(), shape);
    values[names.velocity(name)] = new OrtTensor("float32", new Float32Array(data.length), shape);
  }
  return values;
}
