import type { Data, Layout } from "plotly.js-dist";
import type { Heading } from "../captions";

/** A Plotly specification with what must stand in it wherever it is shown; FigureOptions tells what. */
export interface Figure extends Heading {
  description: string;
  timed?: boolean;
  data: Data[];
  layout: Partial<Layout>;
}

/** Width and usual height of a figure, in CSS pixels. */
export const figureSize = { width: 760, height: 480 } as const;

const sixDigits = (_key: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(6)) : value);

/** The Plotly specification as JSON, numbers to six significant digits. */
export function specification({ data, layout }: Figure): string {
  return JSON.stringify({ data, layout }, sixDigits);
}
