import type { LabelledFeatures } from "../../lib/engines/features";
import { Random } from "../../lib/core/random";
import { tensor } from "../../lib/core/tensor";

/** Ten classes in 14 dimensions: a bump at the class's own place under normal noise. A head can learn them well. */
export function syntheticImages(count: number, seed: number, noise = 0.6): LabelledFeatures {
  const random = new Random(seed);
  const inputs = 14;
  const labels = Int32Array.from({ length: count }, () => random.integer(10));
  const features = tensor([count, inputs]);
  for (let i = 0; i < features.data.length; i++) {
    const own = i % inputs === labels[Math.floor(i / inputs)];
    features.data[i] = (own ? 2 : 0) + noise * random.normal();
  }
  return { features, labels };
}
