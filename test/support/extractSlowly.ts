// Extracts features batch by batch, slowly, and says each batch: to be killed, or to run twice at once.
// Usage: tsx test/support/extractSlowly.ts CACHE-FOLDER
import { features } from "../../lib/engines/features";
import { countingEngine, randomImages, tinyNetwork } from "./countingEngine";

features(tinyNetwork, randomImages(200), countingEngine([], 100), {
  cache: { fresh: false, folder: process.argv[2] },
  onProgress: (done) => console.log(done),
});
