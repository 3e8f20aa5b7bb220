import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { type Tensor, tensor } from "../../core/tensor";
import { sessionOptions } from "../../engines/onnxRuntime";
import { imageInput, type Network } from "../../network/network";
import { names } from "../stepGraph";
import type { Trained } from "./trainedLayers";
import { parametersOf, temperatureInput, tuningGraph } from "./tuningGraph";

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

type Values = Record<string, OrtTensor>;

/** Trains layers of a network step by step: SGD with PyTorch's momentum, run by ONNX Runtime. */
export class Tuner {
  private values: Values;
  /** Where the next step's results go: those of the step before the last, so that memory stays the same. */
  private spare: Values;

  private constructor(
    private readonly session: InferenceSession,
    private readonly network: Network,
    layers: readonly Trained[],
  ) {
    const parameters = layers.flatMap(parametersOf);
    this.values = atRest(parameters);
    this.spare = atRest(parameters);
  }

  /**
   * @param network without batch norms; it is not changed.
   * @param layers of it, to be trained. @param imageShape of one image.
   */
  static async create(
    network: Network,
    layers: readonly Trained[],
    imageShape: readonly number[],
    threads: number,
  ): Promise<Tuner> {
    const model = tuningGraph(network, layers, imageShape);
    return new Tuner(await InferenceSession.create(model, sessionOptions(threads)), network, layers);
  }

  /** @returns the loss before the step. */
  async step({ images, targets }: Lesson, { learningRate, momentum, temperature }: StepSettings): Promise<number> {
    const settings = {
      [names.perImage]: 1 / images.shape[0],
      [names.learningRate]: learningRate,
      [names.momentum]: momentum,
      [temperatureInput]: temperature,
    };
    const feeds: Values = { ...this.values, [imageInput]: ort(images), [names.targets]: ort(targets) };
    for (const [name, value] of Object.entries(settings)) feeds[name] = new OrtTensor("float32", [value], []);
    const fetches: Values = { [names.loss]: new OrtTensor("float32", [0], []) };
    for (const [name, value] of Object.entries(this.spare)) fetches[names.next(name)] = value;
    const result = await this.session.run(feeds, fetches);
    [this.values, this.spare] = [this.spare, this.values];
    return Number(result[names.loss].data[0]);
  }

  /** The network as it is now, its numbers copied out. */
  trained(): Network {
    const current = (name: string, { shape }: Tensor) =>
      tensor(shape, Float32Array.from(this.values[name].data as Float32Array));
    const nodes = this.network.nodes.map((node) => {
      if (!(`${node.name}.weight` in this.values)) return node;
      const parts = parametersOf(node as Trained).map(([name, value]) => current(name, value));
      return { ...node, weight: parts[0], ...(parts[1] && { bias: parts[1] }) } as Trained;
    });
    return { nodes };
  }

  /** Frees what the session holds. */
  close(): Promise<void> {
    return this.session.release();
  }
}

function ort({ shape, data }: Tensor): OrtTensor {
  return new OrtTensor("float32", data, shape);
}

/** Copies of the numbers, and velocities of 0. */
function atRest(parameters: readonly [string, Tensor][]): Values {
  const values: Values = {};
  for (const [name, { shape, data }] of parameters) {
    values[name] = new OrtTensor("float32", data.slice(), shape);
    values[names.velocity(name)] = new OrtTensor("float32", new Float32Array(data.length), shape);
  }
  return values;
}
