import { imageInput, type Network, type Node } from "../network/network";
import { tensor } from "../core/tensor";
import { type OperatorTime, profileOperators } from "./profile";

/** 128 MiB, so that the three arrays in use are more than most machines' caches hold. */
const beyondCaches = 2 ** 25;
const bytesPerElement = 4;

/**
 * Bandwidth of the memory as the engine's own operators reach it, in GB/s (10⁹ bytes): sums of two arrays of 128 MiB,
 * counted as STREAM's kernel Add (McCalpin 1995), two arrays read and one written. A chain of sums runs inside the
 * engine, so that no array is newly allocated; the fastest link counts, as in STREAM.
 * @param elements of each array.
 */
export async function memoryBandwidth(threads: number, elements = beyondCaches): Promise<number> {
  const names = ["first", "second", "third", "fourth"];
  const sums = names.slice(1).map((name, i): Node => ({ kind: "add", name, inputs: [imageInput, names[i]] }));
  const network: Network = { nodes: [{ kind: "relu", name: "first", input: imageInput }, ...sums] };
  // Pages that nobody wrote to would all be one page of zeros, read from the cache.
  const arrays = tensor([1, 1, 1, elements], new Float32Array(elements).fill(1));
  const { operators } = await profileOperators([network], arrays, { threads, warmUps: 1, runs: 2 });
  return bandwidthOf(operators[0], elements);
}

/** GB/s of the fastest sum of two arrays among an engine's operators. */
export function bandwidthOf(times: readonly OperatorTime[], elements: number): number {
  const fastest = Math.min(...times.filter(({ operator }) => operator === "Add").map(({ ms }) => ms));
  return (3 * elements * bytesPerElement) / 1e9 / (fastest / 1000);
}
