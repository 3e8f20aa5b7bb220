import { dirname, join, sep } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { UserError } from "../core/errors";
import { usableCores } from "../core/usableCores";

export type TensorflowModule = typeof tf;

export interface Tensorflow {
  tf: TensorflowModule;
  backend: "native" | "WASM";
  threads: number;
}

let loaded: Promise<Tensorflow> | undefined;

/**
 * TensorFlow.js with its fastest backend: the native one if `npm run native` has built it, else WebAssembly
 * (SIMD, and one thread, all that Node gives it). Loaded on the first call only.
 * WASM has no gradient of a convolution by its weights: it trains linear layers, not convolutions.
 * @throws UserError if the native binding is there but cannot be loaded.
 */
export function loadTensorflow(): Promise<Tensorflow> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Tensorflow> {
  const tf = await import("@tensorflow/tfjs");
  // Else it advertises its other packages on stderr, which a notebook takes for a failure.
  tf.enableProdMode();
  if (await nativeLoads()) return { tf, backend: "native", threads: usableCores() };
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist") + sep);
  await tf.setBackend("wasm");
  return { tf, backend: "WASM", threads: 1 };
}

/** Loading the package makes its backend the current one of the TensorFlow.js that is shared by all packages. */
async function nativeLoads(): Promise<boolean> {
  try {
    await import("tensorflow-native");
    return true;
  } catch (cause) {
    const { message } = cause as Error;
    if (message.includes("tfjs_binding.node) can not be found")) return false;
    throw new UserError(`TensorFlow's native binding does not load (${message}): build it again with npm run native`);
  }
}
