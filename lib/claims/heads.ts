import { type ReportedHead, report } from "./report";

/** One of the report's heads with the name it has in its claims: "base", "keep50", "keep20". */
export interface NamedHead extends ReportedHead {
  name: string;
}

/** The report's heads, the uncompressed one first. */
export const reportedHeads: readonly NamedHead[] = report.heads.map((head) => ({
  ...head,
  name: head.keep === 1 ? "base" : `keep${Math.round(100 * head.keep)}`,
}));

/** What was measured at a keep ratio, if it was. */
export function atKeep<T extends { keep: number }>(measured: readonly T[], keep: number): T | undefined {
  return measured.find((each) => Math.abs(each.keep - keep) < 1e-9);
}

/** What was measured at each of the report's keep ratios, the uncompressed first; undefined unless it was at all of them. */
export function atEveryKeep<T extends { keep: number }>(
  measured: readonly T[],
  heads = reportedHeads,
): T[] | undefined {
  const found = heads.flatMap(({ keep }) => atKeep(measured, keep) ?? []);
  return found.length === heads.length ? found : undefined;
}
