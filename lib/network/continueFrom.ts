import { cutAfter, imageInput, inputsOf, type Network, type Node, nodeOf } from "./network";
import { rewired } from "./rewire";

/**
 * The last node before `name` through which everything flows: running the rest on its value is running the network.
 * Undefined if there is none but the image itself.
 * @throws Error if the network has no node of that name.
 */
export function lastSeparator({ nodes }: Network, name: string): string | undefined {
  const layer = nodes.findIndex((node) => node.name === name);
  if (layer < 0) throw new Error(`no node ${name}`);
  for (let at = layer - 1; at >= 0; at--) if (!missingInput(nodes, at)) return nodes[at].name;
  return undefined;
}

/**
 * The rest of the network after the node `name`, whose value takes the image's place.
 * @throws Error if there is no such node, or if the rest also needs a value from before it.
 */
export function continueFrom({ nodes }: Network, name: string): Network {
  const at = nodes.findIndex((node) => node.name === name);
  if (at < 0) throw new Error(`no node ${name}`);
  const missing = missingInput(nodes, at);
  if (missing) throw new Error(`what follows ${name} also needs ${missing}`);
  return { nodes: nodes.slice(at + 1).map((node) => rewired(node, name, imageInput)) };
}

/**
 * A network of the node `name` alone, its input in the image's place.
 * @throws Error if there is no such node, or it has two inputs.
 */
export function nodeAlone(network: Network, name: string): Network {
  const node = nodeOf(network, name);
  const [input, ...more] = inputsOf(node);
  if (more.length > 0)
    throw new Error(`${name} reads ${[input, ...more].join(" and ")}: only one can take the image's place`);
  return { nodes: [rewired(node, input, imageInput)] };
}

/**
 * The network as a chain of parts, each running on the value of the one before in the image's place: cut before every
 * convolution or linear layer that reads a value through which everything flows. Of a ResNet these are the stem, the
 * blocks and the head.
 */
export function segmentsOf(network: Network): Network[] {
  const segments: Network[] = [];
  let rest = network;
  for (let cut = firstCut(rest); cut; cut = firstCut(rest)) {
    segments.push(cutAfter(rest, cut));
    rest = continueFrom(rest, cut);
  }
  return [...segments, rest];
}

function firstCut(network: Network): string | undefined {
  const { nodes } = network;
  const at = nodes.findIndex((_, i) => ["conv", "linear"].includes(nodes[i + 1]?.kind) && !missingInput(nodes, i));
  return nodes[at]?.name;
}

/** A value from before node `at` that a later node reads. */
function missingInput(nodes: readonly Node[], at: number): string | undefined {
  const known = new Set(nodes.slice(at).map((node) => node.name));
  return nodes
    .slice(at + 1)
    .flatMap(inputsOf)
    .find((input) => !known.has(input));
}
