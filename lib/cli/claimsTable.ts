import type { Claim } from "../claims/claims";
import { textTable } from "./textTable";

/** The claims as lines of text. */
export function claimsTable(claims: Claim[]): string {
  const rows = claims.map(({ id, reported, computed, verdict, weights, images, mustHold, holds }) =>
    [id, reported, computed, mustHold && !holds ? `${verdict} (must hold)` : verdict, weights, images].map(String),
  );
  return textTable(["claim", "report", "this run", "verdict", "weights", "images"], rows);
}
