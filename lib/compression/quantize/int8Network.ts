import type { Network } from "../../network/network";
import type { Calibration } from "../measure/moments";
import { calibrateRanges } from "./calibrateRanges";
import { equalize } from "./equalize";
import { type Int8Layers, quantizedValues, quantizeNetwork } from "./quantizeNetwork";

/** Images, in file order, that ranges are taken over; fewer if there are fewer. */
export const rangeImages = 256;

/**
 * A network with int8 layers, in closed form: channels equalized, ranges of the least squared error, then everything rounded.
 * @param network with batch norms folded; its layers are split already where they are to be.
 */
export async function int8Network(network: Network, int8: Int8Layers, calibration: Calibration): Promise<Network> {
  const even = await equalize(network, calibration);
  const ranges = await calibrateRanges(even, quantizedValues(even, int8.layers), calibration);
  return quantizeNetwork(even, ranges, int8);
}
