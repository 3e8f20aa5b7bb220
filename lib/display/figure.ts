import { captionOf } from "./captions";
import { composeFigure, type FigureOptions } from "./plotly/compose";
import { exportFile } from "./exports";
import { interactive } from "./plotly/interactive";
import type { Mark } from "./marks";
import { inNotebook, notebook } from "./notebook";
import { drawStatic } from "./plotly/plotlyStatic";

/**
 * Shows marks as a figure, a picture and, where Plotly can be loaded, interactive; writes it as SVG and PNG (`exportTo`).
 * @param id of an entry in data/captions.json, which gives number and titles, or any other title, which also names the files.
 * @param source what the numbers rest on: stands inside the picture.
 * @throws UserError if a title has a place without a value, or a mark is in no panel; FileError if the files cannot be written.
 */
export async function figure(
  id: string,
  marks: readonly Mark[],
  source: string,
  options: FigureOptions,
): Promise<void> {
  const composed = composeFigure(id, marks, source, options);
  const { file } = captionOf("figure", id, options.fill);
  const { svg, png } = await drawStatic(composed);
  await exportFile(`${file}.svg`, svg);
  await exportFile(`${file}.png`, png);
  if (!inNotebook()) return;
  notebook().png(png);
  notebook().html(interactive(composed, png));
}
