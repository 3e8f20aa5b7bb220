import { cpus } from "node:os";
import { join } from "node:path";
import type { Assets } from "../assets/assets";
import { report } from "../claims/report";
import { FileError } from "../core/errors";
import { timeExtraction } from "./bench/extraction";
import { latencies } from "./bench/latency";
import { stepsPerSecond, timeSpectra } from "./bench/library";
import { PyTorch } from "./bench/pytorch";
import { type By, type Results, tableHeads, tableRows } from "./bench/results";
import { loadForReport } from "./openChapter";
import type { Engine } from "../engines/engine";
import { busyLine } from "../core/busyness";
import { onnxRuntime } from "../engines/onnxRuntime";
import { productRate } from "../engines/productRate";
import { tensorflow } from "../engines/tensorflow";
import { requireWritable, writeAtomically } from "../core/files";
import { factorize, featureCount, linearHeads, withHead } from "../network/head";
import type { Network } from "../network/network";
import { buildFolder } from "../core/paths";
import { usableCores } from "../core/usableCores";
import { imageHelp, imageOptions, parseOptions, settingOptions, settingsFrom, weightsHelp } from "./arguments";
import { textTable } from "./textTable";

const help = `npm run bench [-- OPTIONS]
Times what takes time, beside PyTorch where python3 has it; writes build/bench.json. About six minutes.
${weightsHelp}
${imageHelp}
  --threads N      threads to compare with one thread (default: all cores that it may use)
  --help           show this`;

/** As many as the report trains on (its chapter 3). */
const imageCount = 1024;

/** Timed runs a model on each engine; more, up to the limit, until the ratios settle. */
const rounds = { runs: 8, mostRuns: 16 };

/**
 * The benchmark: a table on stdout and build/bench.json.
 * @returns 0.
 * @throws UserError if an option is wrong; FileError if an asset is missing or damaged, or the weights are not a ResNet-18's.
 */
export async function bench(args: string[]): Promise<number> {
  const { weights, entry, threads } = settingOptions;
  const parsed = parseOptions("run bench", help, args, { weights, entry, ...imageOptions, threads });
  if (!parsed) return 0;
  const settings = settingsFrom(parsed.values);
  const file = join(buildFolder, "bench.json");
  requireWritable(file);
  const { read, ...assets } = await loadForReport(settings);
  if (read.kind !== "ResNet-18")
    // the network that PyTorch's part times
    throw new FileError(assets.weights.file, `holds ${read.kind}: the benchmark times ResNet-18`);
  const threadCounts = [...new Set([settings.threads, 1])];
  const pytorches = (await Promise.all(threadCounts.map(PyTorch.start))).flatMap((started) => started ?? []);
  if (pytorches.length === 0) console.error("PyTorch is left out: there is no python3 with torch and torchvision.");
  try {
    const results = await measure(assets, read.network, threadCounts.map(onnxRuntime), pytorches);
    await writeAtomically(file, `${JSON.stringify(results, null, 2)}\n`);
    console.log(textTable(tableHeads, tableRows(results)));
    // What PyTorch's process takes in its own turns looks like another program's.
    if (pytorches.length === 0) console.log(busyLine("inference", results.latency[0].busy));
    console.log(`\nWritten to ${file}`);
  } finally {
    for (const pytorch of pytorches) pytorch.close();
  }
  return 0;
}

async function measure(assets: Assets, network: Network, engines: Engine[], pytorches: PyTorch[]): Promise<Results> {
  const models = reportModels(network);
  const latency = await latencies(models, [...engines, await tensorflow()], pytorches, rounds);

  const matrixProduct: Results["matrixProduct"] = [];
  for (const engine of engines) matrixProduct.push({ ...by(engine), gflopPerSecond: await productRate(engine) });

  const { train, classNames } = assets.images;
  const extractions = [];
  for (const engine of engines)
    extractions.push({ engine, ...(await timeExtraction(engine, network, train, imageCount)) });
  const extraction = extractions.map(({ engine, stages }) => ({ ...by(engine), images: imageCount, stages }));
  for (const torch of pytorches)
    extraction.push({ ...by(torch), images: imageCount, stages: await torch.extract(train, imageCount) });

  const [data] = extractions;
  const training: Results["training"] = [];
  for (const heads of [1, 40]) {
    const speed = await stepsPerSecond(heads, classNames.length, data, engines[0].threads);
    training.push({ ...by(engines[0]), heads, stepsPerSecond: speed });
  }
  const machine = { processor: cpus()[0].model, cores: usableCores(), node: process.version };
  const [weights, images] = [assets.weights.provenance, assets.images.provenance];
  return { machine, weights, images, latency, matrixProduct, extraction, spectra: timeSpectra(network), training };
}

/** The report's three models (its table 3-1); a head's numbers do not change its time. */
function reportModels(network: Network): Record<string, Network> {
  const [head] = linearHeads(featureCount(network), report.classes, [0]);
  return {
    base: withHead(network, head),
    "k = 5": withHead(network, factorize(head, 5)),
    "k = 2": withHead(network, factorize(head, 2)),
  };
}

function by({ name, version, threads }: { name: string; version: string; threads: number }): By {
  return { engine: `${name} ${version}`, threads };
}
