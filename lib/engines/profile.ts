import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import { UserError } from "../core/errors";
import { temporaryFolder } from "../core/temporary";
import { imageInput, inputsOf, type Network, type Node } from "../network/network";
import { toOnnx } from "../network/onnx";
import type { Tensor } from "../core/tensor";
import { sessionOptions } from "./onnxRuntime";
import { type RoundsOptions, takeRounds } from "./rounds";

/** The time of one operator that the engine ran. */
export interface OperatorTime {
  /** The engine's name for it; where it fused several nodes, the last one's. */
  name: string;
  /** The ONNX operator: Conv, Gemm, …; ReorderOutput and the like are the engine's own. */
  operator: string;
  /** Milliseconds of its shortest run: an operator is so short that some run of it meets no other program. */
  ms: number;
}

/** How often to run what is profiled, once to warm up and five times unless told, and on how many threads. */
export interface ProfileOptions extends Partial<RoundsOptions> {
  threads: number;
}

/**
 * Runs networks under ONNX Runtime's own profiler, in turn run by run. All are open at once, each with its weights and the
 * values of a batch.
 * @param input a batch, the same in every run.
 * @returns operators of each network, and the share of this process's cores that other programs took meanwhile.
 * @throws UserError if the engine's profile cannot be read.
 */
export async function profileOperators(
  networks: readonly Network[],
  input: Tensor,
  { threads, warmUps = 1, runs = 5, ...rounds }: ProfileOptions,
): Promise<{ operators: OperatorTime[][]; busy: number }> {
  const folder = temporaryFolder("profile");
  const sessions: InferenceSession[] = [];
  try {
    const ort = await import("onnxruntime-node");
    const options = { ...sessionOptions(threads), enableProfiling: true };
    for (const [i, network] of networks.entries()) {
      const profileFilePrefix = join(folder, prefixOf(i));
      sessions.push(await ort.InferenceSession.create(toOnnx(network), { ...options, profileFilePrefix }));
    }
    const images = new ort.Tensor("float32", input.data, input.shape);
    const turns = sessions.map((session) => () => session.run({ [imageInput]: images }));
    const { busy } = await takeRounds(turns, { warmUps, runs, ...rounds });
    for (const session of sessions) session.endProfiling();
    const files = await readdir(folder);
    const operators = networks.map(async (_, i) => {
      const file = files.find((name) => name.startsWith(prefixOf(i)));
      if (!file) throw new UserError("ONNX Runtime wrote no profile: this build of it cannot");
      return operatorTimes(await readFile(join(folder, file), "utf8"), warmUps);
    });
    return { operators: await Promise.all(operators), busy };
  } finally {
    for (const session of sessions) await session.release();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The engine appends the time of day; the dash keeps 1 apart from 11. */
const prefixOf = (network: number) => `${network}-`;

const suffix = "_kernel_time";

/** Shortest times, but those of `warmUps`, from a profile in Chrome's trace format, in its order. @throws UserError for other text. */
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
  return times.map((time) => ({ ...time, ms: Math.min(...time.ms) }));
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
  const name = operatorName.replace(/(_nchwc|\.pooled|\.uint8|_token_\d+)+$/, "");
  let node = nodes.get(name);
  while (node && ["batchNorm", "relu", "add", "quantize"].includes(node.kind)) node = nodes.get(inputsOf(node)[0]);
  return node;
}
