import { preprocess } from "../assets/images/preprocess";
import { run } from "../engines/run";
import { fromSingularValues, type Spectrum, truncationError } from "../linalg/spectrum";
import { type Svd, svd } from "../linalg/svd";
import { continueFrom, lastSeparator } from "../network/continueFrom";
import { withHead, type Head } from "../network/head";
import { rankForShare, withLowRankLayer } from "../network/lowRank";
import { cutAfter, type Network } from "../network/network";
import { progress } from "../display/progress";
import { type Tensor, tensor } from "../core/tensor";
import { type Cache, cached, type Origin } from "../core/cache";
import { type Accuracy, accuracyOf, logitsOf, predictions } from "../training/evaluate";
import { layerMatrix } from "./chapter2";
import type { Chapter } from "./open";
import type { HeadTask } from "./protocol";
import { calibrationImages, relativeError, responseErrors } from "./sensitivityResponse";

/** Shares of its own parameters that the compressed layer keeps. */
export const shares: readonly number[] = [0.5, 0.25];

/** One layer compressed to one share of its parameters, the rest of the network as it was. */
export interface Trial {
  share: number;
  rank: number;
  /** 1 − ‖W − W_k‖² / ‖W‖² (Frobenius). */
  energyKept: number;
  /** The same of the layer's outputs over training images, given its true inputs. */
  responseEnergyKept: number;
  /** Of the network on the test images. */
  accuracy: Accuracy;
  /** ‖L − L_k‖ / ‖L‖ of the network's logits on the test images. */
  outputError: number;
}

/** A layer, its spectrum, and what its compression costs. */
export interface CompressedLayer {
  layer: string;
  spectrum: Spectrum;
  trials: Trial[];
}

/**
 * Compresses each convolution and the head alone by truncated SVD, and runs the test images through what comes of it.
 * What lies before the compressed layer runs once for all. Spectra, logits and errors are cached by content.
 * @param head a trained one-layer head, which takes fc's place.
 */
export async function compressEachLayer(
  chapter: Chapter,
  task: HeadTask,
  head: Head,
  cache: Cache = { fresh: chapter.fresh },
): Promise<CompressedLayer[]> {
  const study = new Study(chapter, task, head, cache);
  const names = study.network.nodes.filter(({ kind }) => kind === "conv" || kind === "linear").map(({ name }) => name);
  const bar = progress("one layer compressed at a time, networks", names.length * shares.length);
  const layers: CompressedLayer[] = [];
  for (const name of names) {
    layers.push(await study.compress(name, (trials) => bar.update(layers.length * shares.length + trials)));
  }
  bar.end();
  return layers;
}

class Study {
  readonly network: Network;
  private readonly logits: Tensor;
  private readonly origin: Origin;
  /** Values of the test images at the node `at`; the pixels at first. */
  private values: Tensor | undefined;
  private at: string | undefined;

  constructor(
    private readonly chapter: Chapter,
    private readonly task: HeadTask,
    head: Head,
    private readonly cache: Cache,
  ) {
    this.network = withHead(chapter.network, head);
    this.logits = logitsOf(head, task.test.features);
    this.origin = {
      weights: chapter.assets.weights.sha256,
      head,
      features: [task.train.features, task.test.features],
      engine: `${chapter.engine.name} ${chapter.engine.version}`,
    };
  }

  async compress(layer: string, onTrial: (done: number) => void): Promise<CompressedLayer> {
    const matrix = layerMatrix(this.network, layer);
    let decomposition: Svd | undefined;
    const decompose = () => (decomposition ??= svd(matrix));
    const sigma = await this.remembered({ layer, of: "singular values" }, async () => {
      const { s } = decompose();
      return tensor([s.length], Float32Array.from(s));
    });
    const spectrum = fromSingularValues(matrix.rows, matrix.columns, sigma.data);
    const ranks = shares.map((share) => rankForShare(share, matrix.rows, matrix.columns));
    const errors = await this.remembered({ layer, of: "response errors", ranks, calibrationImages }, () =>
      responseErrors(this.chapter, this.network, layer, ranks, decompose()),
    );
    const trials: Trial[] = [];
    for (const [i, rank] of ranks.entries()) {
      const logits = await this.remembered({ layer, of: "logits", rank }, () =>
        this.logitsWith(layer, withLowRankLayer(this.network, layer, rank, decompose())),
      );
      trials.push({
        share: shares[i],
        rank,
        energyKept: 1 - truncationError(spectrum, rank) ** 2,
        responseEnergyKept: 1 - errors.data[i] ** 2,
        accuracy: accuracyOf(predictions(logits), this.task.test.labels),
        outputError: relativeError(this.logits, logits),
      });
      onTrial(trials.length);
    }
    return { layer, spectrum, trials };
  }

  /** Logits of the test images in a network that differs from the study's in one layer only. */
  private async logitsWith(layer: string, compressed: Network): Promise<Tensor> {
    const separator = lastSeparator(this.network, layer);
    const values = await this.valuesAt(separator);
    return run(separator ? continueFrom(compressed, separator) : compressed, values, this.chapter.engine);
  }

  /** The test images' values at a node; only onwards, as the layers follow each other. */
  private async valuesAt(separator: string | undefined): Promise<Tensor> {
    const { assets, engine } = this.chapter;
    this.values ??= preprocess(assets.images.test, 0, this.task.test.labels.length);
    if (separator && separator !== this.at) {
      const onwards = this.at ? continueFrom(this.network, this.at) : this.network;
      this.values = await run(cutAfter(onwards, separator), this.values, engine);
      this.at = separator;
    }
    return this.values;
  }

  private async remembered(of: Origin, compute: () => Promise<Tensor>): Promise<Tensor> {
    return cached("one-layer", { ...this.origin, ...of }, this.cache, compute);
  }
}
