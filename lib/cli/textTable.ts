import type { Claim } from "../claims/claims";

/** Rows of texts as lines under a head, each column as wide as its widest entry. */
export function textTable(heads: string[], rows: string[][]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column].length)));
  const padded = (text: string, column: number) => text.padEnd(widths[column]);
  const line = (row: string[]) => row.map(padded).join("  ").trimEnd();
  return [heads, widths.map((width) => "─".repeat(width)), ...rows].map(line).join("\n");
}

/** The claims as lines of text. */
export function claimsTable(claims: Claim[]): string {
  const rows = claims.map(({ id, reported, computed, verdict, weights, images, mustHold, holds }) =>
    [id, reported, computed, mustHold && !holds ? `${verdict} (must hold)` : verdict, weights, images].map(String),
  );
  return textTable(["claim", "report", "this run", "verdict", "weights", "images"], rows);
}
