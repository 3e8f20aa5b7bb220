import { median } from "../../statistics/summary";
import type { Mark } from "../marks";

const text = (value: number | string) => (typeof value === "string" ? value : String(Number(value.toPrecision(4))));

/** Up to so many values are told one by one. */
const few = 12;

function series(x: readonly (number | string)[], y: readonly (number | string)[]): string {
  if (x.length <= few) return x.map((each, i) => `${text(y[i])} at ${text(each)}`).join(", ");
  const last = x.length - 1;
  const ends = `from ${text(y[0])} at ${text(x[0])} to ${text(y[last])} at ${text(x[last])}`;
  const numbers = y.map(Number);
  const [least, most] = [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
  const atEnds = [least, most].every((extreme) => extreme === y[0] || extreme === y[last]);
  return `${x.length} values ${ends}${atEnds ? "" : `, between ${text(least)} and ${text(most)}`}`;
}

function distribution(samples: Record<string, readonly number[]>): string {
  return Object.entries(samples)
    .map(([name, values]) => {
      const [low, high] = [Math.min(...values), Math.max(...values)].map(text);
      return `${name}: median ${text(median(values))} of ${values.length}, ${low} to ${high}`;
    })
    .join("; ");
}

function describeMark(mark: Mark): string {
  switch (mark.kind) {
    case "points":
    case "line":
    case "bars":
      return mark.name && mark.x.length > 0 ? `${mark.name}: ${series(mark.x, mark.y)}.` : "";
    case "boxes":
      return `${distribution(mark.samples)}.`;
    case "rule":
      return mark.label ? `A dashed line: ${mark.label}.` : "";
    case "picture":
      return `${mark.grid.flat().filter(Boolean).length} images in ${mark.grid.length} rows.`;
    case "band":
      return "";
  }
}

/** What there is to see in the marks, for readers who cannot see them: numbers to four digits. */
export function describe(marks: readonly Mark[], panels: readonly string[]): string {
  return marks
    .map((mark) => {
      const words = describeMark(mark);
      const panel = "panel" in mark && mark.panel !== undefined ? panels[mark.panel] : undefined;
      return words && panel ? `${panel}, ${words}` : words;
    })
    .filter(Boolean)
    .join(" ");
}
