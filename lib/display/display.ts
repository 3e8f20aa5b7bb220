import { exportFile } from "./exports";
import type { Figure } from "./figure";
import { interactive } from "./interactive";
import { inNotebook, notebook } from "./notebook";
import { drawStatic } from "./static/plotlyStatic";

/**
 * Shows a figure in the notebook, as a picture and, where Plotly can be loaded, interactive in the picture's place;
 * writes it as figure-N.svg and figure-N.png (`exportFile`).
 * @throws FileError if the files cannot be written.
 */
export async function showFigure(figure: Figure): Promise<void> {
  const { svg, png } = await drawStatic(figure);
  const name = `figure-${figure.number}`;
  await exportFile(`${name}.svg`, svg);
  await exportFile(`${name}.png`, png);
  if (!inNotebook()) return;
  notebook().png(png);
  notebook().html(interactive(figure, png));
}
