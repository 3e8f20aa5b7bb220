import { median } from "../../statistics/summary";
import type { Mark } from "../marks";
import type { Axis } from "./axes";

const text = (value: number | string) => (typeof value === "string" ? value : String(Number(value.toPrecision(4))));

/** Up to so many values of a figure are told one by one, and up to so many series of a single value. */
const [few, fewSingles] = [24, 4];

/** Values of one name at places along an axis. */
interface Series {
  name: string;
  panel: number;
  at: (number | string)[];
  values: (number | string)[];
}

const pairs = ({ at, values }: Series) => at.map((place, i) => ({ place, value: values[i] }));
const told = ({ place, value }: ReturnType<typeof pairs>[number]) => `${text(value)} at ${text(place)}`;

/** From end to end where the values only rise or only fall, else the least and the greatest as well. */
function course(series: Series): string {
  const known = pairs(series).filter(({ value }) => typeof value === "string" || Number.isFinite(value));
  if (known.length === 0) return "no values";
  const [least, ...others] = [...known].sort((a, b) => Number(a.value) - Number(b.value));
  const extremes = `between ${told(least)} and ${told(others.at(-1) ?? least)}`;
  if (typeof known[0].place === "string") return `${known.length} values ${extremes}`;
  const along = [...known].sort((a, b) => Number(a.place) - Number(b.place));
  const ends = `from ${told(along[0])} to ${told(along.at(-1)!)}`;
  const steps = along.slice(1).map(({ value }, i) => Number(value) - Number(along[i].value));
  if (steps.every((step) => step >= 0)) return `rises ${ends}`;
  return steps.every((step) => step <= 0) ? `falls ${ends}` : `${known.length} values ${ends}, ${extremes}`;
}

/** Named marks as series; lines through points of the same name say nothing more. Along an axis of names the names are the places. */
function seriesOf(marks: readonly Mark[], { ticks }: Axis): Series[] {
  const nameAt = (value: number | string) =>
    ticks!.labels![ticks!.values.indexOf(Math.round(Number(value)))] ?? text(value);
  const all = marks.flatMap((mark) => {
    if (mark.kind !== "points" && mark.kind !== "line" && mark.kind !== "bars") return [];
    const { kind, name, panel = 0, x, y } = mark;
    if (name === undefined || x.length === 0) return [];
    return [{ kind, name, panel, ...(ticks?.labels ? { at: y.map(nameAt), values: x } : { at: x, values: y }) }];
  });
  const twice = ({ kind, name, panel }: (typeof all)[number]) =>
    kind === "line" && all.some((other) => other.kind === "points" && other.name === name && other.panel === panel);
  return all.filter((series) => !twice(series));
}

/** Many series of one value in a panel are one of all, whose places have the series' names. */
function joined(all: Series[]): Series[] {
  return [...new Set(all.map(({ panel }) => panel))].flatMap((panel) => {
    const own = all.filter((series) => series.panel === panel);
    const singles = own.filter(({ at }) => at.length === 1);
    if (singles.length <= fewSingles) return own;
    const at = singles.map((each) => `${text(each.at[0])} (${each.name})`);
    const together = { name: "all", panel, at, values: singles.map(({ values }) => values[0]) };
    return [together, ...own.filter((series) => !singles.includes(series))];
  });
}

function describeOther(mark: Mark): string {
  if (mark.kind === "rule") return mark.label ? `A dashed line: ${mark.label}.` : "";
  if (mark.kind === "picture") return `${mark.grid.flat().filter(Boolean).length} images in ${mark.grid.length} rows.`;
  if (mark.kind !== "boxes") return "";
  const samples = Object.entries(mark.samples).map(([name, values]) => {
    const [low, high] = [Math.min(...values), Math.max(...values)].map(text);
    return `${name}: median ${text(median(values))} of ${values.length} values, ${low} to ${high}`;
  });
  return `${samples.join("; ")}.`;
}

/** What there is to see in the marks, for readers who cannot see them: what is drawn against what, courses and extremes, to four digits. */
export function describe(marks: readonly Mark[], panels: readonly string[], x: Axis, y: Axis): string {
  const all = joined(seriesOf(marks, y));
  const count = all.reduce((sum, { at }) => sum + at.length, 0);
  const series = all.map((each) => {
    const values = count <= few && each.name !== "all" ? pairs(each).map(told).join(", ") : course(each);
    return `${[panels[each.panel], each.name].filter(Boolean).join(", ")}: ${values}.`;
  });
  const axes = [y, x].flatMap(({ title }) => title || []).join(" against ");
  return [axes && `${axes}.`, ...marks.map(describeOther), ...series].filter(Boolean).join(" ");
}
