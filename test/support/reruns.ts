import { agreement } from "../../lib/cli/check";
import type { Agreement } from "../../lib/cli/notebooks/compare";

/**
 * How closely a chapter's rerun must agree with its committed outputs. Chapters 1 and 2 compute in double precision from
 * stored weights: only the last digit of six may differ. Chapter 3 trains heads, yet counts parameters and says what follows
 * from clear differences. From chapter 4 on sentences name the best of methods that may lie close together, so of the words
 * the verdicts count alone.
 */
export function agreementOf({ number }: { number: number }): Agreement {
  return { tolerance: number <= 2 ? 1e-6 : agreement.tolerance, exact: number <= 3 };
}
