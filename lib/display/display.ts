import { type Figure, showComposed } from "./figure";

/** Shows a figure that is composed already. Goes when every chapter composes marks. */
export async function showFigure(figure: Figure): Promise<void> {
  await showComposed(figure, `figure-${figure.number}`);
}
