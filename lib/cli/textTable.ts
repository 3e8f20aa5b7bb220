/** Rows of texts as lines under a head, each column as wide as its widest entry. */
export function textTable(heads: string[], rows: string[][]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column].length)));
  const line = (row: string[]) =>
    row
      .map((text, column) => text.padEnd(widths[column]))
      .join("  ")
      .trimEnd();
  return [heads, widths.map((width) => "─".repeat(width)), ...rows].map(line).join("\n");
}
