import type { Assets } from "../assets/assets";
import { pointsLost } from "../compression/comparePredictions";
import { type CompressionOutcome, compressNetwork } from "../compression/compressNetwork";
import { compressionFit } from "../compression/compressedCopy";
import { leastImages, measuredIn } from "../compression/prepareCompression";
import { busyLine } from "../core/busyness";
import { int8Line, int8Support } from "../core/processor";
import { onnxRuntime } from "../engines/onnxRuntime";
import { sha256, writeAtomically } from "../core/files";
import type { Network } from "../network/network";
import { toOnnx } from "../network/onnx";
import { asRead } from "./compress/asRead";
import { type CompressArguments, compressArguments } from "./compress/options";
import { type CompressionRecord, compressionReport, headOf, onnxMetadata } from "./compress/report";
import { measuredTable, planTable, triedTable, waysTable } from "./compress/tables";
import { inUse, load } from "./inUse";
import { tuningText } from "./compress/tuningText";
import { endOnSignals, untilInterrupted } from "./lock";
import { stepProgress, trainingProgress } from "../display/progress";
import { whatCanBeHad } from "./compress/whatCanBeHad";

/** The exit code that says: no error, but not what was asked for. */
const notMet = 2;

/**
 * Compresses a ResNet to a speed-up measured on this machine: `npm run compress`.
 * @returns the exit code.
 * @throws UserError or FileError for what the reader has to know.
 */
export async function compress(args: string[]): Promise<number> {
  const asked = compressArguments(args);
  if (!asked) return 0;
  endOnSignals();
  const loaded = await load(asked.settings, leastImages);
  const { images, read } = loaded;
  const { network } = read;
  console.log(inUse(loaded));
  for (const line of await asRead(network, images, onnxRuntime(asked.settings.threads))) console.log(line);
  console.log(`head: ${headOf({ network, classes: images.classNames.length })}`);
  if (asked.precisions.includes("int8")) console.log(int8Line(int8Support()));
  const seconds: Record<string, number> = {};
  const outcome = await run(asked, network, images, seconds);
  if (outcome.kind !== "met") {
    console.error(whatCanBeHad(outcome, asked, args));
    return notMet;
  }
  await write({ loaded, asked, seconds, ...outcome });
  console.log(`\n${asked.out}: the network, batch norms folded\n${asked.report}: the report`);
  return 0;
}

async function run(
  { settings, speedup, maxDrop, precisions, batch, tuning }: CompressArguments,
  network: Network,
  images: Assets["images"],
  seconds: Record<string, number>,
): Promise<CompressionOutcome> {
  return compressNetwork({
    network,
    train: images.train,
    classes: images.classNames.length,
    test: images.test,
    engine: onnxRuntime(settings.threads),
    batch,
    speedup,
    maxDrop,
    precisions,
    mostWeight: int8Support().mostWeight,
    tuning: tuning && { ...tuning, progress: () => trainingProgress("tuning"), interruptible: untilInterrupted },
    cache: { fresh: settings.fresh },
    onStep: stepProgress(),
    onWays: (plans, planned) => console.log(`\nTo choose from, for ${planned} ×:\n${waysTable(plans)}`),
    onTry: ({ speedup, precision }, left) =>
      console.log(`\nTrying ${speedup.toFixed(2)} ×, ${precision}; after it at most ${left} more:`),
    onJudged: ({ heldOut }) =>
      console.log(`${pointsLost(heldOut).toFixed(2)} points lost on varied copies of the held-out training images`),
    onTried: (tried, chosen) => {
      const found = chosen
        ? `the fastest within ${maxDrop} is ${chosen.copy.plan.speedup.toFixed(2)} ×`
        : "none is within it";
      console.log(`\nTried on training images that nothing learns from, ${found}:\n${triedTable(tried)}`);
    },
    onPlan: (prepared, plan) => {
      const [planned, table] = [plan.speedup.toFixed(2), planTable(prepared, plan)];
      console.log(
        `\nThe plan for ${planned} ×, ${plan.precision}, fit "${compressionFit}":\n${table}\n${busyLine("the latency table", measuredIn(prepared, plan.precision).busy)}\n`,
      );
    },
    onMeasured: ({ plan, tuned }, measured) => {
      if (tuned) console.log(`\ntuning: ${tuningText(tuned)}`);
      console.log(
        `\nMeasured, planned for ${plan.speedup.toFixed(2)} ×, ${plan.precision}:\n${measuredTable(measured)}`,
      );
    },
    onSeconds: (part, taken) => {
      seconds[part] = (seconds[part] ?? 0) + taken;
    },
  });
}

async function write(record: CompressionRecord): Promise<void> {
  const { asked, attempt } = record;
  const bytes = toOnnx(attempt.copy.network, onnxMetadata(record));
  const report = compressionReport(record, { file: asked.out, bytes: bytes.length, sha256: sha256(bytes) });
  await writeAtomically(asked.out, bytes);
  await writeAtomically(asked.report, `${JSON.stringify(report, null, 2)}\n`);
}
