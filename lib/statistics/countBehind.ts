/**
 * The count behind a printed percentage: the only one of `total` that rounds to it.
 * @param percent as printed, with two decimals.
 * @returns undefined if no count rounds to it, or several do.
 */
export function countBehind(percent: number, total: number): number | undefined {
  const fitting = Array.from({ length: total + 1 }, (_, count) => count).filter(
    (count) => ((100 * count) / total).toFixed(2) === percent.toFixed(2),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}
