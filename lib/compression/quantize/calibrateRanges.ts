import { valuesAt } from "../../engines/valuesAt";
import type { Network } from "../../network/network";
import type { Calibration } from "../measure/moments";
import type { Range } from "./grid";
import { leastErrorRange } from "./leastErrorRange";

/**
 * The ranges in which values of a network are held with the least squared error over some images.
 * @param names of nodes, or the image input.
 */
export async function calibrateRanges(
  network: Network,
  names: ReadonlySet<string>,
  { images, engine, onProgress }: Calibration,
): Promise<Map<string, Range>> {
  const ranges = new Map<string, Range>();
  for await (const [name, { data }] of valuesAt(network, names, images, engine)) {
    ranges.set(name, leastErrorRange(data));
    onProgress?.(ranges.size, names.size);
  }
  return ranges;
}
