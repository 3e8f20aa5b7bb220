import type { Tuned } from "../../training/backbone/tune";

/** One line: how long all layers but the first were trained, and whether that helped. */
export function tuningText({ improved, heldOut, learningRate, epochs, ended }: Tuned): string {
  if (!heldOut) return "interrupted before it began, the closed form stays";
  const { before, after } = heldOut;
  const percent = ({ accuracy }: typeof before) => (100 * accuracy).toFixed(2);
  const trained = `${Number(epochs.toFixed(2))} epochs at a learning rate of ${learningRate ?? "none yet"}, ${ended}`;
  if (!improved) return `${trained}; no better on the held-out training images and their copies, the closed form stays`;
  const losses = [before, after].map(({ loss }) => loss.toPrecision(3)).join(" → ");
  return `${trained}; on the held-out training images and varied copies of them loss ${losses}, top-1 ${percent(before)} → ${percent(after)} %`;
}
