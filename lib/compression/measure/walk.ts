import type { LabelledImages } from "../../assets/images/labelledImages";
import type { Engine, Session } from "../../engines/engine";
import { convOf } from "../../network/layerOf";
import { replaceNode } from "../../network/rewire";
import { continueFrom, segmentsOf } from "../../network/continueFrom";
import { type Conv, cutAfter, imageInput, inputsOf, type Network, type Node, nodeOf } from "../../network/network";
import type { Tensor } from "../../core/tensor";
import { BatchFiles } from "./batchFiles";
import { SegmentInputs } from "./segmentInputs";

/** What a layer sees and what it is to give, over one batch of calibration images. */
export interface LayerBatch {
  /** (N, in, H′, W′): what the network so far hands it. */
  input: Tensor;
  /** (N, out, H, W): the layer's own outputs, bias included, to what the network so far hands it. */
  response: Tensor;
  /**
   * (N, out, H, W): what they ought to be. The original network's value there; where a shortcut is added next, that sum
   * less the shortcut of the network so far, so that the layer makes up for the shortcut's error as well
   * (He et al. 2017, arXiv:1707.06168, section 3.3, on residual branches).
   */
  target: Tensor;
  /** (N, out, H, W): the shortcut added next, of the network so far. */
  added?: Tensor;
}

/** A convolution on the way through the network. */
export interface LayerVisit {
  conv: Conv;
  /** Whether a ReLU follows, right away or after the shortcut's addition. */
  relu: boolean;
  batches(): AsyncGenerator<LayerBatch>;
}

/** Gives the chain of nodes that takes the layer's place, or nothing if it stays. */
export type Rewrite = (layer: LayerVisit) => Promise<readonly Node[] | undefined>;

/**
 * Walks through the network once, from the image on, and lets `rewrite` replace its layers one after another, each on the
 * strength of what the layers before it have become. Between two segments (the stem, the blocks) the values of both
 * networks lie in temporary files as far as these have room, so that few layers are computed more than a few times and
 * memory does not grow with the number of images.
 * @param network with batch norms folded.
 * @param layers names of convolutions.
 * @param onLayer called after each layer.
 * @param start what becomes the result, the network itself unless told: nodes may stand before its layers already, as long
 * as every node of the network keeps its name.
 * @param room bytes of the temporary files; 1 GB, or half of what is free where that is less, unless told.
 */
export async function walkLayers(
  network: Network,
  layers: ReadonlySet<string>,
  images: LabelledImages,
  engine: Engine,
  rewrite: Rewrite,
  onLayer?: (done: number, total: number) => void,
  start = network,
  room?: number,
): Promise<Network> {
  let result = start;
  let done = 0;
  const files = await BatchFiles.create(room);
  const inputs = new SegmentInputs(images, engine, files);
  try {
    const segments = segmentsOf(network);
    const begun = start === network ? segments : cutAlike(start, segments);
    for (const [i, segment] of segments.entries()) {
      let rewritten = begun[i];
      for (const node of segment.nodes) {
        if (node.kind !== "conv" || !layers.has(node.name)) continue;
        const chain = await rewrite(visitOf(node, segment, rewritten, inputs, engine));
        if (chain) [rewritten, result] = [rewritten, result].map((each) => replaceChain(each, node.name, chain));
        onLayer?.(++done, layers.size);
      }
      if (done === layers.size) break;
      const parts = inputs.alike && rewritten === segment ? [segment] : [segment, rewritten];
      const wholes = parts.map(({ nodes }, i) => cutAfter([network, result][i], nodes[nodes.length - 1].name));
      await inputs.advance(parts, wholes);
    }
    return result;
  } finally {
    await Promise.all([inputs.close(), files.remove()]);
  }
}

/** The network in parts that end where the segments of another one do. */
function cutAlike(network: Network, segments: readonly Network[]): Network[] {
  let rest = network;
  return segments.map(({ nodes }, i) => {
    if (i === segments.length - 1) return rest;
    const end = nodes[nodes.length - 1].name;
    const part = cutAfter(rest, end);
    rest = continueFrom(rest, end);
    return part;
  });
}

/** As replaceNode; the chain's first node reads what the replaced one read, which in a segment may be the image. */
function replaceChain(network: Network, name: string, [first, ...rest]: readonly Node[]): Network {
  const [input] = inputsOf(nodeOf(network, name));
  return replaceNode(network, name, [{ ...first, input } as Node, ...rest]);
}

function visitOf(conv: Conv, segment: Network, rewritten: Network, inputs: SegmentInputs, engine: Engine): LayerVisit {
  const readers = (name: string) => segment.nodes.filter((node) => inputsOf(node).includes(name));
  const [reader] = readers(conv.name);
  const sum = reader?.kind === "add" ? reader : undefined;
  const end = sum ?? conv;
  const current = convOf(rewritten, conv.name);
  return {
    conv: current,
    relu: readers(end.name).every(({ kind }) => kind === "relu") && readers(end.name).length > 0,
    batches: async function* () {
      // Nothing was rewritten yet: its outputs are what they ought to be.
      const alike = inputs.alike && rewritten === segment && !sum;
      const before = await part(rewritten, current.input, engine);
      const layer = await engine.open({ nodes: [{ ...current, input: imageInput }] });
      const wanted = alike ? undefined : await part(segment, end.name, engine);
      // Under the name of its own rewriting, if it was rewritten before.
      const other = sum && inputsOf(nodeOf(rewritten, sum.name)).find((name) => name !== conv.name);
      const shortcut = other === undefined ? undefined : await part(rewritten, other, engine);
      try {
        for (let batch = 0; batch < inputs.count; batch++) {
          const [original, given = original] = await inputs.read(batch);
          const input = await before.run(given);
          const response = await layer.run(input);
          const value = wanted ? await wanted.run(original) : response;
          const added = await shortcut?.run(given);
          if (added) subtract(value, added);
          yield { input, response, target: value, added };
        }
      } finally {
        await Promise.all([before, layer, wanted, shortcut].map((each) => each?.close()));
      }
    },
  };
}

/** A session that runs a segment up to a node; at the segment's own input there is nothing to run. */
async function part(segment: Network, name: string, engine: Engine): Promise<Session> {
  if (name === imageInput) return { run: async (input) => input, close: async () => {} };
  return engine.open(cutAfter(segment, name));
}

/** In place: batches are megabytes. */
function subtract({ data }: Tensor, other: Tensor): void {
  for (let i = 0; i < data.length; i++) data[i] -= other.data[i];
}
