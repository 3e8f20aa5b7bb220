import { UserError } from "../core/errors";

/** Numbers or names along one axis. */
export type Values = ArrayLike<number> | readonly string[];

/** A meaning, a place in the palette, or a colour of one's own. By default a mark takes the next of the palette. */
export type Colour = "computed" | "report" | "recorded" | "guide" | number | `#${string}`;

export type Sign = "circle" | "square" | "diamond" | "triangle-up" | "x" | "cross";

interface Common {
  /** What the legend says. Marks of one name share a colour, a sign and a line of the legend. */
  name?: string;
  colour?: Colour;
  /** Which of the figure's panels, from 0. */
  panel?: number;
}

interface PointOptions extends Common {
  /** A sign, its place among the signs, or one drawn as an outline. */
  symbol?: Sign | `${Sign}-open` | number;
  /** Pixels. */
  size?: number;
  /** Ends of a vertical and of a horizontal interval at each point. */
  low?: ArrayLike<number>;
  high?: ArrayLike<number>;
  left?: ArrayLike<number>;
  right?: ArrayLike<number>;
  /** A text for each point, shown under the pointer or beside it, "" for none. */
  hover?: readonly string[];
  labels?: readonly string[];
  /** Whether a line joins the points. */
  join?: boolean;
}

interface LineOptions extends Common {
  /** Pixels. */
  width?: number;
}

interface RuleOptions {
  label?: string;
  /** Where along the rule its label stands, from 0 to 1. */
  at?: number;
}

type Place = { x: number } | { y: number } | { from: [number, number]; to: [number, number] };
type Coordinates = (number | string)[];

export type Points = { kind: "points"; x: Coordinates; y: Coordinates } & PointOptions;
export type Line = { kind: "line"; x: Coordinates; y: Coordinates } & LineOptions;
export type Band = { kind: "band"; x: Coordinates; low: number[]; high: number[] } & Common;
export type Boxes = { kind: "boxes"; samples: Record<string, number[]> } & Omit<Common, "name">;
export type Bars = { kind: "bars"; x: Coordinates; y: Coordinates } & Common;
export type Rule = { kind: "rule"; place: Place } & RuleOptions;
export type Picture = { kind: "picture"; grid: (Uint8Array | undefined)[][]; side: number };

/** One layer of a figure, as data: `figure` draws them in their order. */
export type Mark = Points | Line | Band | Boxes | Bars | Rule | Picture;

/** @throws UserError unless all are as long as the first. */
function requireOneLength(kind: string, { x, ...others }: { x: Values; [name: string]: Values | undefined }): void {
  for (const [name, values] of Object.entries(others))
    if (values && values.length !== x.length)
      throw new UserError(`${kind}: ${x.length} values of x, but ${values.length} of ${name}: one of each is needed`);
}

const listed = (values: Values): Coordinates => Array.from<number | string>(values);

/** Points at (x, y). @throws UserError if lengths differ. */
export function points(x: Values, y: Values, options: PointOptions = {}): Points {
  const { low, high, left, right, hover, labels } = options;
  requireOneLength("points", { x, y, low, high, left, right, hover, labels });
  return { kind: "points", x: listed(x), y: listed(y), ...options };
}

/** A line through (x, y), in their order. @throws UserError if lengths differ. */
export function line(x: Values, y: Values, options: LineOptions = {}): Line {
  requireOneLength("line", { x, y });
  return { kind: "line", x: listed(x), y: listed(y), ...options };
}

/** The area between two lines over the same x, in a light tint. @throws UserError if lengths differ. */
export function band(x: Values, low: ArrayLike<number>, high: ArrayLike<number>, options: Common = {}): Band {
  requireOneLength("band", { x, low, high });
  return { kind: "band", x: listed(x), low: Array.from(low), high: Array.from(high), ...options };
}

/** A box with all its values for each named sample. */
export function boxes(samples: Record<string, ArrayLike<number>>, options: Omit<Common, "name"> = {}): Boxes {
  const entries = Object.entries(samples).map(([name, values]) => [name, Array.from(values)]);
  return { kind: "boxes", samples: Object.fromEntries(entries), ...options };
}

/** A bar up to y at each x. @throws UserError if lengths differ. */
export function bars(x: Values, y: ArrayLike<number>, options: Common = {}): Bars {
  requireOneLength("bars", { x, y });
  return { kind: "bars", x: listed(x), y: Array.from(y), ...options };
}

/** A dashed line across every panel at one x or one y, or from one point to another; its label stands in the first. */
export function rule(place: Place, options: RuleOptions = {}): Rule {
  return { kind: "rule", place, ...options };
}

/**
 * Square colour images in rows and columns; each takes one unit of both axes, the first row at the top.
 * @param grid for each row its images, (3, side, side) bytes each; undefined leaves a gap.
 * @throws UserError if an image has another size.
 */
export function picture(grid: (Uint8Array | undefined)[][], side: number): Picture {
  const wrong = grid.flat().find((image) => image && image.length !== 3 * side * side);
  if (wrong) throw new UserError(`picture: an image has ${wrong.length} bytes, not 3 · ${side} · ${side}`);
  return { kind: "picture", grid, side };
}
