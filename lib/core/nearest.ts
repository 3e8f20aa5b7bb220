/** The three of the names that are spelt most like the given one, the most like first: for messages about a wrong one. */
export function nearest(name: string, names: readonly string[]): string[] {
  const distances = new Map(names.map((other) => [other, editDistance(name, other)]));
  return [...names].sort((a, b) => distances.get(a)! - distances.get(b)!).slice(0, 3);
}

/** Insertions, deletions and substitutions that turn one text into the other (Levenshtein 1966), row by row. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++)
      row.push(Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1)));
    above = row;
  }
  return above[to.length];
}
