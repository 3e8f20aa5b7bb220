import { firstImages, type LabelledImages } from "../../assets/images/labelledImages";
import { preprocess } from "../../assets/images/preprocess";
import type { Engine } from "../../engines/engine";
import { features as extract, type LabelledFeatures } from "../../engines/features";
import type { Network } from "../../network/network";
import { progress } from "../../display/progress";

/** Seconds of resizing and normalising, and of the network. */
export type Stages = Record<"preprocess" | "run", number>;

/**
 * Extracts the features of the first images as chapters 3 and 4 do, without the cache's help, and times each stage. What was
 * done once to read or decode the images is not counted.
 */
export async function timeExtraction(
  engine: Engine,
  network: Network,
  all: LabelledImages,
  count: number,
): Promise<LabelledFeatures & { stages: Stages }> {
  const stages: Stages = { preprocess: 0, run: 0 };
  const images = firstImages(all, count);
  for (let from = 0; from < images.count; from += 64)
    await timed(stages, "preprocess", async () => preprocess(images, from, Math.min(images.count, from + 64)));
  const clocked: Engine = {
    ...engine,
    async open(cut) {
      const session = await engine.open(cut);
      return { run: (batch) => timed(stages, "run", () => session.run(batch)), close: () => session.close() };
    },
  };
  const onProgress = progress(`features, ${engine.name}, threads: ${engine.threads}`);
  const data = await extract(network, images, clocked, { cache: { fresh: true }, onProgress });
  return { stages, ...data };
}

async function timed<T>(stages: Stages, stage: keyof Stages, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  stages[stage] += (performance.now() - start) / 1000;
  return result;
}
