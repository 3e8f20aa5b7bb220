import { continueFrom, isSeparator } from "./continueFrom";
import { cutAfter, type Network } from "./network";

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
  const at = nodes.findIndex((_, i) => ["conv", "linear"].includes(nodes[i + 1]?.kind) && isSeparator(network, i));
  return nodes[at]?.name;
}
