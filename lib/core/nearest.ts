/** The few of the names that are spelt most like the given one, the most like first: for messages about a wrong one. */
export function nearest(name: string, names: readonly string[], count = 3): string[] {
  const ranked = names.map((other) => ({ other, distance: editDistance(name, other) }));
  return ranked
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ other }) => other);
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
