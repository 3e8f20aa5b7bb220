import type { LabelledImages } from "../assets/images/labelledImages";
import { relativeError, type Tensor } from "../core/tensor";
import { continueFrom, lastSeparator, nodeAlone } from "../network/continueFrom";
import { cutAfter, imageInput, inputsOf, type Network, nodeOf } from "../network/network";
import type { Engine } from "./engine";
import { run } from "./run";

/**
 * Runs networks that differ from a given one in one layer only on the same inputs. What lies before the layer is computed
 * once for all its variants and held in memory, and only onwards while layers are asked for in the network's order.
 */
export class LayerVariants {
  private readonly places: Map<string, number>;
  /** The inputs' values at the node `at`; the inputs themselves at first. */
  private values: Tensor | LabelledImages;
  private at?: string;

  /** @param inputs (N, …), or images. */
  constructor(
    private readonly network: Network,
    private readonly inputs: Tensor | LabelledImages,
    private readonly engine: Engine,
  ) {
    this.places = new Map(network.nodes.map(({ name }, place) => [name, place]));
    this.values = inputs;
  }

  /** Outputs (N, …) of the network with something else in a layer's place. @throws Error if the network has no such node. */
  async outputs(layer: string, variant: Network): Promise<Tensor> {
    const separator = lastSeparator(this.network, layer);
    await this.moveTo(separator);
    return run(separator ? continueFrom(variant, separator) : variant, this.values, this.engine);
  }

  private async moveTo(separator: string | undefined): Promise<void> {
    if (separator === this.at) return;
    const place = (name: string | undefined) => (name ? (this.places.get(name) as number) : -1);
    if (place(separator) < place(this.at)) [this.values, this.at] = [this.inputs, undefined];
    if (!separator) return;
    const onwards = this.at ? continueFrom(this.network, this.at) : this.network;
    this.values = await run(cutAfter(onwards, separator), this.values, this.engine);
    this.at = separator;
  }
}

/**
 * ‖Y − Y′‖ / ‖Y‖ of a layer's own outputs Y, given its true inputs, for each of its variants: the error that Zhang et al. 2015
 * (arXiv:1505.06798, section 3.1) minimise.
 * @param variantsOf gives networks with something else in the layer's place, from one of the layer alone.
 * @throws Error if the network has no such node, or it has two inputs.
 */
export async function outputErrors(
  network: Network,
  layer: string,
  variantsOf: (alone: Network) => readonly Network[],
  images: Tensor | LabelledImages,
  engine: Engine,
): Promise<number[]> {
  const [input] = inputsOf(nodeOf(network, layer));
  const inputs = input === imageInput ? images : await run(cutAfter(network, input), images, engine);
  const alone = nodeAlone(network, layer);
  const outputs = await run(alone, inputs, engine);
  const errors: number[] = [];
  for (const variant of variantsOf(alone)) errors.push(relativeError(outputs, await run(variant, inputs, engine)));
  return errors;
}
