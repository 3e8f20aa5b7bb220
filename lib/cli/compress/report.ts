import { cpus } from "node:os";
import { version } from "../../../package.json";
import { inputShape } from "../../assets/images/labelledImages";
import { preprocessingText } from "../../assets/images/preprocessing";
import type { Attempt, Candidate } from "../../compression/compressNetwork";
import { compressionFit } from "../../compression/compressedCopy";
import { int8Support } from "../../core/processor";
import { usableCores } from "../../core/usableCores";
import { measuredIn, ownHead, type Prepared } from "../../compression/prepareCompression";
import { outputRanks, rankMetadata } from "../../network/rankPlan";
import { onnxVersions } from "../../network/onnxGraph";
import type { Loaded } from "../chapterNeeds";
import { networkText } from "../inUse";
import type { CompressArguments } from "./options";
import { tuningText } from "./tuningText";
import { plannedLayers, totalMacs } from "./tables";

/** All that a compression's files say of it. */
export interface CompressionRecord {
  loaded: Loaded;
  asked: CompressArguments;
  prepared: Prepared;
  attempt: Attempt;
  /** Among which the attempt was chosen, if no speed-up was asked for. */
  tried?: Candidate[];
  int8Alone?: Attempt;
  seconds: Record<string, number>;
}

/** What the ONNX file says of itself: by it alone, it can be used and traced back. */
export function onnxMetadata({ loaded, prepared, attempt }: CompressionRecord): Record<string, string> {
  const { weights, images } = loaded;
  return {
    version,
    source: networkText(loaded),
    source_sha256: weights.sha256,
    ...rankMetadata(attempt.copy.plan.ranks),
    fit: compressionFit,
    precision: attempt.copy.plan.precision,
    calibration_images: String(prepared.calibration.count),
    head: `${headOf(prepared.options)}, refitted to the compressed network`,
    ...(attempt.copy.tuned && { tuning: tuningText(attempt.copy.tuned) }),
    batch_norms: "folded into the convolutions",
    preprocessing: preprocessingText(images.train.preprocessing),
    classes: JSON.stringify(images.classNames),
  };
}

/** The JSON report beside the ONNX file; shares and intervals between 0 and 1, times in milliseconds. */
export function compressionReport(record: CompressionRecord, onnx: { file: string; bytes: number; sha256: string }) {
  const { loaded, asked, prepared, attempt, tried, int8Alone, seconds } = record;
  const { weights, images, read } = loaded;
  const { plan } = attempt.copy;
  const layers = plannedLayers(prepared, plan);
  const { engine } = prepared.options;
  return {
    tool: { name: "low-rank-resnet", version },
    weights: {
      provenance: weights.provenance,
      file: weights.file,
      entry: asked.settings.entry ?? null,
      sha256: weights.sha256,
      network: read.kind,
      notes: [...weights.notes, ...read.notes],
    },
    images: {
      provenance: images.provenance,
      folder: images.folder,
      kind: images.kind,
      notes: images.notes,
      train: { count: images.train.count, sha256: images.train.sha256 },
      test: { count: images.test.count, sha256: images.test.sha256 },
      learning: prepared.learning.count,
      calibration: prepared.calibration.count,
      heldOut: prepared.heldOut.count,
      inputShape: inputShape(images.train),
      preprocessing: images.train.preprocessing,
    },
    machine: {
      processor: cpus()[0]?.model,
      cores: usableCores(),
      node: process.version,
      engine: `${engine.name} ${engine.version}`,
      threads: engine.threads,
      int8: int8Support().instructions ?? null,
    },
    asked: {
      speedup: asked.speedup ?? null,
      maxDrop: asked.maxDrop ?? null,
      precisions: asked.precisions,
      batch: asked.batch,
    },
    fit: compressionFit,
    head: `${headOf(prepared.options)}, refitted to the compressed network`,
    tuning: attempt.copy.tuned ? { ...attempt.copy.tuned, network: undefined } : null,
    plan: {
      precision: plan.precision,
      ranks: outputRanks(plan.ranks),
      layers: layers.map(({ ranks, ...layer }) => ({
        ...layer,
        rank: ranks?.output ?? null,
        inputRank: ranks?.input ?? null,
      })),
      macs: totalMacs(prepared, layers),
      predictedMs: plan.predictedMs,
      restMs: measuredIn(prepared, plan.precision).restMs,
      speedup: plan.speedup,
    },
    candidates:
      tried?.map(({ copy: { plan }, heldOut }) => ({
        ...plan,
        ranks: outputRanks(plan.ranks),
        inFp32: [...plan.inFp32],
        heldOut,
      })) ?? null,
    measured: attempt.measured,
    int8Alone: int8Alone?.measured ?? null,
    seconds,
    onnx: { ...onnx, ...onnxVersions },
  };
}

/** Which head is compressed, with its classes and those of the head whose place it takes. */
export function headOf({ network, classes }: Pick<Prepared["options"], "network" | "classes">): string {
  if (ownHead(network, classes)) return `the checkpoint's own, of ${classes} classes`;
  const head = network.nodes.find(({ name }) => name === "fc");
  const instead =
    head?.kind === "linear"
      ? `in place of the checkpoint's head of ${head.weight.shape[0]}`
      : "since the checkpoint has no head";
  return `a linear probe on the training images, of ${classes} classes, ${instead}`;
}
