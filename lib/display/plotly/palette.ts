import type { Colour, Mark, Points, Sign } from "../marks";

/** Okabe and Ito's colours (2008): told apart by readers with any colour vision. */
export const palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"] as const;

/** Signs that tell the series apart without colour, in the same order. */
export const symbols: readonly Sign[] = ["circle", "square", "diamond", "triangle-up", "x", "cross"];

/** Colours with a meaning; `recorded` is a lighter tint, so that it differs in grey print as well. */
export const colours = {
  computed: palette[0],
  report: palette[1],
  recorded: "#F5C766",
  guide: "#555555",
  text: "#222222",
};

/** How a mark is told from the others. */
export type Look = Record<"colour" | "symbol", string>;

function hexOf(colour: Colour): string {
  if (typeof colour === "number") return palette[colour % palette.length];
  return colour.startsWith("#") ? colour : colours[colour as keyof typeof colours];
}

const symbolOf = (symbol: NonNullable<Points["symbol"]>) =>
  typeof symbol === "number" ? symbols[symbol % symbols.length] : symbol;

/** Gives each key of a mark the next entry that no mark chose for itself, and the same key the same entry again. */
function nextOf(all: readonly string[], chosen: ReadonlySet<string>): (key: unknown) => string {
  const free = all.filter((each) => !chosen.has(each));
  const entries = free.length > 0 ? free : all;
  const given = new Map<unknown, string>();
  return (key) => {
    if (!given.has(key)) given.set(key, entries[given.size % entries.length]);
    return given.get(key)!;
  };
}

/** Colour and sign of every mark: chosen ones first, the same for marks of one name. */
export function looksOf(marks: readonly Mark[]): Look[] {
  const colourOf = (mark: Mark) => ("colour" in mark && mark.colour !== undefined ? hexOf(mark.colour) : undefined);
  const ownSymbol = (mark: Mark) =>
    mark.kind === "points" && mark.symbol !== undefined ? symbolOf(mark.symbol) : undefined;
  const nextColour = nextOf(palette, new Set(marks.flatMap((mark) => colourOf(mark) ?? [])));
  const nextSymbol = nextOf(symbols, new Set(marks.flatMap((mark) => ownSymbol(mark) ?? [])));
  return marks.map((mark) => {
    const named = "name" in mark && mark.name !== undefined;
    const siblings = named ? marks.filter((other) => "name" in other && other.name === mark.name) : [mark];
    const key = named ? mark.name : mark;
    const plain = mark.kind === "rule" || mark.kind === "picture";
    return {
      colour: siblings.map(colourOf).find(Boolean) ?? (plain ? colours.guide : nextColour(key)),
      symbol: siblings.map(ownSymbol).find(Boolean) ?? (mark.kind === "points" ? nextSymbol(key) : symbols[0]),
    };
  });
}
