import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import { UserError } from "../core/errors";
import { stopIfInterrupted } from "../core/interrupt";
import { imageInput, inputsOf, type Network, type Node } from "../network/network";
import { toOnnx } from "../network/onnx";
import { median } from "../statistics/summary";
import type { Tensor } from "../core/tensor";
import { sessionOptions } from "./onnxRuntime";

/** The time of one operator that the engine ran. */
export interface OperatorTime {
  /** The engine's name for it; where it fused several nodes, the last one's. */
  name: string;
  /** The ONNX operator: Conv, Gemm, …; ReorderOutput and the like are the engine's own. */
  operator: string;
  /** Median milliseconds a run. */
  ms: number;
}

/** How often to run what is profiled, and on how many threads. */
export interface ProfileOptions {
  threads: number;
  /** Runs before those that count. */
  warmUps?: number;
  runs?: number;
  /** Called after every round, warm-ups included: one run of every network. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Runs networks under ONNX Runtime's own profiler. Several take turns run by run, so that whatever slows the machine for a
 * while hits all alike. All are open at once: each holds its weights and, from its first run on, the values of a batch.
 * @param input a batch, the same in every run.
 * @returns the operators of each network.
 * @throws UserError if the engine's profile cannot be read.
 */
export async function profileOperators(
  networks: readonly Network[],
  input: Tensor,
  { threads, warmUps = 1, runs = 5, onProgress }: ProfileOptions,
): Promise<OperatorTime[][]> {
  const folder = await mkdtemp(join(tmpdir(), "low-rank-profile-"));
  const sessions: InferenceSession[] = [];
  try {
    for (const [i, network] of networks.entries())
      sessions.push(await openProfiled(network, threads, join(folder, prefixOf(i))));
    await takeTurns(sessions, input, warmUps + runs, onProgress);
    for (const session of sessions) session.endProfiling();
    const files = await readdir(folder);
    const times: OperatorTime[][] = [];
    for (const i of networks.keys()) {
      const file = files.find((name) => name.startsWith(prefixOf(i)));
      if (!file) throw new UserError("ONNX Runtime wrote no profile: this build of it cannot");
      times.push(operatorTimes(await readFile(join(folder, file), "utf8"), warmUps));
    }
    return times;
  } finally {
    for (const session of sessions) await session.release();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The engine appends the time of day; the dash keeps 1 apart from 11. */
function prefixOf(network: number): string {
  return `${network}-`;
}

async function openProfiled(network: Network, threads: number, prefix: string): Promise<InferenceSession> {
  const ort = await import("onnxruntime-node");
  return ort.InferenceSession.create(toOnnx(network), {
    ...sessionOptions(threads),
    enableProfiling: true,
    profileFilePrefix: prefix,
  });
}

async function takeTurns(
  sessions: readonly InferenceSession[],
  { shape, data }: Tensor,
  rounds: number,
  onProgress: ProfileOptions["onProgress"],
): Promise<void> {
  const ort = await import("onnxruntime-node");
  const images = new ort.Tensor("float32", data, shape);
  for (let round = 1; round <= rounds; round++) {
    for (const session of sessions) {
      stopIfInterrupted();
      await session.run({ [imageInput]: images });
    }
    onProgress?.(round, rounds);
  }
}

const suffix = "_kernel_time";

/**
 * Median times from a profile in Chrome's trace format, in the order in which the operators ran.
 * @param warmUps runs at the beginning that do not count.
 * @throws UserError if the text is no such profile.
 */
export function operatorTimes(profile: string, warmUps: number): OperatorTime[] {
  const durations = new Map<string, { operator: string; ms: number[] }>();
  for (const event of eventsOf(profile)) {
    const { cat, name, dur, args } = Object(event);
    if (cat !== "Node" || typeof name !== "string" || !name.endsWith(suffix) || !Number.isFinite(dur)) continue;
    const operator = name.slice(0, -suffix.length);
    const known = durations.get(operator) ?? { operator: String(Object(args).op_name), ms: [] };
    known.ms.push(dur / 1000);
    durations.set(operator, known);
  }
  const times = [...durations].map(([name, { operator, ms }]) => ({ name, operator, ms: ms.slice(warmUps) }));
  if (times.length === 0 || times.some(({ ms }) => ms.length === 0)) throw unreadable("holds no times of operators");
  return times.map((time) => ({ ...time, ms: median(time.ms) }));
}

function eventsOf(profile: string): unknown[] {
  let events: unknown;
  try {
    events = JSON.parse(profile);
  } catch {
    throw unreadable("is no JSON");
  }
  if (!Array.isArray(events)) throw unreadable("is no list of events");
  return events;
}

function unreadable(reason: string): UserError {
  return new UserError(`ONNX Runtime's profile ${reason}: run the cell again, or report its version`);
}

/**
 * The convolution, linear layer or pooling that an operator's time belongs to: the engine fuses batch norms, additions
 * and activations into the operator before them. Undefined for the engine's own operators, such as changes of layout.
 */
export function ownerOf(network: Network, operatorName: string): Node | undefined {
  const nodes = new Map(network.nodes.map((node) => [node.name, node]));
  const name = operatorName.replace(/(_nchwc|\.pooled)+$/, "");
  let node = nodes.get(name);
  while (node && ["batchNorm", "relu", "add"].includes(node.kind)) node = nodes.get(inputsOf(node)[0]);
  return node;
}
