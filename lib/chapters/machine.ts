import { availableParallelism, cpus, totalmem } from "node:os";
import { productRate } from "../engines/productRate";
import { UserError } from "../core/errors";
import { showFacts } from "../display/facts";
import type { Chapter } from "./open";

/** Memory below which extracting features and drawing figures may fail, in GiB. */
const leastMemory = 3;

/**
 * Shows what the machine is and how fast a large matrix product runs on it.
 * @throws UserError if it has too little memory or its Node.js is too old.
 */
export async function showMachine(chapter: Chapter): Promise<void> {
  const memory = totalmem() / 2 ** 30;
  if (memory < leastMemory) throw new UserError(`${memory.toFixed(1)} GiB of memory: ${leastMemory} GiB are needed`);
  const rate = await productRate(chapter.engine);
  showFacts({
    processor: `${cpus()[0].model}, ${availableParallelism()} cores`,
    memory: `${memory.toFixed(1)} GiB`,
    "Node.js": process.version,
    engine: `${chapter.engine.name} ${chapter.engine.version}, ${chapter.engine.threads} threads`,
    "matrix product 2048³": `${rate.toFixed(0)} GFLOP/s`,
  });
}
