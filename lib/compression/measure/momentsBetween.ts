import { preprocess } from "../../assets/images/preprocess";
import { doubleProducts } from "../../engines/doubleProducts";
import { convOf } from "../../network/layerOf";
import { cutAfter, type Network } from "../../network/network";
import type { Calibration } from "./calibration";
import { type Moments, MomentStream } from "./moments";

const batchSize = 64;

/**
 * Moments of a layer's outputs in one network (x) with those of the same layer in another one (y), on the same images: what
 * relativeResidual and reducedRankRegression need where the layers before it were changed.
 */
export async function momentsBetween(
  from: Network,
  to: Network,
  layer: string,
  { images, engine, onProgress }: Calibration,
): Promise<Moments> {
  const channels = convOf(to, layer).weight.shape[0];
  const stream = new MomentStream(await doubleProducts(engine.threads), channels, channels);
  const sessions = await Promise.all([from, to].map((network) => engine.open(cutAfter(network, layer))));
  try {
    for (let start = 0; start < images.count; start += batchSize) {
      const end = Math.min(images.count, start + batchSize);
      const batch = preprocess(images, start, end);
      await stream.add(await sessions[0].run(batch), await sessions[1].run(batch));
      onProgress?.(end, images.count);
    }
    return stream.moments();
  } finally {
    await Promise.all(sessions.map((each) => each.close()));
  }
}
