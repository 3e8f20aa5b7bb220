import type { Claim } from "../claims/claims";

/** What would settle a claim that is not comparable, by the beginning of its identifier. */
const settlers: [RegExp, string][] = [
  [/^(2\.|3\.params)/, "the official weights (`npm run download`)"],
  [/^[34]\.acc\./, "the official weights and images (`npm run download`)"],
  [/^4\.collapse/, "the counts of right answers behind the printed accuracies"],
  [/^4\.ms/, "the report's own CPU, which it does not name"],
  [/^[456]\.(latency|single-layer)/, "a quieter machine"],
];

const settlerOf = ({ id }: Claim) => settlers.find(([pattern]) => pattern.test(id))?.[1] ?? "other assets";

/** What no run of these chapters settles, on any assets. */
const standing = [
  "Would retraining part of the backbone, which the report wishes for, win back more than training the head alone? No chapter trains the backbone.",
  "Does latency grow with depth on a GPU as it does on a CPU? Neither engine runs on one; chapter 5 argues it on paper.",
];

/** Open claims by what would settle them, in the order of the claims. */
function bySettler(claims: readonly Claim[]): [string, Claim[]][] {
  const open = claims.filter(({ verdict }) => verdict === "not comparable");
  return [...new Set(open.map(settlerOf))].map((settler) => [
    settler,
    open.filter((claim) => settlerOf(claim) === settler),
  ]);
}

/** What remains open as Markdown: the claims not comparable here, but for those of a clock, then what no run settles. */
export function openQuestions(all: readonly Claim[]): string {
  const claims = all.filter(({ timed }) => !timed);
  const groups = bySettler(claims).map(([settler, open]) => {
    const lines = open.map(({ id, claim, computed }) => `- \`${id}\` ${claim}: here ${computed}`);
    return `**Would be settled by ${settler}** (${open.length} of ${claims.length})\n\n${lines.join("\n")}`;
  });
  const undecided = groups.length > 0 ? groups : ["The assets in use leave no claim undecided."];
  return [...undecided, `**Standing questions**\n\n${standing.map((each) => `- ${each}`).join("\n")}`].join("\n\n");
}

/** What the clock of this run leaves open; another run may leave another part. */
export function timedOpenQuestions(all: readonly Claim[]): string {
  const groups = bySettler(all.filter(({ timed }) => timed)).map(
    ([settler, open]) => `${open.map(({ id }) => id).join(", ")} (would be settled by ${settler})`,
  );
  return `Left open by the clock of this run: ${groups.join("; ") || "no claim"}.`;
}
