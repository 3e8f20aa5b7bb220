// Extracts features batch by batch, slowly, and says each batch: to be killed, or to run twice at once.
// Usage: tsx test/support/extractSlowly.ts CACHE-FOLDER
import { extractFeatures } from "../../lib/engines/features";
import { countingEngine, randomImages, tinyNetwork } from "./countingEngine";

extractFeatures({
  engine: countingEngine([], 100),
  network: tinyNetwork,
  weightsSha256: "none",
  images: randomImages(200),
  onProgress: (done) => console.log(done),
  cacheFolder: process.argv[2],
});
