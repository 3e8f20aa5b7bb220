import type { Graph } from "../graph";
import { names, update } from "../stepGraph";

/** How numbers move by their gradients: with momentum, or each at a pace of its own. */
export type Optimizer = "SGD" | "Adam";

/** Of Adam, as PyTorch's are unless told. */
export const adam = { squaresKept: 0.999, epsilon: 1e-8 };

/** Beside its velocity, what Adam keeps of each number: a running mean of its gradient's square. */
export const squareOf = (parameter: string) => `${parameter}.square`;

/** Name of the input () that the running mean of squares is multiplied by; see correctionsAt. */
export const squaresCorrection = "squaresCorrection";

/** What is kept of a number from step to step, itself included. */
export function statesOf(optimizer: Optimizer, parameter: string): string[] {
  const states = [parameter, names.velocity(parameter)];
  return optimizer === "Adam" ? [...states, squareOf(parameter)] : states;
}

/** What the running means are multiplied by at step t, from 1 on, since they begin at 0: nothing for SGD. */
export function correctionsAt(step: number, optimizer: Optimizer, momentum: number) {
  if (optimizer === "SGD") return { direction: 1, squares: 1 };
  return { direction: 1 / (1 - momentum ** step), squares: 1 / (1 - adam.squaresKept ** step) };
}

/** Adds a number's step to a graph: its states from `…` to `….next`. */
export function addStep(graph: Graph, optimizer: Optimizer, parameter: string, gradient: string): void {
  if (optimizer === "SGD") update(graph, parameter, gradient);
  else adamStep(graph, parameter, gradient);
}

/**
 * Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1): v ← β₁ v + (1 − β₁) g, s ← β₂ s + (1 − β₂) g², then
 * w ← w − lr · v / (√(s / (1 − β₂ᵗ)) + ε). The momentum is β₁, and the learning rate is given divided by 1 − β₁ᵗ.
 */
function adamStep(graph: Graph, parameter: string, gradient: string): void {
  const [velocity, square] = [names.velocity(parameter), squareOf(parameter)];
  const mixed = (kept: string, of: string, added: string, next: string) => {
    const rest = graph.apply("Sub", [graph.number(1), kept]);
    const parts = [graph.apply("Mul", [kept, of]), graph.apply("Mul", [rest, added])];
    return graph.apply("Add", parts, [], names.next(next));
  };
  const direction = mixed(names.momentum, velocity, gradient, velocity);
  const squared = graph.apply("Mul", [gradient, gradient]);
  const squares = mixed(graph.number(adam.squaresKept), square, squared, square);
  const size = graph.apply("Sqrt", [graph.apply("Mul", [squares, squaresCorrection])]);
  const pace = graph.apply("Div", [direction, graph.apply("Add", [size, graph.number(adam.epsilon)])]);
  graph.apply("Sub", [parameter, graph.apply("Mul", [names.learningRate, pace])], [], names.next(parameter));
}
