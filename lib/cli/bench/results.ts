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

/** A row of the table; `speed` is compared with PyTorch's in the same row. */
type Row = By & { what: string; speed: number; result: string; detail?: string };

/** The results as rows of texts under `tableHeads`, compared with PyTorch's on as many threads. */
export function tableRows(results: Results): string[][] {
  const rows: Row[] = [
    ...results.latency.map(({ name, usual, spread, gflopPerSecond, ...by }) => ({
      ...{ ...by, what: `${name}, ms per batch`, speed: 1 / usual, result: usual.toFixed(1) },
      detail: `interquartile range ${spread.toFixed(1)} ms, ${gflopPerSecond.toFixed(0)} GFLOP/s`,
    })),
    ...results.matrixProduct.map(({ gflopPerSecond: speed, ...by }) => ({
      ...{ ...by, what: "matrix product 2048³", speed, result: `${speed.toFixed(0)} GFLOP/s` },
      detail: "a yardstick for the networks' rates",
    })),
    ...results.extraction.map(extractionRow),
    spectraRow(results.spectra),
    ...results.training.map(({ heads, stepsPerSecond: speed, ...by }) => {
      const what = heads === 1 ? "training of one head" : `training of ${heads} heads at once`;
      return { ...by, what, speed, result: `${speed.toFixed(0)} steps/s` };
    }),
  ];
  return rows.map((row) => {
    const { what, engine, threads, speed, result, detail = "" } = row;
    const rival = rows.find(
      (other) => other.engine.startsWith("PyTorch") && other.threads === threads && other.what === what,
    );
    const ratio = rival && rival !== row ? (speed / rival.speed).toFixed(2) : "";
    return [what, engine, String(threads), result, ratio, detail];
  });
}

function extractionRow({ images, stages, ...by }: Results["extraction"][number]): Row {
  const seconds = stages.preprocess + stages.run;
  const speed = images / seconds;
  const shares = Object.entries(stages).map(([stage, own]) => `${stage} ${((100 * own) / seconds).toFixed(1)} %`);
  const result = `${speed.toFixed(1)} images/s`;
  return { ...by, what: `features of ${images} images`, speed, result, detail: shares.join(", ") };
}

function spectraRow(spectra: SpectrumTime[]): Row {
  const seconds = spectra.reduce((sum, spectrum) => sum + spectrum.seconds, 0);
  const slowest = spectra.reduce((first, second) => (second.seconds > first.seconds ? second : first));
  const detail = `slowest ${slowest.layer}, ${slowest.rows} × ${slowest.columns}: ${slowest.seconds.toFixed(2)} s`;
  const [what, result] = [`spectra of ${spectra.length} matrices`, `${seconds.toFixed(1)} s`];
  return { engine: "this library", threads: 1, what, speed: 1 / seconds, result, detail };
}
