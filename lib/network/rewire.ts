import { type Network, type Node, nodeOf } from "./network";

/** The node reading `to` wherever it read `from`. */
export function rewired(node: Node, from: string, to: string): Node {
  const changed = (input: string) => (input === from ? to : input);
  if (node.kind === "add") return { ...node, inputs: [changed(node.inputs[0]), changed(node.inputs[1])] };
  return { ...node, input: changed(node.input) };
}

/**
 * The network with a node replaced by a chain; what read the node reads the chain's last.
 * @param chain at least one node, the first reading what the chain is to work on, each other one the one before it.
 * @throws Error if the network has no node of that name, if the chain is empty, or if a name would stand twice.
 */
export function replaceNode(network: Network, name: string, chain: readonly Node[]): Network {
  const old = nodeOf(network, name);
  const last = chain[chain.length - 1];
  if (!last) throw new Error(`nothing is given in place of ${name}`);
  const others = new Set(network.nodes.filter((node) => node !== old).map((node) => node.name));
  const taken = chain.find((node) => others.has(node.name));
  if (taken) throw new Error(`there is a node ${taken.name} already`);
  return { nodes: network.nodes.flatMap((node) => (node === old ? chain : [rewired(node, name, last.name)])) };
}
