import type { LayoutAxis } from "plotly.js-dist";
import type { Mark } from "../marks";
import { axisLook } from "./style";

/** One axis of a figure: its title alone, or with more to say. */
export interface Axis {
  title: string;
  /** From the left or lower end; a range from a larger to a smaller number turns the axis round. */
  range?: [number, number];
  log?: boolean;
  /** Where ticks stand; with labels, an axis of names, which has no grid. */
  ticks?: { values: readonly number[]; labels?: readonly string[] };
  fromZero?: boolean;
}

/** Values of the marks along one axis. */
export function valuesAlong(side: "x" | "y", marks: readonly Mark[]): (number | string)[] {
  return marks.flatMap((mark) => {
    switch (mark.kind) {
      case "points": {
        const ends = side === "x" ? [mark.left, mark.right] : [mark.low, mark.high];
        return [...mark[side], ...ends.flatMap((values) => (values ? Array.from(values) : []))];
      }
      case "line":
      case "bars":
        return mark[side];
      case "band":
        return side === "x" ? mark.x : [...mark.low, ...mark.high];
      case "boxes":
        return side === "x" ? Object.keys(mark.samples) : Object.values(mark.samples).flat();
      default:
        return [];
    }
  });
}

/** Least and greatest number along an axis that has numbers: of its range, else of the marks. */
export function extentOf(side: "x" | "y", axis: Axis, marks: readonly Mark[]): [number, number] | undefined {
  if (axis.range) return [Math.min(...axis.range), Math.max(...axis.range)];
  const numbers = valuesAlong(side, marks).filter((value) => typeof value === "number") as number[];
  const finite = numbers.filter(Number.isFinite);
  if (finite.length === 0) return undefined;
  return [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
}

/** The axis in Plotly's terms. */
export function plotlyAxis(side: "x" | "y", axis: Axis, marks: readonly Mark[]): Partial<LayoutAxis> {
  const { title, range, log, ticks, fromZero } = axis;
  const ofNames = valuesAlong(side, marks).some((value) => typeof value === "string");
  const [low, high] = extentOf(side, axis, marks) ?? [1, 1];
  return {
    ...axisLook(title),
    ...(ofNames && { type: "category" }),
    ...(log && { type: "log", ...(high >= 10 * low && { dtick: 1 }) }),
    ...(range && { range: log ? range.map(Math.log10) : range }),
    ...(fromZero && { rangemode: "tozero" }),
    ...(ticks && { tickmode: "array", tickvals: [...ticks.values] }),
    ...(ticks?.labels && { ticktext: [...ticks.labels], showgrid: false, tickangle: 0 }),
  } as Partial<LayoutAxis>;
}
