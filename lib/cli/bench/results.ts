import type { Stages } from "./extraction";
import type { Latency } from "./latency";
import type { SpectrumTime } from "./library";

/** Who measured: an engine, or PyTorch, with its version and threads. */
export interface By {
  engine: string;
  threads: number;
}

/** What `npm run bench` measured: the content of build/bench.json. */
export interface Results {
  machine: { processor: string; cores: number; node: string };
  weights: string;
  images: string;
  latency: Latency[];
  /** 2048 × 2048 × 2048, in ONNX Runtime: a yardstick for the networks' rates, which may be higher. */
  matrixProduct: (By & { gflopPerSecond: number })[];
  extraction: (By & { images: number; stages: Stages })[];
  spectra: SpectrumTime[];
  training: (By & { heads: number; stepsPerSecond: number })[];
}

export const tableHeads = ["what", "by", "threads", "result", "× PyTorch", "of which"];

/** The results as rows of texts under `tableHeads`. */
export function tableRows(results: Results): string[][] {
  return [
    ...withRatios(
      results.latency,
      ({ name }) => `${name}, ms per batch`,
      ({ usual }) => 1 / usual,
    ).map(([{ usual, spread, gflopPerSecond }, row]) => [
      ...row(usual.toFixed(1)),
      `interquartile range ${spread.toFixed(1)} ms, ${gflopPerSecond.toFixed(0)} GFLOP/s`,
    ]),
    ...results.matrixProduct.map(({ engine, threads, gflopPerSecond }) => {
      const speed = `${gflopPerSecond.toFixed(0)} GFLOP/s`;
      return ["matrix product 2048³", engine, String(threads), speed, "", "a yardstick for the networks' rates"];
    }),
    ...withRatios(results.extraction, ({ images }) => `features of ${images} images`, imagesPerSecond).map(
      ([extraction, row]) => [...row(`${imagesPerSecond(extraction).toFixed(1)} images/s`), shares(extraction.stages)],
    ),
    spectraRow(results.spectra),
    ...results.training.map(({ heads, engine, threads, stepsPerSecond }) => {
      const what = heads === 1 ? "training of one head" : `training of ${heads} heads at once`;
      return [what, engine, String(threads), `${stepsPerSecond.toFixed(0)} steps/s`, "", ""];
    }),
  ];
}

/** Pairs each result with a maker of its row, which knows how much faster than PyTorch it is with as many threads. */
function withRatios<T extends By>(
  results: T[],
  what: (result: T) => string,
  speed: (result: T) => number,
): [T, (text: string) => string[]][] {
  return results.map((result) => {
    const rival = results.find(
      (other) => other.engine.startsWith("PyTorch") && other.threads === result.threads && what(other) === what(result),
    );
    const ratio = rival && rival !== result ? (speed(result) / speed(rival)).toFixed(2) : "";
    return [result, (text) => [what(result), result.engine, String(result.threads), text, ratio]];
  });
}

function imagesPerSecond({ images, stages }: { images: number; stages: Stages }): number {
  return images / (stages.preprocess + stages.run);
}

function shares(stages: Stages): string {
  const total = stages.preprocess + stages.run;
  return Object.entries(stages)
    .map(([stage, seconds]) => `${stage} ${((100 * seconds) / total).toFixed(1)} %`)
    .join(", ");
}

function spectraRow(spectra: SpectrumTime[]): string[] {
  const seconds = spectra.reduce((sum, spectrum) => sum + spectrum.seconds, 0);
  const slowest = spectra.reduce((first, second) => (second.seconds > first.seconds ? second : first));
  const detail = `slowest ${slowest.layer}, ${slowest.rows} × ${slowest.columns}: ${slowest.seconds.toFixed(2)} s`;
  return [`spectra of ${spectra.length} matrices`, "this library", "1", `${seconds.toFixed(1)} s`, "", detail];
}
